"""Every approach that the benchmark knows, in the order in which the table shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Approach:
    """Where an approach's code is, and what the table calls it."""

    title: str
    module: str
    function: str = "join"
    environment: tuple[str, ...] = ()
    """Variables that point to an empty folder for its process."""


OURS = "keepclear"
APPROACHES = {
    OURS: Approach("**keepclear**", "ours"),
    # The compiled code is kept beside the data of its user; here it finds none.
    "keepclear-first": Approach(
        "keepclear, first run ever (compiles)", "ours", environment=("NUMBA_CACHE_DIR",)
    ),
    "strtree": Approach("shapely STRtree, as usually tuned (1 core)", "peers.strtree"),
    "strtree-far": Approach(
        "shapely STRtree, time slices, prepared, all cores", "peers.strtree", "join_far"
    ),
    "duckdb": Approach("DuckDB, cells of space and time, all cores", "peers.duckdb_cells"),
    "sqlite": Approach("SQLite R*Tree, 4D, in memory", "peers.sqlite_rtree"),
    "postgis": Approach("PostGIS, GiST over outline, time and band", "peers.postgis"),
}
ONCE = frozenset({"keepclear-first"})
"""Approaches whose second round would be another one's first."""
