"""Compiled scanner of GeoJSON volumes: bytes to columns, for files of hundreds of thousands.

It understands the canonical shape only: features (in a FeatureCollection or one a line) of kind
operation or restriction with a Polygon, or a Point with ``radius_m``; coordinates with at most 7
decimals; altitudes above the ellipsoid in metres; times ending in Z; an ``id``, and perhaps a
``party``. Whatever else it meets, right or wrong, makes it stop and say nothing: the ordinary reader
then reads the whole file, and refuses what must be refused. A law holds both to the same answer.
"""
