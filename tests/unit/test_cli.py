"""The command line: exit codes, where words and data go, settings, and what happens at the edges."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import subprocess
import sys

import pytest

from keepclear import app
from keepclear.detect.rules import compare
from keepclear.faces.cli import FORMS
from keepclear.formats.registry import FORMATS
from keepclear.node import check as check_module
from keepclear.node import config, doctor

TAIL = "parties that declare nothing are not seen"


def feature(id_="1", longitude=144.0, **properties):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, -31.0]},
        "properties": {
            "id": id_,
            "kind": "operation",
            "radius_m": 500,
            "altitude_lower": {"value": 0, "units": "M", "reference": "W84"},
            "altitude_upper": {"value": 100, "units": "M", "reference": "W84"},
            "time_start": "2015-11-20T06:00:00Z",
            "time_end": "2015-11-20T08:00:00Z",
        }
        | properties,
    }


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch, root):
    """An empty folder, and no settings from the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith("KEEPCLEAR_") and name not in {"KEEPCLEAR_DATA", "KEEPCLEAR_HYPOTHESIS"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    paths = [str(root / "src"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture(autouse=True)
def plans(place):
    """Two that meet, and one 19 km away."""
    (place / "alder.geojson").write_text(collection(feature("A1")))
    (place / "birch.geojson").write_text(collection(feature("B1")))
    (place / "cedar.geojson").write_text(collection(feature("C1", longitude=144.2)))
    (place / "bad.geojson").write_text(
        collection(feature("X1", longitude=200), feature("X2", longitude=150))
    )
    return place


@pytest.fixture
def run(capfd):
    """Runs a command in this process."""

    def run(*words):
        code = app.main(list(words))
        out, err = capfd.readouterr()
        return code, out, err

    return run


class TestExitCodes:
    """What a script relies on."""

    def test_nothing_crosses(self, run):
        code, out, err = run("check", "alder.geojson", "cedar.geojson", "--json")
        assert code == 0
        assert json.loads(out)["crossings"] == []
        sentence = "no crossing among 2 declarations of alder and cedar; 0 rows not compared"
        assert err == f"{sentence}; {TAIL}\n"

    def test_something_crosses(self, run):
        code, out, err = run("alder.geojson", "birch.geojson", "--json")
        assert code == 1
        assert len(json.loads(out)["crossings"]) == 1
        assert err.startswith("1 crossing (certain) among 2 declarations of alder and birch; ")

    def test_a_refused_row_and_nothing_crosses(self, run):
        code, out, err = run("alder.geojson", "bad.geojson", "--json")
        assert code == 3
        answer = json.loads(out)
        assert not answer["complete"]
        assert answer["compared"] == 2
        assert len(answer["refused"]) == 1
        assert "refused: bad.geojson feature 1" in err

    def test_keep_going_makes_it_nothing(self, run):
        assert run("alder.geojson", "bad.geojson", "--keep-going")[0] == 0

    def test_keep_going_is_no_way_round_having_read_nothing(self, run):
        code, _, err = run("nowhere.geojson", "--keep-going")
        assert code == 3
        assert "nothing was compared; 1 row not compared" in err

    def test_a_crossing_counts_more_than_a_refused_row(self, run):
        assert run("alder.geojson", "birch.geojson", "bad.geojson")[0] == 1

    def test_exit_zero_forgives_crossings_only(self, run):
        assert run("alder.geojson", "birch.geojson", "--exit-zero")[0] == 0
        assert run("alder.geojson", "birch.geojson", "bad.geojson", "--exit-zero")[0] == 3

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["check"], "Missing argument"),
            (["alder.geojson", "--horizontal", "1000"], "unit is missing"),
            (["alder.geojson", "--after", "2015-11-20T06:30"], "add Z for UTC"),
            (["alder.geojson", "--after", "2020-01-01T00Z"], "write it like"),
            (["alder.geojson", "--nonsense"], "No such option"),
            (["alder.geojson", "--format", "pdf"], "'pdf' is not one of"),
            (["alder.geojson", "--json", "--format", "csv"], "contradict each other"),
            (["alder.geojson", "--read-as", "shapefile"], "'shapefile' is not read"),
            (["-", "-"], "can be read once only"),
            (["docter"], "did you mean 'keepclear doctor'?"),
            (
                ["alder.geojson", "--after", "2016-01-01T00:00Z", "--before", "2015-01-01T00:00Z"],
                "later than",
            ),
        ],
    )
    def test_usage(self, run, words, said):
        code, out, err = run(*words)
        assert code == 2
        assert out == ""
        assert said in err
        assert "Traceback" not in err

    def test_our_own_fault(self, run, monkeypatch):
        def broken(*_, **__):
            raise ZeroDivisionError("of our own making")

        monkeypatch.setattr(check_module, "compare", broken)
        code, _, err = run("alder.geojson")
        assert code == 70
        assert err.count("\n") == 1
        assert "this is a fault in keepclear (ZeroDivisionError: of our own making)" in err
        monkeypatch.setenv("KEEPCLEAR_DEBUG", "1")
        assert "Traceback" in run("alder.geojson")[2]

    @pytest.mark.parametrize(
        ("raised", "code", "said"),
        [
            (KeyboardInterrupt, 130, "interrupted"),
            (MemoryError, 3, "too little memory"),
            (ModuleNotFoundError("No module named 'shapely'"), 3, "keepclear doctor says which"),
        ],
    )
    def test_other_ends(self, run, monkeypatch, raised, code, said):
        def ends(*_, **__):
            raise raised

        monkeypatch.setattr(check_module, "compare", ends)
        found, _, err = run("alder.geojson")
        assert found == code
        assert said in err
        assert err.strip().count("\n") == 0


class TestWords:
    """Data on stdout, words on stderr, nothing called clear."""

    def test_a_table_in_a_pipe_ends_with_the_sentence(self, run):
        _, out, err = run("alder.geojson", "birch.geojson")
        lines = out.splitlines()
        assert lines[0].split() == ["#", "between", "when", "(UTC)", "altitudes", "shared"]
        assert lines[1].startswith(
            "1  alder A1 and birch B1  2015-11-20 06:00 to 08:00  0 m W84 to 100 m W84  "
        )
        assert lines[-1].endswith(TAIL)
        assert lines[-1] in err

    def test_the_sentence_is_said_once_where_both_go_to_one_place(self):
        command = [sys.executable, "-m", "keepclear", "alder.geojson", "cedar.geojson"]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True
        )
        assert done.returncode == 0
        assert done.stdout.count(TAIL) == 1

    def test_at_a_terminal_it_is_as_wide_as_the_terminal(self):
        screen = terminal(["alder.geojson", "birch.geojson"], COLUMNS="70")
        assert screen.count("not seen") == 1
        assert "\x1b[" in screen
        lines = re.sub(r"\x1b\[[0-9;]*m", "", screen).splitlines()
        assert max(map(len, lines)) == 70

    def test_no_color_is_honoured(self):
        screen = terminal(["alder.geojson", "birch.geojson"], COLUMNS="100", NO_COLOR="1")
        assert "\x1b[31m" not in screen
        assert "\x1b[1;31m" not in screen

    def test_a_name_that_is_no_utf8_is_printed_safely(self, place, run):
        name = os.fsdecode(b"pl\xe4n.geojson")
        (place / name).write_text(collection(feature("P1")))
        code, out, _ = run(name, "alder.geojson", "--json")
        assert code == 1
        assert json.loads(out)["crossings"][0]["b"]["party"] == "pl\\xe4n"

    def test_at_most_twenty_refusals_are_listed(self, place, run):
        rows = [feature(str(n), longitude=200) for n in range(25)]
        (place / "bad.geojson").write_text(collection(feature(), *rows))
        _, out, err = run("bad.geojson", "--json")
        assert err.count("refused: bad.geojson feature") == 20
        assert "and 5 more refused (all are in --format json)" in err
        assert len(json.loads(out)["refused"]) == 25

    def test_quiet_says_only_what_could_not_be_read(self, run):
        _, _, err = run("alder.geojson", "bad.geojson", "--quiet", "--json")
        assert err.count("\n") == 1
        assert err.startswith("refused: bad.geojson")

    def test_a_foreign_name_cannot_move_the_cursor(self, place, run):
        evil = "\x1b[2J\x1b]0;title\x07\u202eB1"
        (place / "a.geojson").write_text(collection(feature(evil, party=evil)))
        (place / "b.geojson").write_text(collection(feature("B1")))
        for form in ("table", "html"):
            _, out, err = run("a.geojson", "b.geojson", "--format", form)
            assert "\x1b" not in out + err
            assert "\u202e" not in out + err
            assert "refused: a.geojson feature 1" in err

    def test_a_single_file_without_parties_says_so(self, place, run):
        (place / "plan.geojson").write_text(collection(feature("1"), feature("2")))
        code, _, err = run("plan.geojson")
        assert code == 1
        assert "each declaration stands for itself" in err
        assert "2 declarations without a party" in err

    def test_a_reader_that_hangs_up_does_not_change_the_verdict(self):
        command = [sys.executable, "-m", "keepclear", "alder.geojson", "birch.geojson", "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait() == 1
        assert b"Traceback" not in err
        assert b"BrokenPipe" not in err
        process.stderr.close()


class TestOutput:
    """Where the answer goes, and in which form."""

    @pytest.mark.parametrize("form", FORMS)
    def test_every_form_is_written(self, run, form):
        code, out, _ = run("alder.geojson", "birch.geojson", "--format", form)
        assert code == 1
        assert out.endswith("\n")

    def test_pairs_are_ids_certainty_window_and_band(self, run):
        _, out, _ = run("alder.geojson", "birch.geojson", "--format", "pairs")
        (row,) = csv.DictReader(out.splitlines())
        assert row == {
            "a_party": "alder",
            "a_id": "A1",
            "b_party": "birch",
            "b_id": "B1",
            "kind": "overlap",
            "certainty": "certain",
            "time_start": "2015-11-20T06:00:00Z",
            "time_end": "2015-11-20T08:00:00Z",
            "altitude_lower_w84_m": "0.0",
            "altitude_upper_w84_m": "100.0",
        }

    @pytest.mark.parametrize(
        ("name", "begins"),
        [
            ("r.json", '{\n"keepclear": "check/1"'),
            ("r.GeoJSON", '{\n"type": "FeatureCollection"'),
            ("r.csv", "a_party,"),
            ("r.html", "<!doctype html>"),
            ("r.txt", "#  between"),
        ],
    )
    def test_the_name_says_the_form_where_nothing_else_does(self, plans, run, name, begins):
        _, out, err = run("alder.geojson", "birch.geojson", "-o", name)
        assert out == ""
        assert TAIL in err
        assert (plans / name).read_text(encoding="utf-8").startswith(begins)

    def test_a_form_that_is_asked_for_goes_before_the_name(self, plans, run):
        run("alder.geojson", "-o", "r.json", "--format", "csv")
        assert (plans / "r.json").read_text().startswith("a_party,")

    def test_a_dash_is_standard_output(self, run):
        assert json.loads(run("alder.geojson", "-o", "-", "--json")[1])["compared"] == 1

    def test_a_report_never_takes_the_place_of_a_declaration(self, plans, run):
        before = (plans / "alder.geojson").read_text()
        code, _, err = run("alder.geojson", "-o", "./alder.geojson")
        assert code == 2
        assert "choose another name" in err
        assert (plans / "alder.geojson").read_text() == before

    @pytest.mark.parametrize(("other", "code"), [("birch.geojson", 1), ("cedar.geojson", 3)])
    def test_a_report_that_cannot_be_written_does_not_change_a_crossing(self, run, other, code):
        found, out, err = run("alder.geojson", other, "-o", "none/r.json", "--quiet")
        assert found == code
        assert out == ""
        assert "could not be written to none/r.json (No such file or directory)" in err
        assert err.count("\n") == 1

    def test_a_full_disk_is_one_sentence(self, run):
        code, _, err = run("alder.geojson", "cedar.geojson", "-o", "/dev/full", "--quiet")
        assert code == 3
        assert "No space left on device" in err

    def test_the_same_input_gives_the_same_bytes(self, run):
        words = ("bad.geojson", "birch.geojson", "alder.geojson")
        for form in ("json", "geojson", "csv", "pairs", "table"):
            first = run(*words, "--format", form)
            assert run(*words, "--format", form) == first

    def test_standard_input(self):
        command = [sys.executable, "-m", "keepclear", "-", "birch.geojson", "--json"]
        done = subprocess.run(
            command, input=collection(feature("A1")), capture_output=True, check=False, text=True
        )
        assert done.returncode == 1
        assert json.loads(done.stdout)["crossings"][0]["b"]["party"] == "stdin"


class TestSettings:
    """Flag before environment before ./keepclear.toml before the user's own settings."""

    def found(self, run, *words):
        _, out, err = run("alder.geojson", "cedar.geojson", "--json", *words)
        return len(json.loads(out)["crossings"]), err

    def test_each_goes_before_the_next(self, plans, run, monkeypatch):
        own = plans.parent / "xdg" / "keepclear" / "config.toml"
        own.parent.mkdir(parents=True)
        own.write_text('[check]\nhorizontal = "50km"\n')
        count, err = self.found(run)
        assert count == 1
        assert "from a settings file: --horizontal" in err
        (plans / "keepclear.toml").write_text('[check]\nhorizontal = "1km"\n')
        assert self.found(run)[0] == 0
        monkeypatch.setenv("KEEPCLEAR_HORIZONTAL", "50km")
        count, err = self.found(run)
        assert count == 1
        assert "from the environment: --horizontal" in err
        count, err = self.found(run, "--horizontal", "1km")
        assert count == 0
        assert "--horizontal" not in err

    def test_a_flag_goes_before_a_setting_of_another_name(self, run, monkeypatch):
        monkeypatch.setenv("KEEPCLEAR_FORMAT", "csv")
        assert run("alder.geojson")[1].startswith("a_party,")
        assert run("alder.geojson", "--json")[1].startswith("{")

    def test_every_setting_is_an_option_and_may_be_written(self, plans, run):
        (plans / "keepclear.toml").write_text(
            "[check]\n"
            'horizontal = "1km"\nvertical = "100ft"\ntime = "5min"\nground = "40..150m"\n'
            'after = 2015-11-20T06:00:00Z\nbefore = "2030-01-01T00:00Z"\nwithin-party = true\n'
            'format = "json"\nread-as = "geojson"\nmax-bytes = 1000000\nkeep-going = true\n'
            "exit-zero = true\nquiet = false\n"
        )
        assert len(config.settings()) == len(config.CHECK_SETTINGS)
        code, out, err = run("alder.geojson", "birch.geojson")
        assert code == 0
        assert json.loads(out)["compared"] == 2
        assert "--read-as" in err

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[check]\nhorizontl = "1km"', "'horizontl' under [check] is not one of"),
            ('[chek]\nhorizontal = "1km"', "'chek' is not known"),
            ("[check]\nhorizontal = true", "horizontal must be text in quotes"),
            ('[check]\nquiet = "yes"', "quiet must be true or false"),
            ("[check", "it is not valid TOML"),
            ('[check]\nhorizontal = "1"', "unit is missing"),
        ],
    )
    def test_a_setting_that_is_not_understood_is_never_ignored(self, plans, run, text, said):
        (plans / "keepclear.toml").write_text(text)
        code, _, err = run("alder.geojson")
        assert code == 2
        assert said in err

    def test_help_does_not_depend_on_settings(self, plans, run):
        (plans / "keepclear.toml").write_text("[check")
        assert run("--help")[0] == 0
        assert run("doctor")[0] == 0


class TestHelp:
    """Help is fast because nothing heavy is loaded for it."""

    def test_help_loads_nothing_heavy(self):
        code = (
            "import sys; from keepclear.app import main; main(['--help']); main(['check', '-h']);"
            "heavy = {'numpy', 'shapely', 'pyproj', 'rich', 'numba', 'msgspec'} & set(sys.modules);"
            "sys.exit(', '.join(heavy) or 0)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert b"--horizontal" in done.stdout

    def test_importing_the_package_loads_nothing_heavy(self):
        code = "import sys, keepclear; sys.exit('numpy' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_help_names_every_format_that_is_read(self, run):
        out = " ".join(run("check", "--help")[1].split()).replace("- ", "-")  # wrapped at hyphens
        assert all(name in out for name in FORMATS)

    def test_alone_it_shows_the_help(self, run):
        code, out, err = run()
        assert code in {0, 2}
        assert "keepclear FILE..." in out + err

    def test_the_version(self, run):
        code, out, _ = run("--version")
        assert code == 0
        assert out.startswith("keepclear, version ")


class TestDoctor:
    """One line for each thing, and what to do where it is not there."""

    def test_all_is_here(self, run):
        code, out, _ = run("doctor")
        assert code == 0
        names = [line.split()[1] for line in out.splitlines()[:-2]]
        assert {"keepclear", "python", "numpy", "shapely", "pyproj", "geoid", "clock"} <= set(names)
        assert "GEOS" in out
        assert out.endswith("\n\nnothing is missing\n")

    def test_for_programs(self, run):
        code, out, _ = run("doctor", "--json")
        answer = json.loads(out)
        assert code == 0
        assert answer["keepclear"] == "doctor/1"
        assert answer["ok"] is True

    def test_what_is_missing_is_named_with_what_to_do(self, run, monkeypatch):
        monkeypatch.setattr(doctor, "_NEEDED", ("numpy", "no-such-package"))
        code, out, _ = run("doctor")
        assert code == 3
        assert "not installed -> python -m pip install no-such-package" in out
        assert "1 missing" in out


class TestProgress:
    """A line for long work, only where a person looks."""

    def test_long_work_shows_how_far_it_is(self):
        slow = (
            "import sys; from keepclear.faces import terminal; terminal._PATIENCE_S = -1.0;"
            "from keepclear.node import check; real = check.compare\n"
            "def told(*a, progress, **k):\n"
            "    progress('comparing', 340_000, 1_000_000); return real(*a, progress=None, **k)\n"
            "check.compare = told; from keepclear.app import main; sys.exit(main(sys.argv[1:]))"
        )
        screen = terminal(["alder.geojson", "birch.geojson"], program=["-c", slow])
        assert "comparing 34 % of 1,000,000" in screen
        screen = terminal(["alder.geojson", "--quiet"], program=["-c", slow])
        assert "comparing" not in screen

    def test_the_use_case_hands_it_on(self):
        assert check_module.compare is compare


def terminal(words, program=("-m", "keepclear"), **environment):
    """What a person sees who types this at a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *program, *words],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"} | environment,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(ours)
    process.wait()
    return seen.decode("utf-8").replace("\r\n", "\n")
