"""Peer: PostGIS with one GiST index over outline, window and band, on a private server.

All three conditions are answered by the index, ranges are integer ranges (half-open, as windows
are), rows lie in spatial order, workers share the outer side. Circles keep centre and radius: the
nearest point in a plane scaled at their centre, then its distance on the spheroid.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from peers.server import Server, programs
from volumes import Pairs, Volumes, metres_per_degree, morton

SCHEMA = """
CREATE EXTENSION postgis;
CREATE TABLE volume (
    id int4 PRIMARY KEY, g geometry(Polygon, 4326) NOT NULL, t int4range NOT NULL,
    a int4range NOT NULL, centre geometry(Point, 4326), radius float8, narrowing float8);
CREATE FUNCTION near(centre geometry, radius float8, narrowing float8, g geometry) RETURNS bool
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ST_DistanceSpheroid(centre, ST_Scale(ST_ClosestPoint(
        ST_Scale(g, narrowing, 1), ST_Scale(centre, narrowing, 1)), 1 / narrowing, 1)) <= radius $$;
"""
COPY_IN = "COPY volume FROM STDIN"
INDEX = "CREATE INDEX volume_gist ON volume USING gist (g, t, a)"
JOIN = """
COPY (
    SELECT a.id, b.id FROM volume a JOIN volume b
    ON a.g && b.g AND a.t && b.t AND a.a && b.a AND a.id < b.id
    WHERE CASE
        WHEN a.radius IS NULL AND b.radius IS NULL THEN ST_Intersects(a.g, b.g)
        WHEN b.radius IS NULL THEN near(a.centre, a.radius, a.narrowing, b.g)
        WHEN a.radius IS NULL THEN near(b.centre, b.radius, b.narrowing, a.g)
        ELSE ST_DistanceSpheroid(a.centre, b.centre) <= a.radius + b.radius END
) TO STDOUT (FORMAT binary)
"""
ROW = np.dtype([("fields", ">i2"), ("li", ">i4"), ("i", ">i4"), ("lj", ">i4"), ("j", ">i4")])
HEADER, TRAILER = 19, 2
"""Bytes around the rows of a binary copy."""
LOAD_ROWS = 10_000


def unavailable() -> str | None:
    """Why this peer cannot run here, if so."""
    if programs() is None:
        return "PostgreSQL with PostGIS is not installed (bench/install_peers.sh does it)"
    return None


def load(npz: Path) -> Server:
    """A server with the volumes in a table, analysed."""
    bin_dir = programs()
    if bin_dir is None:
        raise RuntimeError(unavailable())
    volumes = Volumes(npz)
    server = Server(bin_dir)
    try:
        with server.connection.cursor() as cursor:
            cursor.execute(SCHEMA)
            with cursor.copy(COPY_IN) as copy:
                order = np.argsort(morton(volumes.box))
                for at in range(0, volumes.size, LOAD_ROWS):
                    copy.write(_rows(volumes, order[at : at + LOAD_ROWS]))
            cursor.execute("VACUUM ANALYZE volume")
    except BaseException:
        server.stop()
        raise
    return server


def _rows(volumes: Volumes, which: np.ndarray) -> str:
    """Lines of a text copy; a circle's outline is its box, which only finds candidates."""
    outline = volumes.polygon[which].copy()
    is_round = volumes.round[which]
    outline[is_round] = shapely.box(*(volumes.box[which[is_round]].T / 1e7))
    wkb = shapely.to_wkb(shapely.set_srid(outline, 4326), hex=True, include_srid=True)
    lon, lat, radius_m = volumes.circ[which].T
    centre = shapely.to_wkb(shapely.set_srid(shapely.points(lon, lat), 4326), hex=True)
    east, north = metres_per_degree(lat)
    lines = []
    for k, volume in enumerate(which.tolist()):
        disc = "\\N\t\\N\t\\N"
        if is_round[k]:
            disc = f"{centre[k]}\t{float(radius_m[k])!r}\t{float(east[k] / north[k])!r}"
        start, end = volumes.tm[volume].tolist()
        lower, upper = volumes.alt[volume].tolist()
        lines.append(f"{volume}\t{wkb[k]}\t[{start},{end})\t[{lower},{upper})\t{disc}\n")
    return "".join(lines)


def join(server: Server) -> Pairs:
    """Build the index, join, fetch."""
    with server.connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS volume_gist")
        cursor.execute(INDEX)
        with cursor.copy(JOIN) as copy:
            data = b"".join(copy)
    pairs = np.frombuffer(data[HEADER:-TRAILER], ROW)
    return pairs["i"].astype(np.int32), pairs["j"].astype(np.int32)


def peak_mb(server: Server) -> float:
    """Memory of the server's processes."""
    return server.peak_mb()


def close(server: Server) -> None:
    """Stop the server."""
    server.stop()
