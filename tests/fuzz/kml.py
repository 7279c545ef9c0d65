"""KML: placemarks, tracks and folders."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    (
        b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Folder><TimeSpan><begin>'
        b"2015-11-20T05:30:00Z</begin></TimeSpan><Placemark id='a'><name>North</name><ExtendedData>"
        b'<Data name="party"><value>Alder</value></Data><Data name="altitude_lower"><value>400 ft AGL'
        b"</value></Data></ExtendedData><Polygon><extrude>1</extrude><altitudeMode>relativeToGround"
        b"</altitudeMode><outerBoundaryIs><LinearRing><coordinates>8,47,120 9,47,120 9,48,120 8,47,120"
        b"</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></kml>"
    ),
    (
        b'<kml xmlns:gx="http://www.google.com/kml/ext/2.2"><Placemark><gx:Track><altitudeMode>absolute'
        b"</altitudeMode><when>2015-11-20T05:30:00Z</when><when>2015-11-20T06:30:00+00:30</when>"
        b"<gx:coord>8 47 100</gx:coord><gx:coord>8.1 47 110</gx:coord></gx:Track></Placemark>"
        b'<Placemark><ExtendedData><SchemaData><SimpleData name="radius_m">50</SimpleData></SchemaData>'
        b"</ExtendedData><MultiGeometry><Point><coordinates>8,47</coordinates></Point></MultiGeometry>"
        b"</Placemark></kml>"
    ),
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="kml")
    except InputError:
        return
