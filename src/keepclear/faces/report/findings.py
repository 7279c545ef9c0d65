"""What ``keepclear lint`` prints: a list for people, worst first, or the envelope ``lint/1``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from keepclear.domain.finding import Finding, Severity
from keepclear.faces import words
from keepclear.faces.report.envelope import lines_of
from keepclear.integrity.examine import ORDER
from keepclear.node.lint import Lint

__all__ = ["VERSION", "render_findings", "render_findings_json", "summary"]

VERSION: Final = "lint/1"
"""Name of the form. Members may be added under it; none changes its meaning or goes away."""

_HEADS: Final = {
    Severity.WRONG: "wrong: it cannot be right as it stands",
    Severity.DOUBT: "doubt: it is probably not what was meant; ask before it is sent",
    Severity.NOTE: "note: it may be right; somebody should know",
}


def render_findings(lint: Lint) -> str:
    """Aligned text: what could not be read, then each severity under its own head."""
    lines = list(_blocks(lint))
    return "\n".join([*lines, summary(lint)]) + "\n"


def _blocks(lint: Lint) -> Iterator[str]:
    if lint.refused:
        yield "refused: it cannot be used as it stands"
        for refusal in lint.refused:
            yield f"  {words.plain(refusal.where)}  [{refusal.code}]"
            yield f"    {words.plain(refusal.message)}"
        yield ""
    for severity in ORDER:
        found = [finding for finding in lint.findings if finding.severity is severity]
        if found:
            yield _HEADS[severity]
            for finding in found:
                yield from _told(finding)
            yield ""
    if lint.reading.warnings:
        yield "look at this"
        yield from (f"  {words.plain(warning)}" for warning in lint.reading.warnings)
        yield ""


def _told(finding: Finding) -> Iterator[str]:
    yield f"  {words.plain(_place(finding)) or 'the files'}  [{finding.code}]"
    yield f"    {words.plain(finding.message)}"
    yield f"    -> {words.plain(finding.advice)}"


def _place(finding: Finding) -> str:
    """Where it stands and whose it is, once where a row is called by its id."""
    if finding.party:
        return ", ".join(filter(None, (finding.where, f"{finding.party} {finding.id}".strip())))
    if not finding.id or finding.id in finding.where.split(" "):
        return finding.where
    return f'{finding.where} (id "{finding.id}")'.strip()


def summary(lint: Lint) -> str:
    """The honest last sentence. What was not given was not looked at, and nothing is ever 'fine'."""
    counts = [
        f"{sum(finding.severity is severity for finding in lint.findings):,} {severity.value}"
        for severity in ORDER
    ]
    declarations = words.count(len(lint.reading.declarations), "declaration")
    found = words.listed(counts) if lint.findings else "nothing found"
    refused = words.count(len(lint.refused), "row")
    return (
        f"{found} in {declarations}; {refused} refused; a position that fits all that is said of "
        "it can still be wrong"
    )


def render_findings_json(lint: Lint) -> str:
    """The envelope as text, one line for each finding, refusal and warning."""
    members: dict[str, Any] = {
        "keepclear": VERSION,
        "complete": not lint.refused,
        "declarations": len(lint.reading.declarations),
        "deviations": lint.deviations,
        "refused": [
            {"where": refusal.where, "code": refusal.code, "message": refusal.message}
            for refusal in lint.refused
        ],
        "warnings": list(lint.reading.warnings),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "where": finding.where,
                "party": finding.party,
                "id": finding.id,
                "message": finding.message,
                "advice": finding.advice,
            }
            for finding in lint.findings
        ],
    }
    return lines_of(members)
