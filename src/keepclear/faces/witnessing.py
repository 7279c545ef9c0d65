"""``keepclear link splits`` and ``witness``: proofs of split views, and cosignatures by hand.

Where two desks have nothing but a stick, what is asked of a witness is a file, and so is its answer.
They hold no secret, and may come late or twice.
"""

from __future__ import annotations

import click

from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN, read_file

__all__ = ["splits", "witness"]


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


@click.group()
def witness() -> None:
    """Cosignatures by hand, where nodes do not reach each other: ask, sign for others, keep answers.

    Served nodes that reach each other do all of it by themselves.
    """


@witness.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.option(
    "--old", type=click.IntRange(0), metavar="N", help="What PARTY said to have signed last."
)
@click.option("-o", "--output", required=True, metavar="FILE", help="Write it there.")
def ask(folder: str, party: str, old: int | None, output: str) -> int:
    """Write what PARTY is asked to cosign: the newest checkpoint, and that it goes on from the last."""
    from keepclear.errors import RuleError  # noqa: PLC0415
    from keepclear.node import cosigned  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        known = party in cosigned.witnesses(node)
        asked = cosigned.asking(node, party, old)
    if not known:
        raise RuleError("line.none", f"the words of {party[:80]!r} were not compared here")
    if asked is None:
        say(f"{plain(party)} has cosigned all there is; nothing was written")
        return Exit.NOTHING
    deliver(asked.body, output)
    say(f"for {plain(party)}: {asked.size:,} entries, going on from {asked.old:,}")
    return Exit.NOTHING


@witness.command()
@click.argument("folder", metavar="DIR")
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", required=True, metavar="FILE", help="Write the answer there.")
def sign(folder: str, file: str, output: str) -> int:
    """Cosign what another desk asks in FILE, if it goes on from all that this desk signed before."""
    from keepclear.errors import VerificationError  # noqa: PLC0415
    from keepclear.node import witnessing  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.record.addition import ADDITION_BYTES_MAX, read_addition  # noqa: PLC0415
    from keepclear.record.checkpoint import parse_checkpoint  # noqa: PLC0415
    from keepclear.record.note import parse_note, with_signature  # noqa: PLC0415
    from keepclear.record.witness import cosign  # noqa: PLC0415

    addition = read_addition(read_file(file, max_bytes=ADDITION_BYTES_MAX))
    with running(folder) as (home, node):
        try:
            checkpoint = witnessing.take(node, addition)
        except VerificationError as error:
            if error.code != "witness.stale":
                raise
            name = parse_checkpoint(parse_note(addition.note).text).origin
            size = witnessing.seen_of(node, name).size
            raise VerificationError(
                error.code, f"{error}; have it asked again, with --old {size}"
            ) from None
        # it is durable by now
        line = cosign(checkpoint, home.record_key, node.now_us() // 1_000_000)
    deliver(with_signature(checkpoint.note, line), output)
    say(f"cosigned {checkpoint.size:,} entries of {plain(checkpoint.origin)}; send the file back")
    return Exit.NOTHING


@witness.command()
@click.argument("folder", metavar="DIR")
@click.argument("file", metavar="FILE")
def keep(folder: str, file: str) -> int:
    """Keep the cosignature that came back in FILE; bundles carry it from then on."""
    from keepclear.node.cosigned import took_note  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.record.addition import ADDITION_BYTES_MAX  # noqa: PLC0415

    note = read_file(file, max_bytes=ADDITION_BYTES_MAX)
    with running(folder) as (_, node):
        found = took_note(node, note)
    say(f"{plain(found.party)} has cosigned {found.size:,} entries")
    return Exit.NOTHING
