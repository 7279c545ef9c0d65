"""Run what the documents show, and write what it really prints under it.

In every part between ``<!-- written: output -->`` and ``<!-- end -->`` stands one block:

* ``console``: lines that begin with ``$ `` are commands for the shell, run from the top of the
  checkout; everything else is their output, words on stderr included.
* ``pycon``: lines that begin with ``>>> `` are Python; all blocks of a document share their names.

    python tools/readme_output.py [--check]
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from marked import ROOT, keep_current

__all__ = ["documents", "writer"]

WIDTH = 96
"""Columns of a code block that most readers see without scrolling."""
SECONDS_MAX = 120

_PREAMBLE = 'command -v keepclear >/dev/null || keepclear() { python -m keepclear "$@"; }\n'


def documents() -> list[Path]:
    """Every document of the project that shows output."""
    places = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
    return sorted(p for p in places if "<!-- written: output -->" in p.read_text(encoding="utf-8"))


def environment() -> dict[str, str]:
    """Where the commands run: plain text of a fixed width, and no settings of the person."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEEPCLEAR")}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "COLUMNS": str(WIDTH),
        "NO_COLOR": "1",
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
        "XDG_CONFIG_HOME": os.devnull,
    }


def console(body: str) -> str:
    """The block with each command followed by what it prints now; ``$?`` is that of the last."""
    out, code = [], 0
    for line in body.splitlines():
        if not line.startswith("$ "):
            continue
        ran = subprocess.run(  # noqa: S603  the commands of our own documents
            ["bash", "-c", f"{_PREAMBLE}(exit {code})\n{line[2:]}"],  # noqa: S607
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        code = ran.returncode
        out += [line, *(text.rstrip() for text in ran.stdout.rstrip("\n").splitlines())]
    return "\n".join([*out, ""])


def pycon(body: str, names: dict[str, Any]) -> str:
    """The block with each statement followed by what it prints now."""
    out = []
    for example in doctest.DocTestParser().get_examples(body):
        first, *more = example.source.rstrip("\n").splitlines()
        out += [f">>> {first}", *(f"... {line}".rstrip() for line in more)]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(example.source, "<document>", "single"), names)  # noqa: S102
            except Exception as error:  # noqa: BLE001  shown as the reader would see it
                last = traceback.format_exception_only(error)[-1].rstrip("\n")
                print("Traceback (most recent call last):", "  ...", last, sep="\n")  # noqa: T201
        out += [text.rstrip() for text in printed.getvalue().rstrip("\n").splitlines()]
    return "\n".join([*out, ""])


def writer() -> Callable[[str, str], str]:
    """What writes the marked parts of one document, in their order."""
    names: dict[str, Any] = {"__name__": "__document__"}

    def write(name: str, body: str) -> str:
        if name != "output":
            return body
        fence, _, rest = body.partition("\n")
        inside = rest.rpartition("```")[0]
        language = fence.removeprefix("```")
        if language == "console":
            return f"{fence}\n{console(inside)}```\n"
        if language == "pycon":
            return f"{fence}\n{pycon(inside, names)}```\n"
        message = f"a written block is console or pycon, found {fence!r}"
        raise ValueError(message)

    return write


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT / "src"))
    sys.exit(max((keep_current(path, writer()) for path in documents()), default=0))
