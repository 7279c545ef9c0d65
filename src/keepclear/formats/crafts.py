"""Position reports by who sent them -> the flights that they show, each an operation that moved.

One flight is what one address sent under one call sign:

* reports of an address without a call sign belong to the flight that it sent before, else after;
* the id is the call sign, else the address; where several flights would share it, both, as in
  ``REGA1/4b43ac``;
* an address that means nothing (000000, ffffff, none) holds nothing together: its reports are
  joined by where they are, and each track found is a declaration of its own (``REGA1 #2``, and
  without a call sign the file's name and a number, ``morning#2``);
* a second track that goes on beside the first under the same address is a declaration of its own
  too, because nobody can be at two places; a few stray reports stay parts of the flight.

Leaves to others: reading reports (``tracks``, ``readsb``, ``sbs``), and joining them (``flights``).
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from keepclear.domain.declaration import Declaration, Kind
from keepclear.errors import InputError, Refusal
from keepclear.formats.flights import Report, routes, untangle
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import generated_id

__all__ = ["NO_ADDRESS", "SECOND_CRAFT_REPORTS", "Senders", "add_report", "flown"]

NO_ADDRESS: Final = frozenset({"", "0", "000000", "ffffff"})
"""What transponders send when they have no address of their own."""
SECOND_CRAFT_REPORTS: Final = 10
"""A track of this many reports beside the main one is a second craft and no stray."""

_STRAY: Final = "that no craft could reach at 1,000 m/s: kept as tracks of their own"
_SECOND: Final = "of a second track under one identity: declared on its own, see the ids with '#'"
_NOBODY: Final = "without a usable address: joined by where they are"

Senders = dict[tuple[str, str], list[tuple[Report, str]]]
"""By party and address: reports with the call sign that each carries."""


class _Identity(NamedTuple):
    party: str
    address: str
    callsign: str


def add_report(
    senders: Senders, identity: tuple[str, str, str], report: Report, remarks: Remarks
) -> None:
    """File a report under its party and address; its call sign stays beside it."""
    party, address, callsign = identity
    address = address.lower()
    if address in NO_ADDRESS:
        address = ""
        remarks.add(_NOBODY)
    senders.setdefault((party, address), []).append((report, callsign))


def flown(
    senders: Senders, *, name: str, stem: str | None, remarks: Remarks, refused: list[Refusal]
) -> tuple[Declaration, ...]:
    """The flights that the reports show, in the order in which the file starts them.

    Args:
        senders: Reports by party and address; put in order of time here.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.
        remarks: Receives what should be looked at.
        refused: Receives the flights whose reports cannot be told apart.
    """
    flights = _flights(senders)
    labels = Counter((party, callsign or address) for party, address, callsign in flights)
    declarations: list[Declaration] = []
    taken: set[tuple[str, str]] = set()
    nameless = 0
    for identity, reports in flights.items():
        party, address, callsign = identity
        id_ = callsign or address
        if labels[party, id_] > 1 and id_:
            id_ = f"{callsign or 'unknown'}/{address or 'unknown'}"
        remarks.row = f"flight {id_}" if id_ else "flight without a name"
        try:
            crafts = _crafts(reports, remarks, known=bool(address))
        except InputError as error:
            refused.append(Refusal.of(error.inside(remarks.row).inside(name)))
            continue
        for chains in crafts:
            if id_:
                unique = _unique(party, id_, taken)
            else:
                nameless += 1
                unique = generated_id(stem or name, nameless)
            declarations.append(
                Declaration(
                    id=unique,
                    kind=Kind.OPERATION,
                    parts=tuple(route for chain in chains for route in routes(chain, remarks)),
                    party=party,
                    where=f"{name} flight {unique}",
                )
            )
    return tuple(declarations)


def _unique(party: str, id_: str, taken: set[tuple[str, str]]) -> str:
    unique, count = id_, 1
    while (party, unique) in taken:
        count += 1
        unique = f"{id_} #{count}"
    taken.add((party, unique))
    return unique


def _flights(senders: Senders) -> dict[_Identity, list[Report]]:
    """Reports by flight, in order of time; flights in the order in which the file starts them."""
    flights: dict[_Identity, list[Report]] = {}
    for (party, address), reports in senders.items():
        reports.sort(key=_moment)
        callsign = next((said for _, said in reports if said), "") if address else ""
        for report, said in reports:
            callsign = said or (callsign if address else "")
            flights.setdefault(_Identity(party, address, callsign), []).append(report)
    first_row = {identity: min(r.row for r in reports) for identity, reports in flights.items()}
    return {identity: flights[identity] for identity in sorted(flights, key=first_row.__getitem__)}


def _moment(report: tuple[Report, str]) -> tuple[int, int]:
    return report[0].time_us, report[0].row


def _crafts(reports: list[Report], remarks: Remarks, *, known: bool) -> list[list[list[Report]]]:
    """Chains of reports by craft: the one that the identity names first, then any others."""
    chains = untangle(reports, known=known)
    if not known:
        return [[chain] for chain in chains]
    main = max(chains, key=len)
    crafts = [[main]]
    for chain in chains:
        if chain is main:
            continue
        beside = chain[0].time_us <= main[-1].time_us and main[0].time_us <= chain[-1].time_us
        if beside and len(chain) >= SECOND_CRAFT_REPORTS:
            remarks.add_rows(_SECOND, len(chain))
            crafts.append([chain])
        else:
            remarks.add_rows(_STRAY, len(chain))
            crafts[0].append(chain)
    return crafts
