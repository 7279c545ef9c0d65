"""``make prober``: the table of the decision on budgets, for some seeds and caps.

``python -m tests.prober [--seeds N] [--caps KM2_HOURS ...] [--theatre METRES]``
"""

from __future__ import annotations

import argparse
import sys

from tests.prober.prober import WAYS, probe


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--caps", type=float, nargs="+", default=[50_000.0])
    parser.add_argument("--theatre", type=float, default=300_000.0)
    typed = parser.parse_args()
    print(
        "| cap, km2 h | asks | cells of the plan learnt: least, mean, most | declarations | told |"
    )
    print("|---|---|---|---|---|")
    for cap in typed.caps:
        for way in WAYS:
            found = [
                probe(way, seed, theatre_m=typed.theatre, area_hours=cap)
                for seed in range(1, typed.seeds + 1)
            ]
            shares = [one.share * 100 for one in found]
            print(
                f"| {cap:,.0f} | {way} | {min(shares):.1f} %, {sum(shares) / len(shares):.1f} %, "
                f"{max(shares):.1f} % | {max(one.declarations for one in found)} "
                f"| {max(one.crossings for one in found)} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
