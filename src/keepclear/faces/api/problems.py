"""What could not be done, as RFC 9457 says it: a status, a stable code, and at most one sentence.

Sentences are for the party that asks, about what it sent or what is its own. Of everything else only
the code leaves the node, and of the node's own troubles (its disk, its files) not even a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import msgspec

from keepclear.errors import (
    ChangedStoreError,
    InputError,
    KeepclearError,
    RuleError,
    StoreError,
    UsageError,
)

__all__ = ["MEDIA", "Problem", "ProblemForm", "problem_of"]

MEDIA: Final = "application/problem+json"
_TYPE: Final = "urn:keepclear:problem:"
_BY_CODE: Final[Mapping[str, HTTPStatus]] = MappingProxyType(
    {
        "access.unknown": HTTPStatus.NOT_FOUND,
        "login.wait": HTTPStatus.TOO_MANY_REQUESTS,
        "declaration.unknown": HTTPStatus.NOT_FOUND,
        "incident.unknown": HTTPStatus.NOT_FOUND,
        "message.unknown": HTTPStatus.NOT_FOUND,
        "record.no-proof": HTTPStatus.NOT_FOUND,
        "record.no-tile": HTTPStatus.NOT_FOUND,
        "record.nothing": HTTPStatus.NOT_FOUND,
        "version.other": HTTPStatus.PRECONDITION_FAILED,
        "idempotency.other-request": HTTPStatus.UNPROCESSABLE_ENTITY,
        "wire.too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    }
)
_BY_FAMILY: Final[Mapping[str, HTTPStatus]] = MappingProxyType(
    {
        "access": HTTPStatus.FORBIDDEN,
        "login": HTTPStatus.FORBIDDEN,
        "arrangement": HTTPStatus.UNPROCESSABLE_ENTITY,
        "budget": HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""By the word before the first dot of the code."""
_BY_CLASS: Final[tuple[tuple[type[KeepclearError], HTTPStatus], ...]] = (
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (RuleError, HTTPStatus.CONFLICT),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)
_RETRY_S: Final[Mapping[HTTPStatus, int]] = MappingProxyType(
    {HTTPStatus.SERVICE_UNAVAILABLE: 2, HTTPStatus.TOO_MANY_REQUESTS: 3_600}
)
"""A budget is counted over a day, so an hour is soon enough to ask again."""
_STORE_SAYS: Final = (
    "it is not known whether this was kept; ask again with the same Idempotency-Key"
)
_CHANGED_SAYS: Final = (
    "an old entry of this node's record is not what was signed; nothing is decided or answered here "
    "until its operator has looked; call those who depend on it"
)
_OURS_SAYS: Final = "this is a fault of the node; nothing was answered; its operator is told"


class ProblemForm(msgspec.Struct, frozen=True, omit_defaults=True):
    """The members of a problem (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    """Stable; what a program looks at."""
    detail: str | None = None
    """One sentence: what was found, what was expected, what to do."""
    where: str | None = None
    """Which part of what was sent, from the outside in."""


class Problem(Exception):  # noqa: N818 - a problem is what the standard calls it
    """Ends a request."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str | None = None,
        *,
        where: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = HTTPStatus(status)
        self.code = code
        self.detail = detail
        self.where = where
        self.headers = dict(headers or {})

    def form(self) -> ProblemForm:
        """Its members."""
        return ProblemForm(
            _TYPE + self.code,
            self.status.phrase,
            self.status.value,
            self.code,
            self.detail,
            self.where,
        )

    def body(self) -> bytes:
        """As it is sent."""
        return msgspec.json.encode(self.form())


def problem_of(error: Exception, *, own: bool = True) -> Problem:
    """The problem that an error becomes.

    Args:
        error: What was raised.
        own: Whether it is about what the asking party sent or owns; else only the code is said.
    """
    if isinstance(error, Problem):
        return error
    status = _status(error)
    if not isinstance(error, KeepclearError) or status is None:
        return Problem(500, "internal", _OURS_SAYS)
    wait = _RETRY_S.get(status)
    headers = {} if wait is None else {"Retry-After": str(wait)}
    if isinstance(error, StoreError):
        return _of_store(error, status, headers)
    if not own:
        return Problem(status, error.for_peer(), headers=headers)
    if isinstance(error, InputError):
        return Problem(status, error.code, error.message, where=error.where or None)
    return Problem(status, error.code, str(error), headers=headers)


def _of_store(error: StoreError, status: HTTPStatus, headers: Mapping[str, str]) -> Problem:
    """Asking again helps, or, where something was found changed, at no time."""
    if isinstance(error, ChangedStoreError):
        return Problem(status, error.code, _CHANGED_SAYS)
    return Problem(status, error.code, _STORE_SAYS, headers=headers)


def _status(error: Exception) -> HTTPStatus | None:
    code = getattr(error, "code", "")
    found = _BY_CODE.get(code) or _BY_FAMILY.get(code.partition(".")[0])
    if found is not None:
        return found
    return next((status for kind, status in _BY_CLASS if isinstance(error, kind)), None)
