"""Incidents, keeping and their evidence, as a desk types them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keepclear.formats.arrangement_template import TEMPLATE

ROOT = Path(__file__).parents[2]
DARLING = [
    str(ROOT / "examples" / "darling" / f"{name}.geojson") for name in ("alder", "birch", "relief")
]


@pytest.fixture
def folder(tmp_path, type_):
    _, key, _ = type_("init", tmp_path / "node", "--secretariat")
    (tmp_path / "darling.toml").write_text(TEMPLATE)
    assert type_("arrangement", "set", tmp_path / "node", tmp_path / "darling.toml")[0] == 0
    assert type_("declare", tmp_path / "node", *DARLING)[0] == 1
    (tmp_path / "key").write_text(key.strip())
    return tmp_path / "node"


def key_of(folder):
    return (folder.parent / "key").read_text()


FIRST = (
    "--party", "Relief", "--as", "witness", "--sure", "great possibility",
    "--says", "two rooms burnt", "--toll", "wounded:3-5", "--toll", "missing:2+",
    "--at", "2015-11-20T07:10Z",
)  # fmt: skip


def report(type_, folder, *words):
    code, out, err = type_("incident", "report", folder, *FIRST, *words)
    assert code == 0, err
    return out.strip(), err


def test_report_state_show_and_list(folder, type_):
    subject, err = report(type_, folder, "--names", "Relief/S1", "--to", "Alder", "--by", "night")
    assert "to be told to Alder" in err
    mark = subject.removeprefix("incident/")
    code, _, err = type_(
        "incident", "state", folder, mark, "--party", "Relief", "--as", "official", "--official",
        "--sure", "confirmed", "--says", "one room burnt", "--supersedes", "1",
        "--office", "health desk",
    )  # fmt: skip
    assert code == 0
    assert "nobody" in err
    code, out, _ = type_("incident", "show", folder, mark)
    assert code == 0
    assert out.splitlines()[1:] == [
        "  names Relief/S1",
        *[line for line in out.splitlines() if line.startswith("1. ")],
        "   great possibility: two rooms burnt",
        "   about 2015-11-20T07:10:00Z",
        "   wounded: 3 to 5",
        "   missing: at least 2",
        "   superseded by statement 2",
        *[line for line in out.splitlines() if line.startswith("2. ")],
        "   confirmed: one room burnt",
        "   in place of statement 1",
    ]
    assert "Relief (night) through secretariat, as witness; not official" in out
    assert "as official for health desk; official" in out
    seen = type_("incident", "show", folder, mark, "--seen-by", "Alder")[1]
    assert "one room burnt" not in seen
    assert "S1" not in seen
    assert type_("incident", "show", folder, mark, "--seen-by", "Birch")[0] == 5
    assert json.loads(type_("incident", "show", folder, mark, "--json")[1])["incident"] == subject
    assert subject in type_("incident", "list", folder)[1]
    assert type_("incident", "list", folder, "--seen-by", "Birch")[1] == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--names", "Relief/S9"), 5, "nothing known to Relief is called 'Relief/S9'"),
        (("--names", "Relief/S1", "--to", "Aldr"), 5, "no party 'Aldr' is named"),
        ((), 3, "it names nothing"),
        (("--after", "2015-11-20T06:00Z"), 3, "a span has a start and an end"),
        (("--names", "Relief/S1", "--toll", "wounded"), 2, "write wounded:3"),
        (("--names", "Relief/S1", "--toll", "wounded:5-3"), 2, "the lower number first"),
        (("--names", "Relief/S1", "--at", "2999-01-01T00:00Z"), 5, "what has not happened"),
        (("--names", "Relief/S1", "--party", "Releif"), 5, "no party 'Releif' is named here"),
    ],
)
def test_what_cannot_be_reported_is_said_in_one_sentence(folder, type_, words, code, said):
    done, out, err = type_("incident", "report", folder, *FIRST, *words)
    assert (done, out) == (code, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_evidence_on_an_incident_holds_all_that_it_names(folder, type_, tmp_path):
    subject, _ = report(type_, folder, "--names", "Relief/S1", "--names", "Alder/A1")
    bundle = tmp_path / "evidence.json"
    code, _, _ = type_("bundle", folder, "--incident", subject, "-o", bundle)
    assert code == 0
    code, out, _ = type_("verify", bundle, "--key", key_of(folder), "--json")
    assert code == 0
    bodies = [json.loads(one["body"]) for one in json.loads(out)["entries"]]
    about = {body["subject"] for body in bodies}
    assert about == {subject, "Relief/S1", "Alder/A1"}
    assert {"reported/1", "stated/1", "declared/1", "verdict/1", "shown/1"} <= {
        body["entry"] for body in bodies
    }
    out = type_("verify", bundle, "--key", key_of(folder))[1]
    page = out[out.index("what this does not prove:") :]
    for word in (
        "anything else was recorded",
        "is true",
        "acted on it",
    ):  # completeness, truth, obedience
        assert word in page
    assert json.loads(bundle.read_text())["does_not_prove"]


def test_evidence_on_a_span_holds_what_was_in_force_in_it(folder, type_, tmp_path):
    """By the windows in the files, read here without the program: what had begun by its end.

    All of it is over only today, when it was entered.
    """
    bundle = tmp_path / "evidence.json"
    words = ("--after", "2015-11-20T05:00Z", "--before", "2015-11-20T05:10Z")
    assert type_("bundle", folder, *words, "-o", bundle)[0] == 0
    out = type_("verify", bundle, "--key", key_of(folder), "--json")[1]
    about = {json.loads(one["body"])["subject"] for one in json.loads(out)["entries"]}
    begun, later = set(), set()
    for path in DARLING:
        for one in json.loads(Path(path).read_text())["features"]:
            said = one["properties"]
            start = said.get("time_start") or min(said.get("times", [""]), default="")
            party = said.get("party") or Path(path).stem.title()
            (begun if start <= "2015-11-20T05:10" else later).add(f"{party}/{said['id']}")
    assert begun
    assert later
    assert about == begun


@pytest.mark.parametrize("names", [("Alder/A1",), ("Relief/S1", "--names", "Alder/A1")], ids=len)
def test_evidence_for_a_party_holds_what_it_said_and_was_shown_and_nothing_else(
    folder, type_, tmp_path, names
):
    """That it reported is in it too, unless whoever held the folder named another's plan in it."""
    subject, _ = report(type_, folder, "--names", *names, "--to", "Birch", "--party", "Alder")
    bundle = tmp_path / "evidence.json"
    found = {}
    for party in ("Alder", "Birch", "Cedar"):
        words = ("--incident", subject, "--for", party, "-o", bundle)
        code = type_("bundle", folder, *words)[0]
        assert code == (5 if party == "Cedar" else 0)
        if code == 0:
            out = type_("verify", bundle, "--key", key_of(folder), "--json")[1]
            found[party] = [json.loads(one["body"]) for one in json.loads(out)["entries"]]
    kinds = {party: {body["entry"] for body in bodies} for party, bodies in found.items()}
    reported = set() if "Relief/S1" in names else {"reported/1"}
    assert kinds["Alder"] == {"stated/1", "declared/1", "shown/1"} | reported
    assert "Relief/S1" not in str([body for body in found["Alder"] if body["entry"] != "shown/1"])
    assert kinds["Birch"] == {"shown/1"}
    for party, bodies in found.items():
        assert all(body["to"] == party for body in bodies if body["entry"] == "shown/1")
    assert "A1" not in json.dumps([body["text"] for body in found["Birch"]])


def test_a_bundle_is_about_one_thing(folder, type_, tmp_path):
    for words in (
        (),
        ("--about", "Alder/A1", "--incident", "x"),
        ("--from", 1, "--after", "2015-01-01T00:00Z"),
    ):
        code, _, err = type_("bundle", folder, *words, "-o", tmp_path / "x.json")
        assert code == 2
        assert "say what it is about" in err


FRESH = """
import runpy, sys
from importlib.abc import MetaPathFinder

ALLOWED = {"keepclear", "nacl", "_sodium", "_cffi_backend", "cffi"} | sys.stdlib_module_names

class OnlyThese(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ImportError("not in this environment: " + name)

sys.meta_path.insert(0, OnlyThese())
try:
    import msgspec
except ImportError:
    pass
else:
    sys.exit("this environment is not fresh")
sys.argv[0] = "keepclear verify"
runpy.run_module("keepclear.faces.verifying", run_name="__main__")
"""


def test_a_bundle_verifies_where_pynacl_and_this_package_are_all_there_is(folder, type_, tmp_path):
    """An isolated interpreter without site packages; a folder with these two and what PyNaCl needs."""
    import cffi
    import nacl

    import keepclear

    fresh = tmp_path / "fresh"
    fresh.mkdir()
    site = Path(nacl.__file__).parents[1]
    shutil.copytree(Path(keepclear.__file__).parent, fresh / "keepclear")
    shutil.copytree(site / "nacl", fresh / "nacl")
    shutil.copytree(Path(cffi.__file__).parent, fresh / "cffi")
    for one in site.glob("_cffi_backend*"):
        shutil.copy(one, fresh)
    subject, _ = report(type_, folder, "--names", "Alder/A1", "--party", "Alder")
    bundle = tmp_path / "evidence.json"
    assert type_("bundle", folder, "--incident", subject, "-o", bundle)[0] == 0

    def verify(*words):
        code = f"import sys; sys.path.insert(0, {str(fresh)!r})\n{FRESH}"
        return subprocess.run(
            [sys.executable, "-I", "-S", "-c", code, *map(str, words)],
            cwd=tmp_path, env={}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = verify(bundle, "--key", key_of(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout == type_("verify", bundle, "--key", key_of(folder))[1]
    changed = bundle.read_text().replace('"number": 2', '"number": 3', 1)
    (tmp_path / "changed.json").write_text(changed)
    done = verify(tmp_path / "changed.json", "--key", key_of(folder))
    assert (done.returncode, done.stdout) == (6, "")
    assert "Traceback" not in done.stderr


# keeping


@pytest.fixture
def partys(tmp_path, type_, monkeypatch):
    """Alder's own node; all of it was declared today, and over since 2015."""
    folder = tmp_path / "alder"
    type_("init", folder, "--party", "Alder")
    (tmp_path / "darling.toml").write_text(TEMPLATE)
    assert type_("arrangement", "set", folder, tmp_path / "darling.toml")[0] == 0
    assert type_("declare", folder, *DARLING)[0] == 1
    from keepclear.node import start

    real = start.now_us
    monkeypatch.setattr(start, "now_us", lambda: real() + days[0] * 86_400_000_000)
    days = [0]
    return folder, days


def test_keeping_lists_what_is_due_and_erases_it_only_when_told(partys, type_):
    folder, days = partys
    assert "due: 0" in type_("keep", folder)[2]
    days[0] = 2
    code, out, err = type_("keep", folder)
    assert code == 0
    over = {line.split()[0] for line in out.splitlines()}
    assert over == {"Birch/B1", "Birch/B2"}
    assert "--erase" in err
    assert type_("show", folder, "Birch/B1", "--json")[1].count('"declaration/1') > 0
    whole = json.loads(type_("keep", folder, "--erase", "--by", "night", "--json")[1])
    assert {row["subject"] for row in whole["declarations"]} == over
    assert json.loads(type_("keep", folder, "--json")[1])["declarations"] == []
    listed = type_("list", folder)[1]
    assert "Birch/" not in listed
    assert "Alder/A1" in listed
    assert "Relief/S1" in listed
    assert b"-30.8," not in (folder / "node.db").read_bytes()
    log = type_("log", folder)[1]
    assert log.count("erased") == 2


def test_a_bundle_says_how_many_entries_were_erased(partys, type_, tmp_path):
    folder, days = partys
    days[0] = 2
    assert type_("keep", folder, "--erase")[0] == 0
    bundle = tmp_path / "evidence.json"
    assert type_("bundle", folder, "--about", "Birch/B1", "-o", bundle)[0] == 0
    about = json.loads(bundle.read_text())["about"]
    assert "of 1 of them only the leaves are left" in about
    key = next(
        line for line in type_("status", folder)[1].splitlines() if line.startswith("record key")
    )
    assert type_("verify", bundle, "--key", key.partition("key")[2].strip())[0] == 0
