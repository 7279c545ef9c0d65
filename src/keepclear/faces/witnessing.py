"""Cosignatures on the command line: how far each party cosigned, and proofs of split views.

``keepclear link splits`` hands the proofs on as files that ``keepclear verify`` takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import moment, plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.wire.witnessed import Cosigned

__all__ = ["cosigned_lines", "splits"]


def cosigned_lines(seen: Sequence[Cosigned], size: int) -> Iterator[str]:
    """How far each party has cosigned a record of a size; one line where none has."""
    if not seen:
        yield "cosigned by nobody: only this node's own key vouches for this record"
    for one in seen:
        until = "all" if one.size == size else f"{one.size}"
        yield (
            f"cosigned by {plain(one.party)}: {until} of {size} entries, "
            f"at {moment(one.time_s * 1_000_000)} by its clock"
        )


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("record", required=False)
@click.option("-o", "--output", default=STDIN, metavar="FILE", help="Write the proof there.")
def splits(folder: str, record: str | None, output: str) -> int:
    """Name the records that the node in DIR can prove to have been shown in two states, or one proof.

    With RECORD, its proof: two checkpoints that its key signed and that cannot both be true. Anybody
    with the key of that record verifies it offline, with keepclear verify.
    """
    from keepclear.errors import RuleError  # noqa: PLC0415
    from keepclear.node import witnessing  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        found = witnessing.splits(node)
    if record is None:
        deliver("".join(f"{plain(name)}\n" for name in sorted(found)), STDIN)
        if not found:
            say("no split view is proven here")
        return Exit.NOTHING
    if record not in found:
        raise RuleError("record.nothing", f"no split view of {record[:80]!r} is proven here")
    deliver(found[record] + b"\n", output)
    return Exit.NOTHING
