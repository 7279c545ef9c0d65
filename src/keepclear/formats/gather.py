"""Rows -> declarations: rows that share party and id are parts of one declaration.

What belongs to the whole declaration (kind, state, priority, for whom, stand-off, position error,
ground) may be said on any of its rows; rows that say nothing follow. Where two rows differ on what
it *is*, the later one is refused. Where they differ by an amount, the larger amount holds, because
the smaller one could hide a crossing, and this is remarked on.

A row without an id is a declaration of its own: nothing shows what it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.declaration import Declaration, Ground, Kind, Part
from keepclear.domain.fields import NOTICE_FIELDS
from keepclear.domain.stated import StatedPosition
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError
from keepclear.formats.properties import Properties
from keepclear.formats.remarks import Remarks

__all__ = ["Gatherer"]

_NO_KIND: Final = "without a kind: taken as operation"
_NO_LOWER: Final = "without altitude_lower: taken as having no lower limit"
_NO_UPPER: Final = "without altitude_upper: taken as unlimited"
_NO_TIME: Final = "of kind operation or movement without time_start or time_end: taken as open"
_LARGER: Final = "with another {} than earlier rows of the same declaration: the larger one holds"
_WIDER: Final = "with another ground_m than earlier rows of the same declaration: both are covered"

_WHAT_IT_IS: Final = ("kind", "state", "priority", "on_behalf_of")
_AMOUNTS: Final = ("standoff_m", "position_error_m")
_WORDS: Final = ("name", "description")
"""Said for people; of rows that differ the first holds."""
_ORDER: Final = MappingProxyType({name: at for at, name in enumerate(NOTICE_FIELDS)})
_NOTHING: Final = (None, "")
_MOVING: Final = (None, Kind.OPERATION, Kind.MOVEMENT)


@dataclass(slots=True)
class _Draft:
    party: str
    id: str
    where: str
    said: dict[str, Any]
    """What its rows so far have said about the whole declaration."""
    parts: list[Part] = field(default_factory=list)
    stated: list[tuple[StatedPosition, ...]] = field(default_factory=list)
    notice: dict[str, str] = field(default_factory=dict)
    """As said first; rows that differ inform nobody twice."""


class Gatherer:
    """Collects the rows of one file, in file order."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks: Final = remarks
        self._named: dict[tuple[str, str], _Draft] = {}
        self._drafts: list[_Draft] = []

    def add(
        self,
        told: Properties,
        parts: tuple[Part, ...],
        *,
        id_: str,
        generated: str,
        where: str,
        stated: tuple[tuple[StatedPosition, ...], ...] = (),
    ) -> None:
        """Take the current row of the remarks.

        Args:
            told: Its properties.
            parts: What its geometry declares.
            id_: Its identifier; empty when it has none.
            generated: What stands in for it then.
            where: File and row, for sentences.
            stated: Its places as they were written, where the format keeps that.

        Raises:
            InputError: ``declaration.differs`` when it contradicts an earlier row of the same
                declaration; nothing of the row is taken then.
        """
        said = {
            name: value
            for name in (*_WHAT_IT_IS, *_AMOUNTS, *_WORDS, "ground")
            if (value := getattr(told, name)) not in _NOTHING
        }
        draft = self._named.get((told.party, id_)) if id_ else None
        if draft is None:
            draft = _Draft(told.party, id_, where, said)
            self._drafts.append(draft)
            if id_:
                self._named[told.party, id_] = draft
            else:
                draft.id = generated
        else:
            self._merge(draft, said, told.prefix)
        draft.parts += parts
        draft.stated += stated
        for name, text in told.notice:
            draft.notice.setdefault(name, text)
        self._remark(told, parts)

    def declarations(self) -> tuple[Declaration, ...]:
        """Everything gathered, in the order in which each declaration first appeared."""
        return tuple(self._declaration(draft) for draft in self._drafts)

    def _declaration(self, draft: _Draft) -> Declaration:
        said = draft.said
        # a generated id never makes a row one with a row that states the same id
        taken = self._named.get((draft.party, draft.id), draft) is not draft
        return Declaration(
            id=f"{draft.id} (no id)" if taken else draft.id,
            kind=said.get("kind", Kind.OPERATION),
            parts=tuple(draft.parts),
            party=draft.party,
            on_behalf_of=said.get("on_behalf_of", ""),
            state=said.get("state"),
            priority=said.get("priority", 0),
            standoff_m=said.get("standoff_m", 0.0),
            ground=said.get("ground"),
            position_error_m=said.get("position_error_m", 0.0),
            where=draft.where,
            name=said.get("name", ""),
            description=said.get("description", ""),
            stated=tuple(draft.stated),
            notice=tuple(sorted(draft.notice.items(), key=_as_listed)),
        )

    def _merge(self, draft: _Draft, said: dict[str, Any], prefix: str) -> None:
        for name in _WHAT_IT_IS:
            before = draft.said.get(name)
            if name in said and before is not None and said[name] != before:
                raise InputError(
                    "declaration.differs",
                    f"found {_word(said[name])}, but {draft.where} says {_word(before)} of the "
                    f"same declaration {draft.id!r}; give this one another id, or make them agree",
                    where=f"{prefix}{name}",
                )
        for name in _AMOUNTS:
            before = draft.said.get(name)
            if name in said and before is not None and said[name] != before:
                self._remarks.add(_LARGER.format(name))
                said[name] = max(said[name], before)
        for name in _WORDS:
            if name in draft.said:
                said.pop(name, None)
        ground: Ground | None = draft.said.get("ground")
        if "ground" in said and ground is not None and said["ground"] != ground:
            self._remarks.add(_WIDER)
            said["ground"] = Ground(
                min(said["ground"].lowest_m, ground.lowest_m),
                max(said["ground"].highest_m, ground.highest_m),
            )
        draft.said.update(said)

    def _remark(self, told: Properties, parts: tuple[Part, ...]) -> None:
        standing = any(isinstance(part, Volume4D) for part in parts)
        opened = told.window.start_us is None or told.window.end_us is None
        self.remark(
            told.kind,
            lower=told.says_lower,
            upper=told.says_upper,
            timed=not (standing and opened),
        )

    def remark(self, kind: Kind | None, *, lower: bool, upper: bool, timed: bool) -> None:
        """Count what a row leaves open.

        Args:
            kind: What it says that it is.
            lower: Whether it says a lower limit.
            upper: Whether it says an upper limit.
            timed: Whether all that stands still in it has a beginning and an end.
        """
        if kind is None:
            self._remarks.add(_NO_KIND)
        if not lower:
            self._remarks.add(_NO_LOWER)
        if not upper:
            self._remarks.add(_NO_UPPER)
        if kind in _MOVING and not timed:
            self._remarks.add(_NO_TIME)


def _as_listed(field: tuple[str, str]) -> int:
    """Fields stand in one order, whatever order a file has them in."""
    return _ORDER[field[0]]


def _word(value: Any) -> str:
    return repr(getattr(value, "value", value))
