"""The one door to the XML parser: what never gets in (case 37), and what comes out as text."""

from __future__ import annotations

import time

import pytest
from lxml import etree

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from keepclear.formats.xmltext import (
    ATTRIBUTES_MAX,
    BYTES_MAX,
    DEPTH_MAX,
    ELEMENTS_MAX,
    as_utf8,
    is_xml,
    local,
    parse,
    root_name,
)

LAUGHS = "".join(
    f'<!ENTITY l{k} "{"&l" + str(k - 1) + ";" if k else "ha"}{"&l" + str(k - 1) + ";" if k else ""}">'
    for k in range(40)
)
BOMBS = {
    "a billion laughs": f"<!DOCTYPE k [{LAUGHS}]><k>&l39;</k>",
    "laughs in an attribute": f'<!DOCTYPE k [{LAUGHS}]><k a="&l39;"/>',
    "another file": '<!DOCTYPE k [<!ENTITY f SYSTEM "file:///etc/passwd">]><k>&f;</k>',
    "another host": '<!DOCTYPE k SYSTEM "http://example.com/k.dtd"><k/>',
    "a doctype after comments": "<?xml version='1.0'?>\n<!-- a --><?b?>\n<!DOCTYPE k><k/>",
    "a doctype in small letters": "<!doctype k><k/>",
}


def refused(data):
    with pytest.raises(InputError) as raised:
        parse(as_utf8(data if isinstance(data, bytes) else data.encode()))
    return raised.value


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("root", ["kml", "gpx", "event", "events"])
def test_case_37_a_doctype_is_refused_whatever_it_holds(name, root):
    began = time.process_time()
    bomb = BOMBS[name].replace("<k", f"<{root}").replace("</k", f"</{root}").encode()
    with pytest.raises(InputError) as raised:
        read_bytes(bomb, name="b.xml")
    assert raised.value.code == "xml.doctype"
    assert raised.value.where == "b.xml"
    assert time.process_time() - began < 1.0


def test_case_37_a_doctype_inside_a_stream_of_events_is_refused():
    with pytest.raises(InputError, match="DOCTYPE"):
        read_bytes(b"<event></event><!DOCTYPE event [<!ENTITY a 'b'>]><event/>", name="s")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("<a><b></a>", "xml.malformed", "line 1, column 11"),
        ("<a>\n\n<b x='1' x='2'/></a>", "xml.malformed", "line 3"),
        ("<a>&nobody;</a>", "xml.malformed", "'nobody'"),
        ("<a><b>", "xml.truncated", "cut off"),
        ("<a><b", "xml.truncated", "cut off"),
        ("<a>\x00</a>", "xml.malformed", "line 1"),
        ("<a/><b/>", "xml.malformed", "line 1"),
        ("<", "xml.malformed", "is this XML?"),
        ("<?xml", "xml.malformed", "is this XML?"),
        ("<!-- never closed", "xml.malformed", "is this XML?"),
        ("<a>" * (DEPTH_MAX + 1) + "</a>" * (DEPTH_MAX + 1), "xml.too-deep", "more than 64 deep"),
        ("<a>" * 200_000 + "</a>" * 200_000, "xml.too-deep", "more than 64 deep"),
        ("<a>" + "<b/>" * (ELEMENTS_MAX + 1) + "</a>", "xml.too-many", "2,000,00"),
        ("<a " + "b='' " * (ATTRIBUTES_MAX + 1) + "/>", "xml.too-many", "2,000,00"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "file.encoding", "'utf-7'"),
        (b"<a>\xe9</a>", "file.encoding", "byte 3 is not UTF-8"),
        (b"<?xml version='1.0' encoding='utf-8'?><a>\xff</a>", "file.encoding", "UTF-8"),
        (b"\xff\xfe<\x00a", "file.encoding", "UTF-16"),
    ],
)
def test_what_is_broken_is_said_in_one_sentence(text, code, words):
    error = refused(text)
    assert error.code == code
    assert words in error.message
    assert "\n" not in error.message


def test_a_file_that_is_too_large_is_not_parsed():
    error = refused(b"<a>" + bytes(BYTES_MAX))
    assert error.code == "xml.too-large"
    assert f"{BYTES_MAX:,}" in error.message


def test_as_deep_as_the_limit_is_read():
    assert local(parse(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX)) == "a"


@pytest.mark.parametrize(
    "data",
    [
        "<?xml version='1.0' encoding='UTF-8'?><a>é№</a>".encode(),
        "\ufeff<a>é№</a>".encode(),
        "  \n<?xml version='1.0'?><a>é№</a>".encode(),
        "<?xml version='1.0' encoding='utf-16'?><a>é№</a>".encode("utf-16"),
        "\ufeff<a>é№</a>".encode("utf-16-be"),
        "<?xml version='1.0' encoding='UTF-16'?><a>é№</a>".encode(),
    ],
)
def test_the_encoding_is_the_declared_one_and_text_comes_out(data):
    assert is_xml(data)
    assert parse(as_utf8(data)).text == "é№"


def test_old_encodings_are_read_as_they_are_declared():
    for encoding, text in (("windows-1251", "больница"), ("windows-1256", "مستشفى")):
        data = f"<?xml version='1.0' encoding='{encoding}'?><a>{text}</a>".encode(encoding)
        assert parse(as_utf8(data)).text == text


def test_names_are_told_without_their_prefix():
    assert root_name(b"<!-- <kml> --><?x <gpx>?>\n <k:kml xmlns:k='u'>") == "kml"
    assert root_name(b"<events/>") == "events"
    assert local(etree.fromstring("<a xmlns='u'/>")) == "a"
    assert local(etree.Comment("a")) == ""


def test_a_doctype_in_words_is_no_doctype():
    page = "<kml><Document><description><![CDATA[<!DOCTYPE html>]]></description></Document></kml>"
    assert read_bytes(page.encode(), name="a.kml").declarations == ()
