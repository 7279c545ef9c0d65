"""The doctor's findings, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepclear.faces.words import plain

if TYPE_CHECKING:
    from keepclear.node.doctor import Finding

__all__ = ["render_health", "sound"]


def render_health(findings: Sequence[Finding], *, as_json: bool) -> str:
    """One line for each finding; what to do stands after an arrow."""
    if as_json:
        members = {
            "keepclear": "doctor/1",
            "ok": sound(findings),
            "findings": [
                {"name": f.name, "state": f.state, "text": f.text, "advice": f.advice}
                for f in findings
            ],
        }
        return json.dumps(members, ensure_ascii=False, indent=1) + "\n"
    names = max(len(finding.name) for finding in findings)
    states = max(len(finding.state) for finding in findings)
    lines = [
        f"{finding.state:<{states}}  {finding.name:<{names}}  {plain(finding.text)}"
        + (f" -> {plain(finding.advice)}" if finding.advice else "")
        for finding in findings
    ]
    lines += ["", _summary(findings)]
    return "\n".join(lines) + "\n"


def sound(findings: Sequence[Finding]) -> bool:
    """Whether nothing keeps keepclear from answering rightly."""
    return all(finding.state in {"ok", "note"} for finding in findings)


def _summary(findings: Sequence[Finding]) -> str:
    missing = sum(finding.state == "missing" for finding in findings)
    wrong = sum(finding.state == "wrong" for finding in findings)
    if wrong:
        return f"{wrong} wrong; put it right before this node is relied on"
    if missing:
        return f"{missing} missing; nothing can be relied on until it is there"
    return "nothing is missing"
