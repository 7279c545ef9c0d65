"""Carried files on paper: A4 pages with one QR code each, for short messages that cannot wait.

The code holds the encrypted file in letters, as any scanner gives it back; the page says in words how
it is taken in, and nothing of what is in it. Left to others: what is carried, and encryption.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Final

import segno

from keepclear.domain.window import format_instant

__all__ = ["QR_BYTES_MAX", "carry_pages"]

QR_BYTES_MAX: Final = 2_331
"""What the largest code holds at level M, which is made to be read with a seventh of it damaged. Its
177 squares and their border take 174 mm: 0.94 mm each."""
_STYLE: Final = """
@page { size: A4 portrait; margin: 15mm }
body { font: 12pt/1.3 "DejaVu Sans", Arial, sans-serif; color: #000; background: #fff; margin: 0 auto;
  width: 180mm }
section { break-after: page; break-inside: avoid }
section:last-child { break-after: auto }
h1 { font-size: 16pt; margin: 0 0 2mm }
p { margin: 0 0 2mm }
svg { display: block; width: 174mm; height: 174mm; margin: 0 auto }
"""


def carry_pages(sender: str, recipient: str, made_us: int, files: Sequence[bytes]) -> bytes:
    """The pages, as HTML that needs nothing beside it.

    Args:
        sender: The party that writes them.
        recipient: The party that can read them.
        made_us: When, by the writer's clock.
        files: Encrypted, in letters, each at most :data:`QR_BYTES_MAX` long.

    Raises:
        ValueError: a file is longer than a code holds.
    """
    if any(len(one) > QR_BYTES_MAX for one in files):
        raise ValueError("a file is longer than a code holds")
    made = format_instant(made_us - made_us % 1_000_000)
    pages = "".join(
        f"""<section><h1>FLASH: {escape(sender)} to {escape(recipient)}</h1>
<p>Page {number} of {len(files)}, made at {made}. Any officer takes it in, at once: scan the code, save
its text as a file as it is, and type <b>keepclear link import DIR FILE</b>. Pages may be scanned in any
order, and twice.</p>
{_code(one.decode("ascii"))}
<p>Only the node of {escape(recipient)} can read it. If it cannot be scanned, call the desk of
{escape(sender)}. To receive it permits nothing and agrees to nothing.</p></section>
"""
        for number, one in enumerate(files, 1)
    )
    title = f"Keep clear: {escape(sender)} to {escape(recipient)}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>{_STYLE}</style></head><body>\n{pages}</body></html>\n"
    ).encode()


def _code(text: str) -> str:
    out = BytesIO()
    segno.make(text, error="m", mode="byte", micro=False, boost_error=False).save(
        out, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True, nl=False
    )
    return out.getvalue().decode()
