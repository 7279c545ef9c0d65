"""Routes to come in and to let others in: links, sessions, passwords, people and tokens.

Comparing a password takes a twentieth of a second on purpose, so that is done beside the node's thread,
between two questions to it, and a few at a time. Secrets are in answers once, and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from keepclear.domain.access import Action, Role
from keepclear.domain.window import format_instant
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.node import access, chance, links, sessions
from keepclear.node.ledger import Node
from keepclear.node.login import begin_login, change_password, open_session
from keepclear.node.passwords import PasswordHash, hash_password

__all__ = ["ROUTES"]

Found = TypeVar("Found")
Mark = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_DEVICE_S: Final = 366 * 86_400
"""How long a browser is known; shorter than whoever comes back once a year would need."""


class Login(forms.In, frozen=True):
    """Who comes."""

    mark: Mark
    password: Password


class NewPassword(forms.In, frozen=True):
    """Another password."""

    password: Password
    """The present one."""
    new: Password


class Come(forms.In, frozen=True):
    """By a link that was sent."""

    link: Secret
    password: Password
    """The one that its person chooses."""
    mark: Mark | None = None
    """The first person of a node chooses it; an invitation says it already."""
    role: Literal["administrator", "duty"] = "administrator"
    """Likewise."""


class Came(forms.Out, frozen=True):
    """Somebody is in; they log in next."""

    party: str
    mark: str
    role: str


class Newcomer(forms.In, frozen=True):
    """Whom to let in."""

    mark: Mark
    role: Literal["duty", "verifier", "reader", "administrator"]
    party: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """Empty for the desk of a secretariat."""
    only: list[str] | None = None
    """What a program may ask for; left out for a person."""


class Welcome(forms.Out, frozen=True):
    """A secret, shown this once."""

    secret: str
    what: Literal["link", "token"]


class Person(forms.Out, frozen=True):
    """Somebody or a program that is in, or was sent a link."""

    mark: str
    party: str
    role: str
    only: list[str] | None
    by: str
    since: str
    waits: bool


class People(forms.Out, frozen=True):
    """Those whom the one who asks may put out."""

    people: list[Person]


async def come(asked: Asked, service: Service) -> Reply:
    """Come in by a link."""
    said = asked.body
    await service.ask(lambda node: links.good(node, said.link))
    password = await _hashed(service, said.password)
    body = await service.ask(
        lambda node: links.redeem(
            node, said.link, password=password, mark=said.mark or "", role=Role(said.role)
        )
    )
    return Reply(Came(body.party, body.mark, body.role))


async def log_in(asked: Asked, service: Service) -> Reply:
    """Log in."""
    said, attempts, names = asked.body, service.attempts, service.names
    attempt = await service.ask(
        lambda node: begin_login(node, attempts, said.mark, device=asked.device)
    )
    compared = await _slowly(service, lambda: attempt.compare(said.password))
    ending = asked.credentials[1]
    opened = await service.ask(lambda node: open_session(node, attempts, compared, ending=ending))
    who = opened.who
    may = sorted(action.value for action in Action if who.may(action))
    shift_s = sessions.SHIFT_US // 1_000_000
    return Reply(
        forms.Who(who.party, who.role.value, who.mark, may),
        cookies=(
            names.set_cookie(names.cookie, opened.session, max_age_s=shift_s),
            names.set_cookie(names.device, opened.device, max_age_s=_DEVICE_S),
        ),
    )


async def log_out(asked: Asked, service: Service) -> Reply:
    """Log out; a token stays what it is."""
    session = asked.credentials[1]
    if session:
        await service.ask(lambda node: sessions.logout(node, session))
    gone = service.names.set_cookie(service.names.cookie, "", max_age_s=0)
    return Reply(cookies=(gone,))


async def new_password(asked: Asked, service: Service) -> Reply:
    """Choose another password; all sessions end."""
    said, mark, attempts = asked.body, asked.who.mark, service.attempts
    attempt = await service.ask(lambda node: begin_login(node, attempts, mark, device=asked.device))
    compared = await _slowly(service, lambda: attempt.compare(said.password))
    password = await _hashed(service, said.new)
    await service.ask(lambda node: change_password(node, attempts, compared, password))
    return Reply()


def people(asked: Asked, node: Node) -> Reply:
    """Who is in."""
    rows = [
        Person(
            mark=row.mark,
            party=row.party,
            role=row.role.value,
            only=None if row.only is None else sorted(one.value for one in row.only),
            by=row.by,
            since=format_instant(row.since_us),
            waits=row.waits,
        )
        for row in access.people(node, asked.who)
    ]
    return Reply(People(rows))


def admit(asked: Asked, node: Node) -> Reply:
    """Let somebody in."""
    said = asked.body
    only = None if said.only is None else frozenset(map(_action, said.only))
    secret = access.admit(
        node, asked.who, mark=said.mark, party=said.party, role=Role(said.role), only=only
    )
    return Reply(Welcome(secret, "link" if only is None else "token"))


def put_out(asked: Asked, node: Node) -> Reply:
    """Put somebody out."""
    access.put_out(node, asked.who, asked.path["mark"])
    return Reply()


def _action(name: str) -> Action:
    try:
        return Action(name)
    except ValueError:
        known = ", ".join(action.value for action in Action)
        raise Problem(
            422, "access.scopes", f"found {name[:40]!r}, expected some of {known}", where="only"
        ) from None


async def _hashed(service: Service, password: str) -> PasswordHash:
    return await _slowly(service, lambda: hash_password(password, chance.salt()))


async def _slowly(service: Service, work: Callable[[], Found]) -> Found:
    """Done in another thread, a few at a time: each takes much memory on purpose."""
    async with service.hashing:
        return await asyncio.to_thread(work)


_SESSION: Final = "/api/v1/session"
_PEOPLE: Final = "/api/v1/people"
ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/links",
        Gate.OPEN,
        "Come in by the one-time link, or by an invitation, with a password of one's own",
        flow=come,
        body=Come,
        answer=Came,
        status=201,
        slow=True,
    ),
    Route(
        "POST",
        _SESSION,
        Gate.OPEN,
        "Log in; the session is in a cookie",
        flow=log_in,
        body=Login,
        answer=forms.Who,
        slow=True,
    ),
    Route("DELETE", _SESSION, Gate.KNOWN, "Log out", flow=log_out, status=204),
    Route(
        "PUT",
        f"{_SESSION}/password",
        Gate.KNOWN,
        "Choose another password; all sessions end",
        flow=new_password,
        body=NewPassword,
        status=204,
        slow=True,
    ),
    Route(
        "GET", _PEOPLE, Action.ADMIT, "Whom one may put out, and who is in", people, answer=People
    ),
    Route(
        "POST",
        _PEOPLE,
        Action.ADMIT,
        "Let in a program, or invite a person; the secret is shown this once",
        admit,
        body=Newcomer,
        answer=Welcome,
        status=201,
        problems=(422,),
    ),
    Route(
        "DELETE",
        f"{_PEOPLE}/{{mark}}",
        Action.ADMIT,
        "Put out a person or a program; sessions, tokens and links end at once",
        put_out,
        status=204,
    ),
)
