"""Convert the published EGM96 15-minute grid into the file that keepclear ships.

Usage: ``python tools/build_geoid.py SOURCE``

SOURCE is the publisher's binary grid WW15MGH.DAC, or any text file that carries its bytes in
base64. The grid is checked against its checksum before anything is written, and is reproduced bit
by bit, so that running this again on any true copy gives the same file.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import zlib
from pathlib import Path

import numpy as np

from keepclear.node.geoid import GRID_FILE, GRID_SHA256, GRID_SHAPE, grid_from_bytes

PACKAGE = Path(__file__).parent.parent / "src" / "keepclear"
SIZE = GRID_SHAPE[0] * GRID_SHAPE[1] * 2


def source_bytes(path: Path) -> bytes:
    """The grid as published: big-endian int16 centimetres, rows from the north, columns from 0 E."""
    raw = path.read_bytes()
    if len(raw) != SIZE:
        runs = re.findall(rb"[A-Za-z0-9+/]{1000,}={0,2}", raw)
        raw = base64.b64decode(max(runs, key=len)) if runs else b""
    if len(raw) != SIZE:
        sys.exit(f"{path} holds neither the binary grid of {SIZE:,} bytes nor its base64 text")
    if hashlib.sha256(raw).hexdigest() != GRID_SHA256:
        sys.exit(f"{path} is not the published EGM96 grid: its SHA-256 differs")
    return raw


def packed(raw: bytes) -> bytes:
    """Differences between neighbours eastward and then southward (modulo 2**16), deflated.

    The geoid is smooth, so that differences of differences are mostly one byte.
    """
    grid = np.frombuffer(raw, ">i2").reshape(GRID_SHAPE).astype(np.int16)
    eastward = np.diff(grid, axis=1, prepend=np.int16(0))
    southward = np.diff(eastward, axis=0, prepend=np.int16(0))
    return zlib.compress(southward.astype("<i2").tobytes(), 9)


def main() -> None:
    """Write the shipped file, and read it back."""
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/build_geoid.py SOURCE")
    raw = source_bytes(Path(sys.argv[1]))
    data = packed(raw)
    if grid_from_bytes(data).astype(">i2").tobytes() != raw:
        sys.exit("the packed grid does not read back as the source")
    target = PACKAGE.joinpath(*GRID_FILE)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)
    sys.stdout.write(f"{target}: {len(data):,} bytes\n")


if __name__ == "__main__":
    main()
