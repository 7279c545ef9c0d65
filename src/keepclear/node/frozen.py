"""Cases in columns: as many as there are, and none of them made before somebody asks for it.

Nothing here changes. What has changed since is held beside it (:mod:`keepclear.node.cases`), and now
and then both become new columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from keepclear.detect.rules import KIND_CODES
from keepclear.domain.declaration import State
from keepclear.domain.life import STANDING, Stage
from keepclear.node.case import Case, case_of, form_of
from keepclear.node.found_names import Hashes, Names, cut
from keepclear.node.texts import Texts
from keepclear.wire.remembered import pack_case, unpack_case

__all__ = ["EMPTY", "KIND_CODES", "STAGES", "Frozen", "Row", "row_of"]

STAGES: Final[tuple[State | Stage, ...]] = (*State, *Stage)
"""The stages by their number in columns."""
_STAGE_CODES: Final = {stage: code for code, stage in enumerate(STAGES)}
STANDS: Final = np.array([stage in STANDING for stage in STAGES])
_NEVER: Final = -1
"""Stands for the arrangements of a verdict that there is not."""


class Row(NamedTuple):
    """One case, ready for columns."""

    subject: str
    mark: str
    kind: int
    stage: int
    party: str
    judged: tuple[str, ...] | None
    data: bytes


def row_of(subject: str, case: Case) -> Row:
    """A case as it is now."""
    return Row(
        subject,
        case.mark,
        KIND_CODES[case.kind],
        _STAGE_CODES[case.stage],
        case.party,
        None if case.judged is None else case.judged.arrangements,
        pack_case(form_of(case)),
    )


@dataclass(frozen=True, slots=True)
class Frozen:
    """Cases by rows, in the order in which they were first declared."""

    names: Names
    """Their subjects."""
    marks: Hashes
    data: np.ndarray
    """uint8: the cases, one after the other."""
    starts: np.ndarray
    """int64 (n + 1): where each begins."""
    kind: np.ndarray
    """uint8 (n)."""
    stage: np.ndarray
    """uint8 (n)."""
    party: np.ndarray
    """int32 (n): which of ``parties``."""
    judged: np.ndarray
    """int32 (n): which of ``judgements``; -1 where there is no verdict."""
    parties: tuple[str, ...]
    judgements: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def case(self, row: int, texts: Texts) -> Case:
        """The case of a row.

        Raises:
            InputError: it cannot be understood, which the digest of the columns rules out.
        """
        data = self.data[self.starts[row] : self.starts[row + 1]].data
        return case_of(unpack_case(data), texts)

    def marked(self, mark: str, texts: Texts) -> int:
        """The row of a mark; -1 where there is none."""
        found = self.marks.find(mark)
        return next((row for row in found if self.case(row, texts).mark == mark), -1)

    @property
    def stands(self) -> np.ndarray:
        """Bool (n): which of them stand."""
        return STANDS[self.stage]

    def renewed(
        self, changed: Mapping[int, Row], gone: Collection[int], fresh: Sequence[Row]
    ) -> tuple[Frozen, np.ndarray]:
        """New columns: what has changed in its place, what is gone left out, what is new at the end.

        Returns:
            The columns, and for each old row its new one; -1 where it is gone.
        """
        keep = np.ones(len(self), dtype=bool)
        keep[list(gone)] = False
        rows = {row: one for row, one in sorted(changed.items()) if keep[row]}
        parties = {name: number for number, name in enumerate(self.parties)}
        judgements = {said: number for number, said in enumerate(self.judgements)}
        at, news = np.array(list(rows), dtype=np.int64), list(rows.values())
        values: dict[str, Callable[[Row], int]] = {
            "kind": lambda one: one.kind,
            "stage": lambda one: one.stage,
            "party": lambda one: parties.setdefault(one.party, len(parties)),
            "judged": lambda one: (
                _NEVER if one.judged is None else judgements.setdefault(one.judged, len(judgements))
            ),
        }
        columns = {}
        for name, value in values.items():
            column = getattr(self, name).copy()
            column[at] = [value(one) for one in news]
            end = np.array([value(one) for one in fresh], dtype=column.dtype)
            columns[name] = np.concatenate([column[keep], end])
        data, starts = self._data(rows, keep, fresh)
        found = Frozen(
            names=self.names.renewed(keep, [one.subject for one in fresh]),
            marks=self.marks.renewed(keep, [one.mark for one in fresh]),
            data=data,
            starts=starts,
            parties=tuple(parties),
            judgements=tuple(judgements),
            **columns,
        )
        return found, np.where(keep, np.cumsum(keep) - 1, -1)

    def _data(
        self, rows: Mapping[int, Row], keep: np.ndarray, fresh: Sequence[Row]
    ) -> tuple[np.ndarray, np.ndarray]:
        lengths = np.diff(self.starts)
        lengths[list(rows)] = [len(one.data) for one in rows.values()]
        pieces, begin = [], 0
        for row, one in rows.items():
            between = slice(begin, row)
            pieces += cut(self.data, self.starts[begin : row + 1], keep[between])
            pieces.append(np.frombuffer(one.data, dtype=np.uint8))
            begin = row + 1
        pieces += cut(self.data, self.starts[begin:], keep[begin:])
        pieces.append(np.frombuffer(b"".join([one.data for one in fresh]), dtype=np.uint8))
        new = np.array([len(one.data) for one in fresh], dtype=np.int64)
        ends = np.cumsum(np.concatenate([lengths[keep], new]))
        return np.concatenate(pieces), np.concatenate([[0], ends]).astype(np.int64)


def _empty() -> Frozen:
    hashes = Hashes(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32))
    bytes_, byte, number = np.zeros(0, np.uint8), np.zeros(0, np.uint8), np.zeros(0, np.int32)
    starts = np.zeros(1, np.int64)
    return Frozen(Names.of(()), hashes, bytes_, starts, byte, byte, number, number, (), ())


EMPTY: Final = _empty()
