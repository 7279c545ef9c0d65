"""GPX: waypoints, routes and tracks."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    (
        b'<gpx version="1.1"><wpt lat="47" lon="8"><ele>400</ele><extensions><keepclear kind="site" '
        b'standoff_m="500"/></extensions></wpt><trk><name>Bravo</name><trkseg><trkpt lat="47" lon="8">'
        b'<ele>400</ele><time>2015-11-20T05:30:00Z</time></trkpt><trkpt lat="47.01" lon="8"><time>'
        b"2015-11-20T05:30:20</time></trkpt></trkseg></trk></gpx>"
    ),
    (
        b'<gpx version="1.0"><rte><extensions><keepclear half_width_m="40" altitude_upper="120 m AGL"/>'
        b'</extensions><rtept lat="47" lon="8"/><rtept lat="47" lon="9"/></rte></gpx>'
    ),
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="gpx")
    except InputError:
        return
