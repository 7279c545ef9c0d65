"""Exact crossings: the lattice, the metric on the ellipsoid, moving discs, search, and rules."""
