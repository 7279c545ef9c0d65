"""``keepclear arrangement``: a text to begin with, what is wrong with one, and what one says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import click

from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN, read_file, shown

if TYPE_CHECKING:
    from keepclear.domain.arrangement import Arrangement
    from keepclear.faces.remote.line import Line
    from keepclear.link.agreement import Agreement

__all__ = ["arrangement"]

_HOLDS: Final = "{}, version {}, holds from here on; it is not signed by anybody yet"
_HOUR_US: Final = 3_600_000_000
_UNITS: Final = (
    (24 * _HOUR_US, "d"),
    (_HOUR_US, "h"),
    (_HOUR_US // 60, "min"),
    (_HOUR_US // 3_600, "s"),
)


@click.group()
def arrangement() -> None:
    """Write, check and read what parties have agreed on: rungs, line, minima, notice, disclosure."""


@arrangement.command()
@click.option("-o", "--output", default=STDIN, metavar="FILE", help="Write it there.")
def template(output: str) -> int:
    """Write an arrangement to begin with: change the names, the line and the figures."""
    from keepclear.formats.arrangement_template import TEMPLATE  # noqa: PLC0415

    deliver(TEMPLATE, output)
    return Exit.NOTHING


@arrangement.command()
@click.argument("file")
def check(file: str) -> int:
    """Say everything that is wrong with an arrangement."""
    found = _read(file)
    if found is None:
        return Exit.UNREADABLE
    say(f"{shown(file)}: {found.name}, version {found.version}: nothing is wrong with it")
    _say_share(found)
    return Exit.NOTHING


@arrangement.command()
@click.argument("file")
def show(file: str) -> int:
    """Say what an arrangement means, in a table."""
    found = _read(file)
    if found is None:
        return Exit.UNREADABLE
    rows = list(_rows(found))
    width = max(len(name) for name, _ in rows)
    deliver("".join(f"{name:<{width}}  {value}\n" for name, value in rows), STDIN)
    return Exit.NOTHING


@arrangement.command(name="set")
@click.argument("folder", metavar="DIR")
@click.argument("file")
@asking
@token_file
def set_(folder: str, file: str, by: str, key: str, token_file: str | None) -> int:
    """Let an arrangement hold at the node in DIR from here on; its text is kept as it is."""
    from keepclear.formats.arrangements import ARRANGEMENT_BYTES_MAX  # noqa: PLC0415
    from keepclear.node.arranging import set_arrangement  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.evidence import rows  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    found = _read(file)
    if found is None:
        return Exit.UNREADABLE
    text = read_file(file, max_bytes=ARRANGEMENT_BYTES_MAX).decode()
    if is_url(folder):
        with _line_to(folder, token_file, by) as to:
            _administration().set_arrangement(to, found.name, text, key)
        say(_HOLDS.format(found.name, found.version))
        return Exit.NOTHING
    with running(folder) as (_, node):
        before = node.store.size()
        set_arrangement(node, text, Request(by, "command line", key))
        judged = sum(row.kind == "verdict" for row in rows(node, before + 1))
    say(_HOLDS.format(found.name, found.version))
    if judged:
        say(f"{judged:,} declarations that stand were judged anew by what holds now")
    return Exit.NOTHING


@arrangement.command()
@click.argument("folder", metavar="DIR")
@click.argument("file")
@click.option("-o", "--output", default=STDIN, metavar="FILE", help="Write the signed note there.")
@asking
@token_file
def propose(folder: str, file: str, output: str, by: str, key: str, token_file: str | None) -> int:
    """Sign an arrangement for the party of the node in DIR, for the others to sign as well."""
    from keepclear.formats.arrangements import ARRANGEMENT_BYTES_MAX  # noqa: PLC0415
    from keepclear.node import agreeing  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    if _read(file) is None:
        return Exit.UNREADABLE
    text = read_file(file, max_bytes=ARRANGEMENT_BYTES_MAX).decode()
    if is_url(folder):
        with _line_to(folder, token_file, by) as to:
            signed = _administration().propose(to, text)
    else:
        with running(folder) as (home, node):
            request = Request(by, "command line", key)
            signed = _signed(agreeing.propose(node, text, home.message_key, request))
    _say_signed(signed, output)
    return Exit.NOTHING


@arrangement.command()
@click.argument("folder", metavar="DIR")
@click.argument("file")
@click.option("-o", "--output", default=STDIN, metavar="FILE", help="Write the signed note there.")
@asking
@token_file
def sign(folder: str, file: str, output: str, by: str, key: str, token_file: str | None) -> int:
    """Sign what another party proposed, word for word; it holds when nobody's signature is missing.

    Read it first: keepclear arrangement show FILE takes the note as well.
    """
    from keepclear.node import agreeing  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.record.note import NOTE_BYTES_MAX  # noqa: PLC0415

    note = read_file(file, max_bytes=NOTE_BYTES_MAX)
    if is_url(folder):
        with _line_to(folder, token_file, by) as to:
            signed = _administration().sign(to, note.decode(errors="replace"))
    else:
        with running(folder) as (home, node):
            request = Request(by, "command line", key)
            signed = _signed(agreeing.sign(node, note, home.message_key, request))
    _say_signed(signed, output)
    return Exit.NOTHING


def _stepping(step: str, words: str) -> click.Command:
    """One of the three commands by which a party steps down, or takes that back."""

    @click.command(name=step, help=words)
    @click.argument("folder", metavar="DIR")
    @click.argument("name")
    @click.option("--because", default="", metavar="TEXT", help="For people; none need be given.")
    @asking
    @token_file
    def command(
        folder: str, name: str, because: str, by: str, key: str, token_file: str | None
    ) -> int:
        from keepclear.faces.desk.place import desk_at  # noqa: PLC0415

        with desk_at(folder, token_file, by, key) as desk:
            done = desk.step_down(name, step, because)
        say(
            f"{plain(done['arrangement'])}, version {done['version']}: {done['footing']} from here on"
        )
        if done["told"]:
            say(f"for {plain(', '.join(done['told']))}: {desk.how_it_goes}")
        if done["untold"]:
            say(f"NO LINE, tell them in another way: {plain(', '.join(done['untold']))}")
        if done["footing"] != "in force":
            say(
                "stops, urgent messages, notified sites and movements, and receipts go on as before"
            )
        return Exit.NOTHING

    return command


for _step, _words in (
    (
        "suspend",
        "Suspend an arrangement for the party of the node in DIR: one signature is enough.",
    ),
    ("resume", "Take one's own suspension back; that of another party stands until it does, too."),
    (
        "withdraw",
        "Leave an arrangement. One is in again when all of its parties have signed a new version.",
    ),
):
    arrangement.add_command(_stepping(_step, _words))


def _signed(found: Agreement) -> dict[str, Any]:
    """An agreement as the API answers it."""
    return {
        "note": found.note.decode(),
        "signed": found.signed,
        "missing": found.missing,
        "holds": found.holds,
    }


def _say_signed(found: dict[str, Any], output: str) -> None:
    deliver(found["note"], output)
    say(f"signed by {plain(', '.join(found['signed']))}")
    if found["holds"]:
        say("all of its parties have signed: it holds from here on")
    else:
        missing = plain(", ".join(found["missing"]))
        say(f"not yet by {missing}: send them the note; until then nothing changes")


def _line_to(url: str, token_file: str | None, by: str) -> AbstractContextManager[Line]:
    from keepclear.faces.remote.commands import line  # noqa: PLC0415

    return line(url, token_file, by)


def _administration() -> ModuleType:
    from keepclear.faces.remote import administration  # noqa: PLC0415

    return administration


def _read(file: str) -> Arrangement | None:
    from keepclear.formats.arrangements import (  # noqa: PLC0415
        ARRANGEMENT_BYTES_MAX,
        older_spelling,
        read_arrangement,
    )
    from keepclear.link.agreement import ARRANGEMENT, text_in  # noqa: PLC0415

    data = read_file(file, max_bytes=ARRANGEMENT_BYTES_MAX)
    if data.startswith(ARRANGEMENT.encode()):
        data = text_in(data).encode()
    found, refused = read_arrangement(data, name=shown(file))
    for refusal in refused:
        say(f"{refusal.where}: {refusal.message}")
    older = older_spelling(data) if found is not None else ""
    if older:
        say(f"look at this: {older}")
    return found


def _say_share(found: Arrangement) -> None:
    """A budget that lets a party ask for much of the theatre keeps nothing to anybody."""
    from keepclear.disclose.budgets import SHARE_MAX, share_of_theatre  # noqa: PLC0415

    share = share_of_theatre(found)
    if share is not None and share > SHARE_MAX:
        say(
            f"look at this: caps.area_km2_hours is {share:.0%} of the theatre in a day; whoever asks "
            f"for nothing else learns about as much of a plan; {SHARE_MAX:.0%} would be "
            f"{found.caps.area_km2_hours * SHARE_MAX / share:,.0f}"
        )


def _rows(found: Arrangement) -> Iterator[tuple[str, str]]:
    yield "arrangement", f"{found.name}, version {found.version}"
    for member in found.members:
        yield "party", f"{member.name}{f' ({member.desk})' if member.desk else ''}"
    for name in found.notified:
        yield "humanitarian", f"{name}: notifies, stands on no rung, is asked for nothing"
    for pair, rung in sorted(found.rungs.items(), key=lambda item: sorted(item[0])):
        yield "rung", f"{' and '.join(sorted(pair))}: {rung.value}"
    corners = len(found.theatre.polygons[0].rings[0]) if found.theatre else 0
    yield "theatre", f"an outline of {corners} corners" if found.theatre else "everywhere"
    if found.dividing_line:
        line = found.dividing_line
        corners = len(line.line.vertices)
        yield "dividing line", f"{corners} points; {line.left} keeps left, {line.right} right"
    free = found.separation
    yield (
        "separation",
        f"{free.horizontal_m:,.0f} m, {free.vertical_m:,.2f} m of height, {_time(free.time_us)}",
    )
    for kind, notice in found.notice_us.items():
        yield "notice", f"{kind.value}: {_time(notice)} before it begins"
    for kind, level in found.disclosure.items():
        yield "disclosure", f"{kind.value}: {level.value}"
    for member in found.members:
        for kind, level in member.discloses.items():
            yield f"disclosure of {member.name}", f"{kind.value}: {level.value}"
    for third in found.thirds:
        compares = "compares, and shows nobody another's plan" if third.compares else ""
        relays = "passes sealed notes on" if third.relays else ""
        yield "third", f"{third.name}: {'; '.join(filter(None, (compares, relays)))}"
    yield "others", "crossing: only the shared part, and whom to call"
    may = "may" if found.equal_priority_may_cross else "may not"
    yield "equal priority", f"{may} cross"
    deadlines = found.deadlines
    yield "urgent", f"taken within {_time(deadlines.urgent_us)}"
    yield "receipt", f"within {_time(deadlines.receipt_us)}"
    yield "read-back", f"within {_time(deadlines.read_back_us)}"
    yield "line tests", ", ".join(map(_clock, found.test_times_us)) or "none agreed"
    yield "frequencies", ", ".join(found.frequencies) or "none agreed"
    yield "languages", ", ".join(found.languages)
    yield (
        "caps a day",
        (
            f"{found.caps.declarations:,} declarations, {found.caps.area_km2_hours:,.0f} km2 h, "
            f"{found.caps.withdrawals_after_verdict:,} withdrawals after a verdict"
        ),
    )
    kept = found.retention
    yield "kept", f"operations {_time(kept.operations_us)} after they end"
    yield "kept", f"evidence {_time(kept.evidence_us)}"


def _time(duration_us: int) -> str:
    for size, unit in _UNITS:
        if duration_us and duration_us % size == 0:
            return f"{duration_us // size:,} {unit}"
    return f"{duration_us / 1_000_000:g} s"


def _clock(from_midnight_us: int) -> str:
    minutes = from_midnight_us // 60_000_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}Z"
