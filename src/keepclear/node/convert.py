"""The use case *convert*: one file in another form, and an account of what that form cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepclear.errors import Refusal
from keepclear.formats.writers.registry import write_bytes
from keepclear.node.files import BYTES_MAX
from keepclear.node.gather import gather
from keepclear.node.geoid import load_geoid
from keepclear.node.outlines import without_bad_outlines

__all__ = ["Converted", "convert"]


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of a conversion."""

    data: bytes | None
    """The other form; none where rows were refused and nobody said to go on without them, or
    where nothing was left to go on with."""
    declarations: int
    refused: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    losses: tuple[str, ...]
    """One sentence for each thing that the written form does not hold."""


def convert(
    sources: Sequence[str],
    write_as: str,
    *,
    read_as: str | None = None,
    max_bytes: int = BYTES_MAX,
    keep_going: bool = False,
    now_us: int,
    mapping: Mapping[str, str] | None = None,
) -> Converted:
    """Read files and write everything they declare in one other form.

    What no check would take is refused here, too: no form makes a ring better that crosses itself.

    Args:
        sources: File names; ``-`` is standard input.
        write_as: Name of the format to write.
        read_as: Name of the format to read, where the content should not be guessed.
        max_bytes: Limit for each file.
        keep_going: Write what could be read although some rows were refused.
        now_us: The time now, for forms that say when they were made.
        mapping: What the columns of tables are, by heading.

    Raises:
        UsageError: no such format is written.
    """
    reading = gather(sources, read_as=read_as, max_bytes=max_bytes, mapping=mapping)
    usable, misdrawn = without_bad_outlines(reading.declarations)
    refused = (*reading.refused, *misdrawn)
    if refused and not (keep_going and usable):
        return Converted(None, len(usable), refused, reading.warnings, ())
    data, losses = write_bytes(usable, write_as, geoid=load_geoid, made_us=now_us)
    return Converted(data, len(usable), refused, reading.warnings, losses.sentences())
