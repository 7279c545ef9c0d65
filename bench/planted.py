"""Plants mistakes into a list of real places, and says how many of them the checks find.

    python -m bench.planted LIST.csv [--errors 10000] [--seed 1] [--share 0.02] [--json FILE]

Any CSV with names, latitudes and longitudes will do (see ``lists``; ``--lat``, ``--lon``, ``--name``
where the columns are called something unusual). Numbers with more than five decimals are first
rounded to what a person would type. Each mistake is made in a share of the list, the rest of which is
left as it is, and looked for three times: with nothing beside it, with a right second writing of the
same place in the row, and with right words ("3.2 km NNE of ..."), for which the list itself is the
gazetteer. A mistake counts as found where the row is refused or gets a finding of severity *wrong*
or *doubt* that it did not have before. False alarms are the rows of the untouched list with such a
finding.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import median

from bench.lists import read_list
from bench.parts import write_part
from bench.slips import SLIPS, Row, second_writing

from keepclear.domain.altitude import EVERYWHERE
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.finding import Severity
from keepclear.domain.footprint import Circle
from keepclear.domain.gazetteer import Gazetteer, NamedPlace, folded
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.integrity.context import Context
from keepclear.integrity.digits import written_error_m
from keepclear.integrity.examine import examine
from keepclear.integrity.near import Neighbours
from keepclear.integrity.ruler import bearing_and_distance, distance_m

__all__ = ["BESIDE", "Planted", "false_alarms", "plant", "read_list", "words_for"]

TYPED_DECIMALS = 5
"""A metre: what people type, and what receivers show."""
BESIDE = ("nothing", "second", "words")
ALARMS = {Severity.WRONG, Severity.DOUBT}
WINDS = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)


@dataclass
class Planted:
    """What became of one kind of mistake."""

    kind: str
    tried: int = 0
    metres: list[float] = field(default_factory=list)
    """How far each mistake moved its place; refused ones moved it nowhere."""
    refused: int = 0
    found: Counter = field(default_factory=Counter)
    """By what stood beside it."""
    either: int = 0
    beyond: int = 0
    """Mistakes larger than the digits of the row and of a second writing to the metre allow."""
    beyond_found: Counter = field(default_factory=Counter)
    beyond_either: int = 0
    codes: Counter = field(default_factory=Counter)


def typed(row: Row) -> Row:
    """Numbers as a person types them."""
    texts = []
    for text in (row.latitude, row.longitude):
        decimals = len(text.partition(".")[2])
        texts.append(f"{float(text):.{TYPED_DECIMALS}f}" if decimals > TYPED_DECIMALS else text)
    return replace(row, latitude=texts[0], longitude=texts[1], full=(row.latitude, row.longitude))


def words_for(rows: list[Row]) -> list[str]:
    """For each row where it is, seen from the nearest other place of a name that occurs once."""
    often = Counter(folded(row.name) for row in rows)
    named = [n for n, row in enumerate(rows) if often[folded(row.name)] == 1 and folded(row.name)]
    spots = [rows[n].position for n in named]
    near = Neighbours(spots)
    words = []
    for number, row in enumerate(rows):
        here = row.position
        for at in near.nearest(here, 8):
            other = named[at]
            bearing, metres = bearing_and_distance(spots[at], here)
            if other != number and metres > 300.0:
                wind = WINDS[round(bearing / 22.5) % 16]
                far = f"{metres / 1000:.1f} km" if metres >= 1000 else f"{round(metres, -2):.0f} m"
                words.append(f"{far} {wind} of {rows[other].name}")
                break
        else:
            words.append("")
    return words


def declared(number, row, text, *, second="", words=""):
    """A row as a reader would declare it.

    Raises:
        InputError: The reader would refuse it.
    """
    writings = tuple(read_position(one) for one in filter(None, (text, second)))
    return Declaration(
        id=str(number),
        kind=Kind.SITE,
        parts=(Volume4D(Circle(writings[0].position, 0.0), EVERYWHERE, ALWAYS),),
        party="List",
        where=f"row {number}",
        name=row.name,
        description=words,
        stated=(writings,),
    )


class List:
    """A list with everything that is the same for every mistake."""

    def __init__(self, rows):
        self.rows = [typed(row) for row in rows]
        self.words = words_for(self.rows)
        self.second = [second_writing(row, number) for number, row in enumerate(self.rows)]
        self.clean = [declared(n, row, row.text) for n, row in enumerate(self.rows)]
        places = (NamedPlace(row.name, row.position) for row in self.rows if folded(row.name))
        self.context = Context(gazetteer=Gazetteer(places))
        self.alarms = self.look(self.clean)

    def look(self, declarations):
        """Codes of alarms by row."""
        found: dict[int, set[str]] = {}
        for finding in examine(declarations, self.context):
            if finding.severity in ALARMS and finding.id:
                found.setdefault(int(finding.id), set()).add(finding.code)
        return found

    def beside(self, number, what):
        return {
            "second": self.second[number] if what == "second" else "",
            "words": self.words[number] if what == "words" else "",
        }


def plant(listed: List, kind: str, *, errors: int, share: float, seed: int) -> Planted:
    """Make one kind of mistake so many times."""
    random = Random(f"{seed} {kind}")
    told = Planted(kind)
    while told.tried < errors:
        count = min(max(int(len(listed.rows) * share), 1), errors - told.tried)
        chosen = random.sample(range(len(listed.rows)), count)
        texts = {n: SLIPS[kind](listed.rows[n], random) for n in chosen}
        texts = {n: text for n, text in texts.items() if text not in {None, listed.rows[n].text}}
        if not texts:
            break  # a list of few digits: there is nothing to be cut
        _one_batch(listed, texts, told)
    return told


def _one_batch(listed, texts, told):
    beyond, refused = {}, set()
    for number, text in texts.items():
        try:
            first = read_position(text)
            second = read_position(listed.second[number])
        except InputError:
            refused.add(number)
            beyond[number] = True
            continue
        moved = distance_m(first.position, listed.rows[number].position)
        told.metres.append(moved)
        beyond[number] = moved > written_error_m(first) + written_error_m(second)
    hits = {number: {"nothing", "second", "words"} for number in refused}
    for what in BESIDE:
        declarations = list(listed.clean)
        for number, text in texts.items():
            if number not in refused:
                declarations[number] = declared(
                    number, listed.rows[number], text, **listed.beside(number, what)
                )
        alarms = listed.look(declarations)
        for number in texts.keys() - refused:
            new = alarms.get(number, set()) - listed.alarms.get(number, set())
            if new:
                hits.setdefault(number, set()).add(what)
                told.codes.update(f"{what}: {code}" for code in new)
    told.tried += len(texts)
    told.refused += len(refused)
    told.beyond += sum(beyond.values())
    for number, found in hits.items():
        told.found.update(found)
        told.either += bool(found & {"second", "words"})
        if beyond[number]:
            told.beyond_found.update(found)
            told.beyond_either += bool(found & {"second", "words"})


def false_alarms(rows):
    """Rows of the untouched list with an alarm, by what stands beside the numbers; and their codes."""
    listed = List(rows)
    told = {}
    for what in BESIDE:
        declarations = [
            declared(
                n, row, rows[n].text if what == "nothing" else row.text, **listed.beside(n, what)
            )
            for n, row in enumerate(listed.rows)
        ]
        alarms = listed.look(declarations)
        told[what] = (len(alarms), Counter(code for codes in alarms.values() for code in codes))
    return told


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("list", nargs="?")
    parser.add_argument("--errors", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--kind", action="append", choices=list(SLIPS))
    parser.add_argument("--lat", default="")
    parser.add_argument("--lon", default="")
    parser.add_argument("--name", default="")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument(
        "--told", metavar="FILE", help="figures of an earlier --json, nothing is run"
    )
    parser.add_argument("--write", metavar="DOCUMENT", help="put the table into its part 'planted'")
    given = parser.parse_args(arguments)
    if given.told:
        document = json.loads(Path(given.told).read_text(encoding="utf-8"))
    elif given.list:
        document = run(given)
    else:
        parser.error("name a list, or with --told the figures of an earlier run")
    if given.json:
        Path(given.json).write_text(json.dumps(document, indent=1), encoding="utf-8")
    if given.write:
        write_part(given.write, "planted", told_of(document))


def run(given):
    """Plant everything that was asked for, saying it line by line; the figures."""
    rows, without = read_list(given.list, lat=given.lat, lon=given.lon, name=given.name)
    print(
        f"{given.list}: {len(rows):,} rows with a place, {without:,} without; seed {given.seed}\n"
    )
    alarms = false_alarms(rows)
    for what, (count, codes) in alarms.items():
        print(f"false alarms {_alarms(what, count, len(rows), codes)}")
    print(f"\n{HEAD}")
    listed = List(rows)
    kinds = []
    for kind in given.kind or SLIPS:
        one = plant(listed, kind, errors=given.errors, share=given.share, seed=given.seed)
        kinds.append(vars(one) | {"metres": median(one.metres) if one.metres else None})
        print(line(kinds[-1]), flush=True)
    return {
        "rows": len(rows),
        "without": without,
        "seed": given.seed,
        "share": given.share,
        "errors": given.errors,
        "false_alarms": {what: [count, codes] for what, (count, codes) in alarms.items()},
        "kinds": kinds,
    }


HEAD = (
    "| Mistake | planted | moved by (median) | found with a second writing | with words "
    "| with either | with neither | larger than the digits allow | of these, with either |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def told_of(document) -> str:
    """The whole table, and what was run."""
    rows = document["rows"]
    what = (
        f"{rows:,} rows with a place, {document['errors']:,} mistakes of each kind, in "
        f"{document['share']:.0%} of the list at a time, seed {document['seed']}. Alarms on the "
        "untouched list:"
    )
    lines = [
        what,
        "",
        *(
            f"- {_alarms(what, count, rows, codes)}"
            for what, (count, codes) in document["false_alarms"].items()
        ),
        "",
        HEAD,
        *(line(kind) for kind in document["kinds"]),
    ]
    return "\n".join(lines)


def _alarms(what, count, rows, codes) -> str:
    details = ", ".join(f"{code} {number}" for code, number in sorted(codes.items()))
    return f"with {what} beside it: {count:,} rows, {100 * count / rows:.2f} % ({details})"


def line(one) -> str:
    """One row of the table."""
    found, tried, beyond = one["found"], one["tried"], one["beyond"]

    def percent(part, whole):
        return f"{100.0 * part / whole:.1f} %" if whole else "-"

    moved = "refused" if one["metres"] is None else f"{one['metres']:,.0f} m"
    return " | ".join(
        (
            f"| {one['kind']}",
            f"{tried:,}",
            moved,
            percent(found.get("second", 0), tried),
            percent(found.get("words", 0), tried),
            percent(one["either"], tried),
            percent(found.get("nothing", 0), tried),
            percent(beyond, tried),
            f"{percent(one['beyond_either'], beyond)} |",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
