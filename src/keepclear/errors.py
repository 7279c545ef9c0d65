"""Every exception of keepclear, drawn as a tree, split by who must act.

KeepclearError                 ``code`` is stable; ``for_peer()`` is all that another party may read
 ├─ InputError                 the declaring party: something it wrote cannot be used as written
 ├─ RuleError                  the acting party: well formed, but an arrangement or a life forbids it
 ├─ UsageError                 the person typing: options contradict each other
 ├─ VerificationError          whoever holds the evidence: a signature, proof or receipt does not hold
 │   └─ SplitViewError         likewise: two signed states that cannot both be true; carries both
 ├─ StoreError                 the operator: a write failed, and nobody can know whether it was stored
 ├─ UnreachableError           whoever runs the line: a node does not answer, or cannot answer now
 ├─ ConfigurationError         the operator of this machine: something needed is missing here
 │   └─ InUseError             likewise: another process uses it, such as a node that is serving
 └─ InternalError              us: a promise of our own code did not hold

``str(error)`` is for our own desk and may quote what was declared. ``for_peer()`` never does:
it is made of the stable code alone, so that no place, time or name of a plan can leak through it.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ConfigurationError",
    "InUseError",
    "InputError",
    "InternalError",
    "KeepclearError",
    "Refusal",
    "RuleError",
    "SplitViewError",
    "StoreError",
    "UnreachableError",
    "UsageError",
    "VerificationError",
]


class KeepclearError(Exception):
    """Something keepclear cannot do, said in one sentence."""

    code = "error"

    def for_peer(self) -> str:
        """The part of this error that another party may read: its stable code, nothing declared."""
        return self.code


class InputError(KeepclearError):
    """What a party wrote cannot be used as written.

    Attributes:
        code: Stable name of the reason, such as ``ring.self-crossing``.
        where: File, row or feature, and field, from the outside in, such as
            ``plan.geojson feature 3 geometry``. Readers extend it outwards with :meth:`inside`.
        message: What was found, what was expected, what to do; without ``where``.
    """

    def __init__(self, code: str, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where

    def inside(self, outer: str) -> InputError:
        """The same error, seen from one level further out."""
        where = f"{outer} {self.where}".strip()
        return InputError(self.code, self.message, where=where)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class RuleError(KeepclearError):
    """Well formed, but not allowed as things stand.

    Attributes:
        code: Stable name of the rule, such as ``life.not-possible``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UsageError(KeepclearError):
    """The options given contradict each other or cannot be read."""

    code = "usage"


class VerificationError(KeepclearError):
    """A signature, proof or receipt does not hold. Keep it: it may be evidence.

    Attributes:
        code: Stable name of the reason, such as ``note.bad-signature``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SplitViewError(VerificationError):
    """One party signed two states of its record that cannot both be true.

    Attributes:
        notes: Both signed notes: together they are the proof, for anybody who has the key.
    """

    def __init__(self, message: str, *notes: bytes) -> None:
        super().__init__("record.split-view", message)
        self.notes = notes


class StoreError(KeepclearError):
    """A write failed. It was stored whole or not at all; read again before you act on it."""

    code = "store"


class ChangedStoreError(StoreError):
    """What is stored is not what was signed: nothing is decided until people have looked."""

    code = "store.changed"


class UnreachableError(KeepclearError):
    """A node does not answer, or cannot answer now; whether it kept what was sent is not known."""

    code = "unreachable"


class ConfigurationError(KeepclearError):
    """Something this machine needs is missing; the sentence says what and how to get it."""

    code = "configuration"


class InUseError(ConfigurationError):
    """Another process uses it now. Nothing is wrong with it; nothing was changed."""


class InternalError(KeepclearError):
    """A promise of our own code did not hold. Please report it with the input that showed it."""

    code = "internal"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row, feature or file that was not used, and why."""

    where: str
    """File, row or feature, field."""
    code: str
    """Stable name of the reason."""
    message: str
    """One sentence for the party that wrote it."""

    @classmethod
    def of(cls, error: InputError) -> Refusal:
        """The refusal that an input error leads to."""
        return cls(error.where, error.code, error.message)
