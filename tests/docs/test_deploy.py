"""The unit and the container file that docs/deploy.md speaks of: that they can be used as they are."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys

import pytest

from keepclear.faces.cli import cli

EXPOSURE_MAX = 20
"""In tenths, as ``systemd-analyze security`` counts: 0 is sealed, 100 is open."""


@pytest.fixture
def unit(root, tmp_path):
    """The unit, with a program that is there in place of the one that is not."""
    text = (root / "docs" / "keepclear.service").read_text("utf-8")
    place = tmp_path / "keepclear.service"
    place.write_text(text.replace("/opt/keepclear/bin/keepclear", sys.executable))
    return place


def settings(root):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(root / "docs" / "keepclear.service")
    return parser


def test_the_unit_starts_a_command_that_there_is(root):
    words = settings(root)["Service"]["ExecStart"].split()
    assert words[0] == "/opt/keepclear/bin/keepclear"
    assert words[1] in cli.commands


def test_the_unit_keeps_its_folder_to_itself(root):
    service = settings(root)["Service"]
    assert service["UMask"] == "0077"
    assert service["StateDirectoryMode"] == "0700"
    assert service["User"] not in {"", "root"}
    assert service["CapabilityBoundingSet"] == ""
    assert service["LimitCORE"] == "0"


def analyze(*words):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_systemd_understands_every_line_of_the_unit(unit):
    done = analyze("verify", "--man=no", str(unit))
    assert done.returncode == 0, done.stderr
    assert "keepclear.service" not in done.stderr  # where a line that is not known is named


def test_the_unit_is_as_closed_as_systemd_can_tell(unit):
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(unit))
    assert done.returncode == 0, done.stdout + done.stderr


def container(root):
    text = (root / "docs" / "Containerfile").read_text("utf-8")
    return re.sub(r"\s*\\\n\s*", " ", "\n".join(
        line for line in text.splitlines() if not line.startswith("#")))  # fmt: skip


def test_the_container_is_made_of_locked_requirements_only(root):
    """Each installation is by hash, or of what was built here; nothing else fetches anything."""
    installs = re.findall(r"pip (?:install|wheel) ([^&\n]*)", container(root))
    assert len(installs) == 4
    for words in installs:
        by_hash = "--require-hashes" in words and "--only-binary :all:" in words
        built_here = "--no-deps" in words and "--no-index" in words
        assert by_hash or built_here, words
    for name in re.findall(r"requirements/(\S+)\.txt", container(root)):
        lock = name.replace("${LOCK}", re.search(r"ARG LOCK=(\S+)", container(root))[1])
        assert "--hash=sha256:" in (root / "requirements" / f"{lock}.txt").read_text("utf-8")
    assert not re.search(r"\b(curl|wget|apt|apt-get|git|ADD)\b", container(root))


def test_the_container_copies_what_there_is_and_runs_without_rights(root):
    text = container(root)
    for words in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE):
        *sources, _ = words.split()
        assert all((root / source).exists() for source in sources)
    last = text[text.rindex("\nFROM ") :]
    assert "\nUSER keepclear\n" in last
    assert re.search(r'CMD \["(\w+)"', last)[1] in cli.commands
