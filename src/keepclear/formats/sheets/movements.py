"""Tables of stops -> movements: one row a stop, rows with one reference a movement.

Exact times make a moving disc, which stays where a stop has an arrival and a departure. A window of
times makes the leg a corridor that may be anywhere in it from the earliest departure to the latest
arrival. A stop with a longest stay is a volume of its own, from the earliest arrival to the latest
moment at which it may still be there. A movement of which one row cannot be used is refused as a
whole: a route with a stop left out is another route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, Final

from keepclear.domain.altitude import Altitude, AltitudeBand
from keepclear.domain.declaration import Part
from keepclear.domain.footprint import Circle, Corridor, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window, format_instant, parse_instant
from keepclear.errors import InputError
from keepclear.formats.notices import plain_number
from keepclear.formats.place import Place
from keepclear.formats.properties import Properties, read_properties
from keepclear.formats.rows import Rows
from keepclear.formats.sheets.columns import Column
from keepclear.formats.sheets.places import Placed
from keepclear.formats.text import free_text, shown

__all__ = ["STOP_FIELDS", "Movements", "is_stops", "stop_faults"]

STOP_FIELDS: Final = (
    "stop_kind", "arrival_earliest", "arrival_latest", "departure_earliest", "departure_latest",
    "stop_name", "stay_min",
)  # fmt: skip
_MARKS: Final = frozenset(STOP_FIELDS[:5])
"""Columns that only a table of stops has."""
_KINDS: Final = frozenset(
    {"departure", "waypoint", "holding point", "overnight stop", "arrival", "abort point"}
)
_ABORT: Final = "abort point"
_MINUTE_US: Final = 60_000_000
_STAY_MIN_MAX: Final = 60 * 24 * 366
"""Longer stays are sites."""
_SPOKEN_OF_ALL: Final = ("kind", "state", "priority", "on_behalf_of", "party")
_AMOUNTS: Final = ("half_width_m", "position_error_m", "standoff_m")
_CONTINUED: Final = "without a reference: taken as the next stop of the movement above"
_LARGEST: Final = "with another {} than other stops of the movement: the largest one holds"
_OPEN_BAND: Final = (
    "with altitudes that cannot be joined with those of the next stop: the leg is taken as "
    "having no limit there"
)


def is_stops(by_field: Mapping[str, Column]) -> bool:
    """Whether a table with these columns is one of stops."""
    return bool(_MARKS & by_field.keys())


class _RowError(InputError):
    """A fault that shows only when the stops of a movement are seen together."""

    def __init__(self, row: int, code: str, message: str, where: str) -> None:
        super().__init__(code, message, where=where)
        self.row = row


@dataclass(slots=True)
class _Stop:
    """One row."""

    number: int
    raw: dict[str, Any]
    placed: Placed
    kind: str
    name: str
    arrival: tuple[int, int]
    """Earliest and latest, microseconds of UTC."""
    departure: tuple[int, int]
    stay_us: int | None
    position: Position
    told: Properties

    @property
    def leaves_latest(self) -> int:
        """The latest moment at which it may still be there."""
        stayed = self.arrival[1] + (self.stay_us or 0)
        return max(self.departure[1], stayed)

    @property
    def exact(self) -> bool:
        """Whether its times are instants."""
        return self.arrival[0] == self.arrival[1] and self.departure[0] == self.departure[1]


@dataclass(slots=True)
class _Movement:
    id: str
    stops: list[_Stop] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    """All of its rows, those that cannot be used included."""
    refused: set[int] = field(default_factory=set)


class Movements:
    """The movements of one table."""

    def __init__(self, rows: Rows, columns: Mapping[str, Column]) -> None:
        self._rows: Final = rows
        self._columns: Final = columns
        self._all: dict[tuple[str, str], _Movement] = {}
        self._last: tuple[str, str] | None = None

    def _movement(self, party: str, reference: str, number: int) -> _Movement | None:
        """The movement that a row belongs to."""
        if not reference:
            if self._last is None:
                return None
            self._rows.remarks.add(_CONTINUED)
            key = self._last
        else:
            key = (party, reference)
        self._last = key
        movement = self._all.setdefault(key, _Movement(key[1]))
        movement.rows.append(number)
        return movement

    def take(self, raw: dict[str, Any], placed: Placed, number: int) -> None:
        """Take one stop.

        Raises:
            InputError: it cannot be used; :meth:`spoil` then has to be told.
        """
        if not raw.get("id") and self._last is None:
            raise InputError(
                "movement.no-reference",
                "the stop has no reference, so nothing shows which movement it belongs to",
                where="column id",
            )
        stop = _stop(raw, placed, number)
        movement = self._movement(str(raw.get("party", "")), str(raw.get("id", "")), number)
        if movement is not None:
            movement.stops.append(stop)

    def spoil(self, party: str, reference: str, number: int) -> None:
        """Say that a row could not be understood, so that its movement is not taken without it."""
        movement = self._movement(party, reference, number)
        if movement is not None:
            movement.refused.add(number)

    def close(self) -> None:
        """Take the movements that are whole, and refuse the rows of all others."""
        for movement in self._all.values():
            if movement.refused:
                self._refuse_rest(movement, min(movement.refused))
                continue
            try:
                self._take(movement)
            except _RowError as error:
                movement.refused.add(error.row)
                self._rows.refuse(self._in_headings(error), error.row, movement.id)
                self._refuse_rest(movement, error.row)
            except InputError as error:
                for number in movement.rows:
                    self._rows.refuse(self._in_headings(error), number, movement.id)

    def _refuse_rest(self, movement: _Movement, at_fault: int) -> None:
        error = InputError(
            "movement.incomplete",
            f"row {at_fault} of the same movement cannot be used, and without it the route would "
            "be another; correct it, and the whole movement is read",
        )
        for number in movement.rows:
            if number not in movement.refused:
                self._rows.refuse(error, number, movement.id)

    def _in_headings(self, error: InputError) -> InputError:
        name = error.where.removeprefix("column ")
        where = self._columns[name].where if name in self._columns else error.where
        return InputError(error.code, error.message, where=where)

    def _take(self, movement: _Movement) -> None:
        stops = [stop for stop in movement.stops if stop.kind != _ABORT]
        if not stops:
            raise InputError("movement.no-stop", "the movement has abort points and no stop")
        raw = self._joined(movement)
        told = read_properties(raw, prefix="column ")
        if told.half_width_m is None:
            raise InputError(
                "line.no-width",
                "a movement needs half_width_m, the metres to either side of its way; 0 is a value",
            )
        _check_order(stops)
        self._rows.at(stops[0].number)
        parts = tuple(_parts(stops, told.half_width_m, self._rows))
        self._rows.add(
            told,
            parts,
            number=movement.rows[0],
            stated=tuple(place for stop in stops for place in stop.placed.stated),
        )

    def _joined(self, movement: _Movement) -> dict[str, Any]:
        """What the rows say of the whole: the first word holds, the largest amount, no quarrel."""
        joined: dict[str, Any] = {}
        speeds: list[str] = []
        for stop in movement.stops:
            self._rows.at(stop.number)
            for name, value in stop.raw.items():
                if name in {*STOP_FIELDS, "altitude_lower", "altitude_upper", "name"}:
                    continue
                before = joined.setdefault(name, value)
                if name == "speed_kmh":
                    speeds.append(plain_number(value) if isinstance(value, float) else str(value))
                elif before == value:
                    continue
                elif name in _SPOKEN_OF_ALL:
                    raise _RowError(
                        stop.number,
                        "declaration.differs",
                        f"found {shown(value)}, but row {movement.rows[0]} says {shown(before)} of "
                        "the same movement",
                        f"column {name}",
                    )
                elif name in _AMOUNTS:
                    self._rows.remarks.add(_LARGEST.format(name))
                    joined[name] = max(before, value)
        if speeds:
            joined["speed_kmh"] = speeds[0] if len(set(speeds)) == 1 else "; ".join(speeds)
        first = movement.stops[0]
        joined["id"] = movement.id
        for name in ("altitude_lower", "altitude_upper", "name"):
            if name in first.raw:
                joined[name] = first.raw[name]
        last = max(movement.stops, key=lambda stop: stop.leaves_latest)
        joined["time_start"] = format_instant(first.arrival[0])
        joined["time_end"] = format_instant(last.leaves_latest)
        joined.setdefault("stops", "; ".join(filter(None, map(_in_words, movement.stops))))
        aborts = [stop for stop in movement.stops if stop.kind == _ABORT]
        if aborts:
            joined.setdefault("abort_points", "; ".join(map(_in_words, aborts)))
        return {name: value for name, value in joined.items() if value != ""}


def _in_words(stop: _Stop) -> str:
    """A stop for people: ``holding point Bravo bridge (30 min)``."""
    words = " ".join(filter(None, (stop.kind, stop.name)))
    if stop.kind == _ABORT:
        place = stop.placed.stated[0][0].text if stop.placed.stated else ""
        return f"{stop.name or _ABORT} {place}".strip()
    if stop.stay_us:
        words += f" ({plain_number(stop.stay_us / _MINUTE_US)} min)"
    return words.strip()


def _stop(raw: dict[str, Any], placed: Placed, number: int) -> _Stop:
    if placed.geometry["type"] != "Point":
        raise InputError(
            "geometry.type",
            f"found a {placed.geometry['type']}, expected one place for each stop",
            where="column wkt",
        )
    longitude, latitude = placed.geometry["coordinates"][:2]
    rest = {name: value for name, value in raw.items() if name not in STOP_FIELDS}
    told = read_properties(rest, prefix="column ")
    for name in ("altitude_lower", "altitude_upper"):
        if isinstance(raw.get(name), list):
            raise InputError(
                "altitude.per-vertex", "found several altitudes, expected one for each stop",
                where=f"column {name}",
            )  # fmt: skip
    kind = _kind(raw)
    stay_us = _stay_us(raw)
    if kind == _ABORT:
        arrival = departure = (0, 0)
    else:
        arrival, departure = _when(raw, stay_us)
    with Place("geometry"):
        position = Position(latitude=latitude, longitude=longitude)
    return _Stop(
        number, rest, placed, kind, free_text(raw.get("stop_name", "")), arrival, departure,
        stay_us, position, told,
    )  # fmt: skip


def stop_faults(raw: Mapping[str, Any]) -> list[InputError]:
    """Everything that is wrong with what one stop says, for a row already refused."""
    faults: list[InputError] = []
    checks: tuple[Callable[[], object], ...] = (
        partial(_kind, raw),
        partial(_stay_us, raw),
        partial(_span, raw, "arrival"),
        partial(_span, raw, "departure"),
    )
    for check in checks:
        try:
            check()
        except InputError as error:
            faults.append(error)
    return faults


def _kind(raw: Mapping[str, Any]) -> str:
    kind = str(raw.get("stop_kind", ""))
    if kind and kind not in _KINDS:
        raise InputError(
            "choice.unknown",
            f"found {shown(kind)}, expected one of {', '.join(sorted(_KINDS))}",
            where="column stop_kind",
        )
    return kind


def _stay_us(raw: Mapping[str, Any]) -> int | None:
    if "stay_min" not in raw:
        return None
    minutes = raw["stay_min"]
    if not 0 <= minutes <= _STAY_MIN_MAX:
        raise InputError(
            "movement.stay",
            f"found a stay of {shown(minutes)} minutes, expected 0 to {_STAY_MIN_MAX:,}",
            where="column stay_min",
        )
    return round(minutes * _MINUTE_US)


def _when(raw: Mapping[str, Any], stay_us: int | None) -> tuple[tuple[int, int], tuple[int, int]]:
    """Arrival and departure, each from the earliest to the latest; what is not said follows."""
    arrival = _span(raw, "arrival")
    departure = _span(raw, "departure")
    if arrival is None and departure is None:
        raise InputError(
            "movement.no-time", "the stop has neither an arrival nor a departure; give one of them"
        )
    if arrival is None:
        assert departure is not None
        arrival = (departure[0], departure[0])
        if stay_us:
            arrival = (departure[0] - stay_us, departure[0] - stay_us)
    if departure is None:
        departure = (arrival[0], arrival[1] + (stay_us or 0))
        if arrival[0] == arrival[1]:
            departure = (departure[1], departure[1])
    if departure[0] < arrival[0] or departure[1] < arrival[1]:
        raise InputError(
            "movement.time-order",
            f"it leaves at {format_instant(departure[0])}, before it arrives at "
            f"{format_instant(arrival[0])}",
            where="column departure_earliest",
        )
    return arrival, departure


def _span(raw: Mapping[str, Any], what: str) -> tuple[int, int] | None:
    instants = []
    for name in (f"{what}_earliest", f"{what}_latest"):
        if name in raw:
            with Place(f"column {name}"):
                instants.append(parse_instant(raw[name]))
    if not instants:
        return None
    if instants[-1] < instants[0]:
        raise InputError(
            "time.end-before-start",
            f"the latest {what} {format_instant(instants[1])} is before the earliest, "
            f"{format_instant(instants[0])}; were the times exchanged?",
            where=f"column {what}_latest",
        )
    return instants[0], instants[-1]


def _check_order(stops: list[_Stop]) -> None:
    for before, after in pairwise(stops):
        if after.arrival[0] < before.departure[0] or after.arrival[1] < before.departure[1]:
            raise _RowError(
                after.number,
                "movement.time-order",
                f"it arrives at {format_instant(after.arrival[0])}, before the stop in row "
                f"{before.number} is left at {format_instant(before.departure[0])}; put the rows "
                "in order",
                "column arrival_earliest",
            )


def _parts(stops: list[_Stop], half_width_m: float, rows: Rows) -> Iterator[Part]:
    """Moving discs along exact legs, corridors along others, and the volumes of stays."""
    run: list[Waypoint] = []
    for at, stop in enumerate(stops):
        band = stop.told.band()
        exact = stop.exact
        if exact:
            run += [Waypoint(stop.position, when, band) for when in _instants(stop)]
        if stop.stay_us or not exact:
            window = Window(stop.arrival[0], stop.leaves_latest)
            yield Volume4D(Circle(stop.position, half_width_m), band, window)
        following = stops[at + 1] if at + 1 < len(stops) else None
        if following is None or not (exact and following.exact):
            if len(run) > 1 or (run and len(stops) == 1):
                yield Route(tuple(run), half_width_m)
            run = []
            if following is not None:
                yield _leg(stop, following, half_width_m, rows)


def _instants(stop: _Stop) -> tuple[int, ...]:
    """A stay is the same vertex twice."""
    arrival, departure = stop.arrival[0], stop.departure[0]
    return (arrival,) if arrival == departure else (arrival, departure)


def _leg(a: _Stop, b: _Stop, half_width_m: float, rows: Rows) -> Volume4D:
    """Anywhere between two stops, at any time at which it may be under way."""
    window = Window(a.departure[0], b.arrival[1])
    band = _hull(a.told.band(), b.told.band(), rows)
    if a.position == b.position:
        return Volume4D(Circle(a.position, half_width_m), band, window)
    line = Corridor((a.position, b.position), half_width_m, EdgeRule.GEODESIC)
    return Volume4D(line, band, window)


def _hull(a: AltitudeBand, b: AltitudeBand, rows: Rows) -> AltitudeBand:
    """A band that holds both."""
    return AltitudeBand(_outer(a.lower, b.lower, rows, min), _outer(a.upper, b.upper, rows, max))


def _outer(a: Altitude | None, b: Altitude | None, rows: Rows, choose: Any) -> Altitude | None:
    if a == b or a is None or b is None:
        return a if a == b else None
    if a.reference is b.reference:
        return choose(a, b, key=_metres)
    rows.remarks.add(_OPEN_BAND)
    return None


def _metres(altitude: Altitude) -> float:
    return altitude.metres
