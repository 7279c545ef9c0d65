"""The commands on a node's folder, as a desk types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from keepclear.formats.arrangement_template import TEMPLATE

ROOT = Path(__file__).parents[2]
DARLING = [
    str(ROOT / "examples" / "darling" / f"{name}.geojson")
    for name in ("areas", "alder", "birch", "relief")
]


@pytest.fixture
def folder(tmp_path, type_):
    _, key, _ = type_("init", tmp_path / "node", "--secretariat")
    (tmp_path / "darling.toml").write_text(TEMPLATE)
    assert type_("arrangement", "set", tmp_path / "node", tmp_path / "darling.toml")[0] == 0
    (tmp_path / "key").write_text(key.strip())
    return tmp_path / "node"


def key_of(folder):
    return (folder.parent / "key").read_text()


def test_declaring_finds_what_a_check_finds(folder, type_):
    """The example has two crossings of operations; sites and the convoy are drafts."""
    code, out, err = type_("declare", folder, *DARLING)
    checked = type_("check", *DARLING[:3], "--horizontal", "1000m", "--vertical", "300ft")
    assert code == checked[0] == 1
    assert [
        line[3:] for line in out.splitlines() if line[:1].isdigit() and "crossing" not in line
    ] == [
        line[3:]
        for line in checked[1].splitlines()
        if line[:1].isdigit() and "crossing" not in line
    ]
    assert "parties that declare nothing are not seen" in out
    assert "Relief/S1: kept; a humanitarian notification gets a receipt and no verdict" in err
    assert "Relief" not in out


def test_a_site_from_draft_to_stay_away(folder, type_):
    type_("declare", folder, DARLING[3])
    assert type_("act", folder, "Relief/S1", "submit")[0] == 5
    code, _, err = type_("act", folder, "Relief/S1", "verify")
    assert (code, "somebody else must compare it" in err) == (5, True)
    assert type_("act", folder, "Relief/S1", "verify", "--by", "second")[0] == 0
    code, out, err = type_("act", folder, "Relief/S1", "submit")
    assert (code, out) == (0, "")
    assert "receipt and no verdict" in err


def test_a_draft_is_never_taken_for_something_that_stands(folder, type_):
    """Kept is not told: whoever entered a hospital must hear that it is not on anybody's map yet."""
    for code, out, err in (
        type_("declare", folder, DARLING[3]),
        type_("declare", folder, DARLING[3]),  # and again, unchanged
    ):
        assert (code, out) == (0, "")
        assert "Relief/S1: kept; " in err
        assert "does not stand yet, and nobody is told of it: a second person verifies it" in err
    _, _, err = type_("act", folder, "Relief/S1", "verify", "--by", "second")
    assert "does not stand yet, and nobody is told of it: it is still to be submitted" in err
    assert "not stand" not in type_("act", folder, "Relief/S1", "submit")[2]


def test_what_crosses_says_so_again_where_nothing_changed(folder, type_):
    """Exit code 0 says that nothing crosses, however often the same is declared."""
    first = type_("declare", folder, *DARLING[1:3])
    again = type_("declare", folder, *DARLING[1:3])
    assert (first[0], again[0], again[1]) == (1, 1, "")
    assert "Alder/A1: as it was kept before, version 1; not compared again, 0 crossings" in again[2]
    assert "Birch/B1: as it was kept before, version 1; not compared again, 1 crossing" in again[2]
    for name in ("B1", "B2"):
        type_("withdraw", folder, f"Birch/{name}", "--reason", "over")
    assert type_("declare", folder, DARLING[1])[0] == 0


def test_the_same_with_a_key_is_done_once(folder, type_):
    first = type_("declare", folder, DARLING[1], "--key", "k")
    size = json.loads(type_("status", folder, "--json")[1])["entries"]
    second = type_("declare", folder, DARLING[1], "--key", "k")
    assert (first[0], second[0]) == (0, 0)
    assert "as it was kept before, version 1" in second[2]
    assert json.loads(type_("status", folder, "--json")[1])["entries"] == size


def test_list_and_show_and_withdraw(folder, type_):
    type_("declare", folder, *DARLING[1:3])
    rows = json.loads(type_("list", folder, "--json")[1])["declarations"]
    assert {row["subject"] for row in rows} == {
        "Alder/A1", "Alder/A2", "Alder/A3", "Birch/B1", "Birch/B2",
    }  # fmt: skip
    assert type_("withdraw", folder, "Birch/B1", "--reason", "weather")[0] == 0
    assert type_("withdraw", folder, "Birch/B1", "--reason", "weather")[0] == 5
    assert type_("withdraw", folder, "Birch/none", "--reason", "weather")[0] == 5
    out = type_("show", folder, "Birch/B1")[1]
    assert "Birch/B1: operation, Ended, version 1" in out
    assert "withdraw by desk: weather; it is Ended" in out
    history = json.loads(type_("show", folder, "Birch/B1", "--json")[1])["history"]
    assert [one["entry"] for one in history][:2] == ["declared/1", "verdict/1"]


def test_log_says_that_and_not_what(folder, type_):
    type_("declare", folder, *DARLING)
    out = type_("log", folder)[1]
    assert out.splitlines()[0].split()[0::2] == ["1", "arranged"]
    assert "144." not in out
    rows = json.loads(type_("log", folder, "--from", "2", "--to", "4", "--json")[1])["entries"]
    assert [row["number"] for row in rows] == [2, 3, 4]


def test_a_backup_is_a_node_with_its_keys(folder, type_, tmp_path):
    type_("declare", folder, *DARLING)
    assert type_("backup", folder, tmp_path / "copy.db")[0] == 0
    before = type_("log", folder)[1]
    (folder / "node.db").unlink()
    (tmp_path / "copy.db").rename(folder / "node.db")
    assert type_("log", folder)[1] == before
    assert type_("backup", folder, folder / "node.db")[0] == 3


def test_status_says_what_there_is_and_what_is_not_done(folder, type_):
    out = type_("status", folder)[1]
    assert key_of(folder) in out
    assert "nothing yet" in out


def test_a_party_node_takes_what_names_no_party_as_its_own(tmp_path, type_):
    type_("init", tmp_path / "node", "--party", "Oak")
    plan = json.loads(Path(DARLING[1]).read_text())
    for feature in plan["features"]:
        del feature["properties"]["party"]
    (tmp_path / "plan.geojson").write_text(json.dumps(plan))
    type_("declare", tmp_path / "node", tmp_path / "plan.geojson")
    assert "Oak/A1" in type_("list", tmp_path / "node")[1]


def test_nobody_at_a_humanitarian_desk_sees_a_verdict(tmp_path, type_):
    type_("init", tmp_path / "node", "--party", "Relief")
    (tmp_path / "darling.toml").write_text(TEMPLATE)
    type_("arrangement", "set", tmp_path / "node", tmp_path / "darling.toml")
    code, out, _ = type_("declare", tmp_path / "node", *DARLING)
    assert (code, out) == (0, "")


def test_twice_in_one_go_is_refused_by_name(folder, type_, tmp_path):
    plan = tmp_path / "again.geojson"
    plan.write_text(Path(DARLING[1]).read_text().replace("25000", "26000"))
    code, _, err = type_("declare", folder, DARLING[1], plan)
    assert code == 3
    assert "Alder/A1 stands in these files twice" in err


def test_what_is_wrong_is_said_before_it_is_sent(folder, type_):
    type_("declare", folder, DARLING[1])
    doubts = json.loads(type_("show", folder, "Alder/A1", "--json")[1])["history"][0]
    assert "time.past" in doubts["doubts"]


# evidence


@pytest.fixture
def evidence(folder, type_, tmp_path):
    type_("declare", folder, *DARLING)
    assert type_("bundle", folder, "--about", "Birch/B1", "-o", tmp_path / "b.json")[0] == 0
    return tmp_path / "b.json"


def test_a_bundle_verifies_with_the_key_alone(folder, evidence, type_):
    code, out, _ = type_("verify", evidence, "--key", key_of(folder))
    assert code == 0
    assert "verified: 4 of the " in out
    assert "declared/1 Birch/B1" in out
    assert "what this does not prove" in out
    told = json.loads(type_("verify", evidence, "--key", key_of(folder), "--json")[1])
    assert "weather" not in told["entries"][0]["body"]


def test_a_bundle_of_a_span(folder, type_, tmp_path):
    type_("declare", folder, *DARLING)
    assert type_("bundle", folder, "--from", 2, "--to", 5, "-o", tmp_path / "c.json")[0] == 0
    assert "verified: 4 of" in type_("verify", tmp_path / "c.json", "--key", key_of(folder))[1]
    for words in ((), ("--about", "x", "--from", 1)):
        assert type_("bundle", folder, *words, "-o", tmp_path / "d.json")[0] == 2
    assert type_("bundle", folder, "--about", "x", "-o", tmp_path / "d.json")[0] == 5


def test_whatever_is_changed_in_a_bundle_does_not_verify(folder, evidence, type_):
    """One byte of every value, and another key."""
    whole = json.loads(evidence.read_text())
    key = key_of(folder)

    def spoiled(text):
        middle = len(text) // 2
        return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]

    changed = [whole | {"checkpoint": spoiled(whole["checkpoint"])}, whole | {"record": "other"}]
    for name in ("salt", "body"):
        entries = [dict(whole["entries"][0]), *whole["entries"][1:]]
        entries[0][name] = spoiled(entries[0][name])
        changed.append(whole | {"entries": entries})
    moved = [dict(whole["entries"][0]) | {"number": 1}, *whole["entries"][1:]]
    changed.append(whole | {"entries": moved})
    for one in changed:
        evidence.write_text(json.dumps(one))
        assert type_("verify", evidence, "--key", key)[0] == 6
    evidence.write_text(json.dumps(whole))
    assert type_("verify", evidence, "--key", key)[0] == 0
    other = type_("init", folder.parent / "other", "--secretariat")[1].strip()
    assert type_("verify", evidence, "--key", other)[0] == 6
    assert type_("verify", evidence, "--key", "no key")[0] == 6
    assert type_("verify", folder / "nothing", "--key", key)[0] == 2


ALONE = """
import sys
from keepclear.faces.verifying import main
code = main(sys.argv[1:])
outside = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(sorted(outside - {"__main__"}), file=sys.stderr)
rooms = {".".join(name.split(".")[:2]) for name in sys.modules if name.startswith("keepclear.")}
print(sorted(rooms), file=sys.stderr)
sys.exit(code)
"""


def test_verifying_needs_pynacl_and_nothing_else(folder, evidence):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {_paths()!r}\n{ALONE}",
         str(evidence), "--key", key_of(folder)],
        cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    packages, rooms = done.stderr.strip().splitlines()
    assert set(eval(packages)) <= {"keepclear", "nacl", "_sodium", "_cffi_backend", "cffi"}
    assert eval(rooms) == ["keepclear.errors", "keepclear.faces", "keepclear.record"]


def _paths():
    import nacl

    return [str(ROOT / "src"), str(Path(nacl.__file__).parents[1])]


def test_the_module_is_a_command_of_its_own(folder, evidence, type_):
    words = [str(evidence), "--key", key_of(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "keepclear.faces.verifying", *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == type_("verify", *words)[:2]
    evidence.write_text("{}")
    done = subprocess.run(
        [sys.executable, "-m", "keepclear.faces.verifying", *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 6


def test_consent_is_given_shown_and_taken_back(folder, type_):
    type_("declare", folder, DARLING[3])
    site = (folder, "Relief/S1")
    code, _, err = type_("consent", *site, "--to", "Alder", "--fields", "name, contact")
    assert (code, "is told the circle and name, contact, from now on" in err) == (0, True)
    assert type_("consent", *site, "--to", "Adler")[0] == 5
    assert type_("consent", *site, "--to", "Alder", "--fields", "names")[0] == 2
    assert type_("consent", *site, "--to", "Alder", "--revoke", "--lead", "2h")[0] == 2
    assert type_("consent", *site)[1] == (
        "Alder is told the circle and name, contact, from now on and with each change\n"
    )
    code, _, err = type_("consent", folder, "Relief", "--kind", "site", "--to", "Birch", "--revoke")
    assert (code, "cannot be unshown" in err) == (0, True)
    assert "Birch is told nothing (said of all of its kind)" in type_("consent", *site)[1]


def test_due_says_when_to_come_again(folder, type_):
    assert "nothing is awaited" in type_("due", folder)[2]
    type_("declare", folder, DARLING[3])
    type_("act", folder, "Relief/W1", "verify", "--by", "second")
    type_("act", folder, "Relief/W1", "submit")
    late = ("--from", "2999-01-01T00:00Z")
    code, _, err = type_("consent", folder, "Relief/W1", "--to", "Alder", *late)
    assert (code, "until then nothing" in err) == (0, True)
    assert type_("due", folder)[1] == "2999-01-01T00:00:00Z\n"


def test_a_convoy_is_held_split_and_goes_back(folder, type_):
    type_("declare", folder, DARLING[3])
    on = (folder, "Relief/W1", "--leaves")
    code, _, err = type_("hold", *on, "2015-11-20T06:55Z", "--since", "2015-11-20T06:20Z")
    assert (code, "receipt and no verdict" in err) == (0, True)
    between = ("--since", "2015-11-20T07:10Z")
    code, _, err = type_("hold", *on, "2015-11-20T07:55Z", *between)
    assert (code, "between two stops" in err) == (5, True)
    assert (
        type_("split", *on, "2015-11-20T09:00Z", "--as", "W1b", "--since", "2015-11-20T06:20Z")[0]
        == 0
    )
    assert type_("return", *on, "2015-11-20T12:00Z")[0] == 0
    assert "Relief/W1b" in type_("list", folder)[1]
    shown = type_("show", folder, "Relief/W1")[1]
    assert "declared by desk, held" in shown
    assert "declared by desk, return" in shown


def test_the_list_says_until_when_a_site_is_confirmed(folder, type_):
    type_("declare", folder, DARLING[3])
    assert "confirm by" not in type_("list", folder)[1]  # a draft is told to nobody
    type_("act", folder, "Relief/S1", "verify", "--by", "second")
    type_("act", folder, "Relief/S1", "submit")
    row = next(
        one for one in json.loads(type_("list", folder, "--json")[1])["declarations"]
        if one["subject"] == "Relief/S1"
    )  # fmt: skip
    assert ("confirm_by" in row) is ("unconfirmed_since" not in row) is True
    assert f"confirm by {row['confirm_by']}" in type_("list", folder)[1]
