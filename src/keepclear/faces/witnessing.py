"""``keepclear link splits``: proofs of split views, as files that ``keepclear verify`` takes."""

from __future__ import annotations

import click

from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

__all__ = ["splits"]


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
