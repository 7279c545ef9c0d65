"""What whoever looks on reads of a play: acts, words, what happened at which time, what was seen.

Few lines, one for each step, on standard output; in a terminal with colours and as wide as it is, in a
pipe as plain text. What a step answered, and what an expectation found, stands behind it.
"""

from __future__ import annotations

import sys
from typing import IO, Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from keepclear.domain.window import format_instant
from keepclear.faces.demo.drawing import BOTH, PLACE, SHADES, WAY
from keepclear.faces.demo.nodes import Nodes
from keepclear.faces.terminal import deliver
from keepclear.faces.words import plain
from keepclear.formats.scenarios.script import Scenario, Step
from keepclear.node.clock import monotonic_s
from keepclear.node.files import STDIN

__all__ = ["Teller", "hour"]

_WIDTH_MAX: Final = 110
_LEFT: Final = 10
"""Room for the time."""
_HANGS: Final = "  "
"""Before lines that go on with one above."""


def hour(instant: str | None) -> str:
    """The hour in an instant as a node writes it, to the second; ``..`` for none."""
    return f"{instant[11:19]}Z" if instant else ".."


_COLOURS: Final = {
    SHADES[0]: "cyan",
    SHADES[1]: "yellow",
    SHADES[2]: "blue",
    BOTH: "red",
    PLACE: "bold green",
    WAY: "green",
}
"""Of a map, by character."""


def _colour(line: Text) -> None:
    for mark, style in _COLOURS.items():
        line.highlight_words([mark], style)


class _Screen:
    """Standard output as everything else uses it: UTF-8, and a reader that hangs up ends no play."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        deliver(text, STDIN)
        return len(text)

    def flush(self) -> None:
        """Everything is written at once."""

    def isatty(self) -> bool:
        return sys.stdout.isatty()


class Teller:
    """Writes to standard output."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Nothing is written yet; ``quiet`` leaves everything out but what failed."""
        screen = cast("IO[str]", _Screen())
        self._console = Console(file=screen, highlight=False, soft_wrap=False, quiet=quiet)
        if self._console.width > _WIDTH_MAX or not self._console.is_terminal:
            self._console.width = _WIDTH_MAX
        self._nodes: Nodes | None = None
        self._last, self._said = "", False
        self._began_s = monotonic_s()

    def begin(self, scenario: Scenario, nodes: Nodes) -> None:
        """Who is there: each party with its node, and the words that the others compared."""
        self._nodes = nodes
        self._console.rule(
            f"[bold]{plain(scenario.title or scenario.name)}", align="left", style="dim"
        )
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for head in ("party", "its node", "its words, as the other desks compared them"):
            table.add_column(head, overflow="fold")
        for party, node in nodes.by_party.items():
            table.add_row(party, node.url, " ".join(node.words))
        self._console.print(table)

    def words(self, step: Step) -> None:
        """An act, or what is said about what happens."""
        text = plain(step.slots["rest"])
        if not self._said or step.form.name == "act":
            self._console.print()
        self._said = step.form.name == "say"
        if step.form.name == "act":
            self._console.rule(f"[bold]{text}", align="left", style="dim")
            self._last = ""
        else:
            self._console.print(Text(text, style="italic"))

    def done(self, step: Step, said: str, now_us: int) -> None:
        """Something was done."""
        first, *more = said.split("\n") if said else [""]
        text = Text(plain(step.told))
        if first:
            text.append(f"  {plain(first)}", style="dim")
        self._row(self._time(now_us), text)
        for line in more:
            below = Text(f"    {plain(line)}", style="" if step.form.name == "draw" else "dim")
            if step.form.name == "draw":
                _colour(below)
            self._row("", below)

    def met(self, step: Step, seen: str) -> None:
        """Something is as it was expected."""
        text = Text("✓ ", style="green")
        text.append(plain(step.told), style="default")
        if seen:
            text.append(f"  {plain(seen)}", style="dim")
        self._row("", text)

    def missed(self, step: Step, seen: str) -> None:
        """Something is not."""
        text = Text("✗ ", style="bold red")
        text.append(f"line {step.line}: {plain(step.text)}", style="bold")
        text.append(f"  {plain(seen)}", style="red")
        quiet, self._console.quiet = self._console.quiet, False
        self._row("", text)
        self._console.quiet = quiet

    def end(self, met: int) -> None:
        """The last line."""
        took_s = monotonic_s() - self._began_s
        self._console.print()
        self._console.print(f"{met} expectations, all met, in {took_s:.0f} s.", style="bold")

    def _time(self, now_us: int) -> str:
        """The time of the nodes, once; fractions of a second are receipts on their way."""
        text = format_instant(now_us)[11:19]
        shown, self._last = ("" if text == self._last else text), text
        return shown

    def _row(self, left: str, text: Text) -> None:
        """The time, and what is told; what goes on in further lines hangs below it."""
        self._said = False
        room = self._console.width - _LEFT - len(_HANGS)
        for number, line in enumerate(text.wrap(self._console, room)):
            head = _HANGS if number else ""
            row = Text(f"{'' if number else left:<{_LEFT}}{head}")
            row.stylize("cyan", 0, _LEFT)
            line.rstrip()
            self._console.print(row.append_text(line))
