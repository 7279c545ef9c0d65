"""Files that once stopped a reader: each in a process of its own, with little memory and time."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

FOUND = {
    "position-grid-of-many-digits.txt": ("position", "position.character"),
    "file-without-a-name.kmz": ("kmz", None),
    "arcs-without-end.txt": ("openair", "coordinates.too-many"),
    "circles-times-windows.txt": ("openair", "list.too-many"),
    "cell-far-to-the-right.xlsx": ("xlsx", "xlsx.cells"),
    "shape-without-vertices.cot": ("cot", "coordinates.expected"),
}
"""The file, what it is read as, and the code under which it is refused; None where it is read."""
SECONDS = 60
"""Loading the package on a busy machine takes some of it; the readers themselves take none."""
MEMORY = 2_000_000_000

READ = """
import json, sys
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.formats.registry import read_bytes
path, form = sys.argv[1:]
data = open(path, "rb").read()
try:
    if form == "position":
        read_position(data.decode())
        told = ([], 1)
    else:
        reading = read_bytes(data, name="vector", read_as=form)
        told = ([refusal.code for refusal in reading.refused], len(reading.declarations))
except InputError as error:
    told = ([error.code], 0)
print(json.dumps(told))
"""


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def test_every_file_is_listed_here_and_in_the_readme(root):
    folder = root / "tests" / "vectors"
    files = {path.name for path in (folder / "readers").iterdir()}
    assert files == set(FOUND)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in readme for name in files)


@pytest.mark.parametrize("name", FOUND)
def test_what_once_stopped_a_reader_is_one_sentence(root, name):
    form, code = FOUND[name]
    done = subprocess.run(
        [sys.executable, "-c", READ, str(root / "tests" / "vectors" / "readers" / name), form],
        capture_output=True,
        timeout=SECONDS,
        check=False,
        preexec_fn=limited,
    )
    assert done.returncode == 0, done.stderr.decode()[-1000:]
    refused, declared = json.loads(done.stdout)
    assert refused == ([code] if code else [])
    assert (declared > 0) is (code is None) or form == "xlsx"
