"""The page of long runs, docs/soak.md: each sort of run has a section with a table, and adds lines."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "soak.md"
TITLE = """# Long runs

Runs that take too long for every change. Each line was written by the command that its section names,
on the day and commit it names; a commit with a plus had changes that were not committed.
"""


def add_line(section: str, head: str, line: str) -> None:
    """Add a line at the end of a section's table; the section is made with ``head`` where it is new.

    Args:
        section: Its title, without the number signs.
        head: What stands under the title of a new section, ending with the table's two head lines.
        line: The row, without its line end.
    """
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else TITLE
    title = f"\n## {section}\n"
    if title not in text:
        text = f"{text.rstrip()}\n{title}{head.strip()}\n"
    before, _, rest = text.partition(title)
    body, mark, after = rest.partition("\n## ")
    PAGE.write_text(f"{before}{title}{body.rstrip()}\n{line}\n{mark}{after}", encoding="utf-8")


def take_serve(parser: argparse.ArgumentParser) -> None:
    """Let a run that serves nodes be told how: ``typed.serve``."""
    says = "handed to keepclear serve, such as --serve=--front; may be repeated"
    parser.add_argument("--serve", action="append", default=[], metavar="OPTION", help=says)


def commit_now(*paths: str) -> str:
    """The commit in short, with a plus where the paths hold changes beyond it."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "none") + (
        "+" if git("status", "--porcelain", "--", *paths) else ""
    )
