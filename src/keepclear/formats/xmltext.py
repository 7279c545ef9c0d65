"""Bytes to XML elements, strictly: the one door to the XML parser.

Refused: a DOCTYPE, and with it every entity that a file could define for itself (a page of such
definitions unpacks to gigabytes, or reads other files); text that is not well-formed; more bytes,
elements, attributes or levels than any list of declarations has. Nothing is ever fetched, and what
the readers see is text, whatever encoding the file was written in.

Leaves to others: what the elements mean.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from keepclear.errors import InputError
from keepclear.formats.text import shown

__all__ = [
    "ATTRIBUTES_MAX",
    "BYTES_MAX",
    "DEPTH_MAX",
    "ELEMENTS_MAX",
    "Element",
    "as_utf8",
    "child",
    "child_text",
    "is_xml",
    "local",
    "parse",
    "root_name",
    "root_of",
    "text_of",
]

Element = Any
"""An element of the tree; lxml has no types of its own."""

BYTES_MAX: Final = 200_000_000
"""Bytes of one XML text: its tree takes several times as much memory."""
ELEMENTS_MAX: Final = 2_000_000
"""Elements in one tree; a KML of 100,000 areas with all their properties has as many."""
ATTRIBUTES_MAX: Final = 2_000_000
"""Attributes in one tree: a GPX of 1,000,000 points has as many."""
DEPTH_MAX: Final = 64
"""Elements inside one another. Folders in folders of KML reach twenty; a bomb has thousands."""

_BOM: Final = b"\xef\xbb\xbf"
_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks that tell the encoding before anything can be read; the longer ones first."""
_ENCODINGS: Final = frozenset(
    {
        *("utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
        *("iso8859-1", "iso8859-2", "iso8859-5", "iso8859-6", "iso8859-9", "iso8859-15"),
        *("cp1250", "cp1251", "cp1252", "cp1254", "cp1256", "koi8-r"),
        *("gb2312", "gbk", "gb18030", "shift_jis", "euc_jp", "euc_kr", "big5"),
    }
)
"""Encodings that are read when they are declared, by the names that Python gives them."""
_DECLARATION: Final = re.compile(rb"<\?xml\s([^>]{0,200})\?>")
_ENCODING: Final = re.compile(rb"\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_NAME: Final = re.compile(rb"<(?:[A-Za-z_][^\s<>/:]{0,100}:)?([A-Za-z_][^\s<>/:]{0,100})[\s/>]")
_PARSER: Final = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
_TOO_DEEP: Final = etree.XPath("boolean(/*" + "/*" * DEPTH_MAX + ")")
_SHOWN_MAX: Final = 120
"""Characters of the parser's own explanation that a sentence quotes."""
_ENDED_EARLY: Final = frozenset({"ERR_TAG_NOT_FINISHED", "ERR_GT_REQUIRED"})
"""What the parser calls a text that stops inside an element."""
_SPACE: Final = re.compile(rb"\s*")
_AT: Final = re.compile(r", line \d+, column \d+$")
"""The parser names the place at the end of its explanation, too."""


def is_xml(data: bytes) -> bool:
    """Whether the first mark of a file opens an XML text, in any encoding that says so by a mark."""
    start = data[:256].removeprefix(_BOM)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return start.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")[:1] == "<"
    return start.lstrip()[:1] == b"<"


def as_utf8(data: bytes) -> bytes:
    """The same text as UTF-8, without byte order mark and declaration.

    Raises:
        InputError: ``xml.too-large``, ``file.encoding``.
    """
    if len(data) > BYTES_MAX:
        raise InputError(
            "xml.too-large",
            f"the XML has {len(data):,} bytes, expected at most {BYTES_MAX:,}; split the file",
        )
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    body = data.removeprefix(_BOM).lstrip() if not encoding else data
    if not encoding:
        declared = _DECLARATION.match(body)
        said = _ENCODING.search(declared[1]) if declared else None
        encoding = _known(said[1].decode()) if said else "utf-8"
    try:
        if encoding == "utf-8":
            body.decode()
        else:
            body = body.decode(encoding).lstrip("\ufeff \t\r\n").encode()
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise InputError(
            "file.encoding",
            f"byte {at} is not {encoding.upper()}, which the file is said to be written in; save "
            "it as UTF-8",
        ) from None
    declared = _DECLARATION.match(body)
    if declared is None:
        return body
    # its lines stay, so that sentences name the lines of the file
    return b"\n" * declared[0].count(b"\n") + body[declared.end() :]


def _known(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if known not in _ENCODINGS:
        raise InputError(
            "file.encoding",
            f"the XML says that its encoding is {shown(name)}, which is not read; save it as UTF-8",
        )
    # UTF-16 without its mark cannot have shown this declaration: it is UTF-8 that says otherwise
    return "utf-8" if known.startswith(("utf-16", "utf-32")) else known


def root_name(data: bytes) -> str:
    """The local name of the first element of UTF-8 XML.

    Raises:
        InputError: ``xml.doctype``, ``xml.malformed``.
    """
    at = 0
    while True:
        space = _SPACE.match(data, at)
        at = space.end() if space else at
        for opening, closing in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if data.startswith(opening, at):
                end = data.find(closing, at + len(opening))
                at = len(data) if end < 0 else end + len(closing)
                break
        else:
            break
    if data[at : at + 9].upper() == b"<!DOCTYPE":
        raise InputError(
            "xml.doctype",
            "the XML has a DOCTYPE, which can make a small text unpack without end or read other "
            "files; nothing read here needs one, so take it out",
        )
    name = _NAME.match(data, at)
    if name is None:
        raise InputError(
            "xml.malformed",
            f"found {shown(data[at : at + 20].decode(errors='replace'))} where "
            "the first element should open; is this XML?",
        )
    return name[1].decode(errors="replace")


def root_of(data: bytes, expected: str) -> Element:
    """The root element of a whole file, in whichever encoding it declares.

    Raises:
        InputError: ``xml.root`` where it has another name; what :func:`parse` and :func:`as_utf8`
            raise.
    """
    root = parse(as_utf8(data))
    if local(root) != expected:
        raise InputError(
            "xml.root", f"found the root element {shown(local(root))}, expected {expected}"
        )
    return root


def parse(data: bytes, *, place: Callable[[], tuple[int, int]] | None = None) -> Element:
    """The root element of UTF-8 XML as :func:`as_utf8` returns it.

    Args:
        data: The text.
        place: Says, when it is asked, how many lines of the file stand before the text, and how
            many characters of its first line.

    Raises:
        InputError: ``xml.doctype``, ``xml.malformed``, ``xml.truncated``, ``xml.too-deep``,
            ``xml.too-many``.
    """
    root_name(data)
    # every element and comment opens one mark and every attribute closes two: upper bounds that
    # cost nothing and hold before any memory is taken
    elements, quotes = data.count(b"<") - data.count(b"</"), data.count(b'"') + data.count(b"'")
    if elements > ELEMENTS_MAX or quotes > 2 * ATTRIBUTES_MAX:
        raise InputError(
            "xml.too-many",
            f"the XML has some {elements:,} elements and {quotes // 2:,} attributes, expected at "
            f"most {ELEMENTS_MAX:,} and {ATTRIBUTES_MAX:,}; split the file",
        )
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _broken(error, *(place() if place else (0, 0))) from None
    if _TOO_DEEP(root):
        raise _too_deep()
    return root


def _too_deep() -> InputError:
    return InputError(
        "xml.too-deep",
        f"elements are nested more than {DEPTH_MAX} deep; no format read here needs that",
    )


def _broken(error: Any, lines: int, columns: int) -> InputError:
    line, column = error.position
    at = f"line {line + lines}, column {column + columns if line == 1 else column}"
    last = error.error_log.last_error if error.error_log else None
    kind = last.type_name if last is not None else ""
    said = _AT.sub("", " ".join(str(error.msg).split()))[:_SHOWN_MAX]
    if said.startswith("Excessive depth"):
        return _too_deep()
    if kind in _ENDED_EARLY or "Premature end" in said:
        return InputError(
            "xml.truncated",
            f"the XML ends in the middle ({at}); was the file cut off while it was sent?",
        )
    return InputError(
        "xml.malformed", f"not well-formed XML at {at}: {said}; ask for the file again"
    )


def local(element: Element) -> str:
    """The name of an element without its namespace; entities and the like have none."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2] if tag[0] == "{" else tag


def child(element: Element, name: str) -> Element | None:
    """The first child of that local name."""
    # the parser finds it without making an object of every child
    return next(element.iterchildren("{*}" + name), None)


def text_of(element: Element | None) -> str:
    """The text that an element holds before its first child, trimmed."""
    return "" if element is None or element.text is None else str(element.text).strip()


def child_text(element: Element, name: str) -> str:
    """The trimmed text of the first child of that local name; empty where there is none."""
    return text_of(child(element, name))
