"""The commands on a node that is served: the same words as on its folder, asked over the line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from keepclear.domain.declaration import Declaration
from keepclear.domain.life import Act
from keepclear.domain.window import format_instant
from keepclear.errors import InputError, Refusal, RuleError, UnreachableError, UsageError
from keepclear.faces.outcome import Exit
from keepclear.faces.remote.line import Line, line_to, subject_path
from keepclear.faces.remote.telling import code_of, tell
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain, refusal
from keepclear.node.files import STDIN
from keepclear.wire.declaration import encode

__all__ = ["act", "declare_all", "delay", "line", "list_", "own_party", "show", "status"]

_PAGE = 1_000


@contextmanager
def line(url: str, token_file: str | None, by: str = "desk") -> Iterator[Line]:
    """A line for one command.

    Raises:
        UsageError: ``--by`` was given, which the token says already; and as :func:`line_to`.
    """
    if by != "desk":
        raise UsageError("over the line the token says who asks; leave --by out")
    found = line_to(url, token_file)
    try:
        yield found
    finally:
        found.close()


def own_party(to: Line) -> str:
    """For whom one asks."""
    return str(to.ask("GET", "/api/v1/session")["party"])


def declare_all(
    to: Line,
    said: Sequence[Declaration],
    refused: list[Refusal],
    *,
    if_match: int | None,
    key: str,
) -> int:
    """Declare one after the other; those before a refused one stay."""
    answers: list[dict[str, Any]] = []
    not_allowed, lost = 0, ""
    for one in said:
        name = f"{one.party}/{one.id}"
        try:
            answer = to.ask(
                "POST",
                "/api/v1/declarations",
                data=encode(one),
                key=f"{key} {name}" if key else "",
                if_match=if_match,
            )
        except RuleError as error:
            not_allowed += 1
            say(f"not kept: {plain(name)}: {plain(str(error))} [{error.code}]")
        except InputError as error:
            refused.append(Refusal.of(error.inside(one.where)))
        except UnreachableError as error:
            lost = str(error)
            break
        else:
            answers.append(_with_verdict(to, name, answer))
    for refusal_ in refused:
        say(f"refused: {refusal(refusal_)}")
    tell(answers)
    code = code_of(answers)
    if lost:
        left = len(said) - len(answers) - not_allowed
        say(f"keepclear: {lost}; at most {left:,} declarations of these files are not kept")
        return code or Exit.UNREACHABLE
    return code or (
        Exit.NOT_ALLOWED if not_allowed else Exit.UNREADABLE if refused else Exit.NOTHING
    )


def _with_verdict(to: Line, subject: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, with what was told before where nothing was compared again."""
    if not answer["again"] or answer["shown"]:
        return answer
    try:
        told = _told(to, subject_path(subject))
    except RuleError:  # a token that may not look
        return answer
    return answer if told is None else {**answer, "shown": [told]}


def act(to: Line, subject: str, what: Act, *, reason: str, if_match: int | None, key: str) -> int:
    """One step in a life."""
    here = subject_path(subject)
    if what is Act.VERIFY:
        answer = to.ask("POST", f"{here}/verification", key=key, if_match=if_match)
    else:
        data = msgspec.json.encode({"act": what.value, "reason": reason})
        answer = to.ask("POST", f"{here}/acts", data=data, key=key, if_match=if_match)
    tell([answer])
    return code_of([answer])


def delay(to: Line, subject: str, *, leaves_us: int | None, if_match: int | None, key: str) -> int:
    """A movement leaves at another time."""
    said = {} if leaves_us is None else {"leaves": format_instant(leaves_us)}
    answer = to.ask(
        "POST",
        f"{subject_path(subject)}/delay",
        data=msgspec.json.encode(said),
        key=key,
        if_match=if_match,
    )
    tell([answer])
    return code_of([answer])


def list_(to: Line, *, as_json: bool) -> int:
    """What exists for one's party at the node."""
    rows: dict[str, dict[str, Any]] = {}
    cursor: str | None = None
    while True:
        query = {"limit": _PAGE} | ({"cursor": cursor} if cursor else {})
        page = to.ask("GET", "/api/v1/declarations", query=query)
        for feature in page["features"]:
            told = feature["properties"]
            subject = f"{told['party']}/{told['id']}"
            members = {name: told[name] for name in ("kind", "stage", "version")}
            rows[subject] = {"subject": subject, **members}
        cursor = page.get("next")
        if cursor is None:
            break
    if as_json:
        whole = {"keepclear": "list-remote/1", "declarations": list(rows.values())}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [
        f"{plain(row['subject']):<24}  {row['kind']:<11}  {row['stage']:<13}  "
        f"version {row['version']}"
        for row in rows.values()
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    if not rows:
        say("nothing is declared here that you may see")
    return Exit.NOTHING


def show(to: Line, subject: str, *, as_json: bool) -> int:
    """A declaration, its versions and what was last told of it."""
    here = subject_path(subject)
    held = to.ask("GET", here)
    versions = to.ask("GET", f"{here}/versions")["versions"] if held["own"] else []
    told = _told(to, here) if held["own"] else None
    if as_json:
        whole = {"keepclear": "show-remote/1", **held, "versions": versions, "told": told}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [f"{subject}: {held['kind']}, {held['stage']}, version {held['version']}"]
    lines += [f"{one['at']:<27}  version {one['version']} by {one['by']}" for one in versions]
    lines += [_told_by(one) for one in held.get("told_by", ())]
    deliver("".join(f"{plain(line)}\n" for line in lines), STDIN)
    if told is not None:
        last = {"subject": subject, "version": held["version"], "stage": held["stage"]}
        tell([{**last, "again": False, "shown": [told]}])
    return Exit.NOTHING


def status(to: Line, *, as_json: bool) -> int:
    """Who one is at the node, and how far its record goes."""
    who = to.ask("GET", "/api/v1/session")
    members = {"keepclear": "status-remote/1", "node": to.url, **who}
    if "record" in who["may"]:
        name, size, root, *_ = to.ask("GET", "/api/v1/record/checkpoint").split("\n")
        members |= {"record": name, "entries": int(size), "checkpoint": root}
    if as_json:
        deliver(json.dumps(members, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    for name, value in members.items():
        words = ", ".join(value) if isinstance(value, list) else str(value)
        deliver(f"{name:<10}  {plain(words)}\n", STDIN)
    return Exit.NOTHING


def _told_by(one: dict[str, Any]) -> str:
    """What another node tells of a crossing, on one line."""
    span = f"{one['time_start'] or 'always'} until {one['time_end'] or 'further notice'}"
    old = "" if one["newest"] else "; not of the version that holds"
    said = f"told by {one['by']}: {one['certainty']} crossing with {one['ref']}, {span}"
    outside = f"; {one['stage']} since {one['stage_at']}" if "stage" in one else ""
    return f"{one['at']:<27}  {said}, of version {one['about']['version']}{old}{outside}"


def _told(to: Line, here: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = to.ask("GET", f"{here}/verdict")["told"]
    except RuleError as error:
        if error.code == "verdict.none":
            return None
        raise
    return found
