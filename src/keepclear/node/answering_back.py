"""What a node says of a declaration that came over a line: to its own desk, and back to the sender.

The desk sees what came, with all that follows from it as far as it may see that. The sender sees what
it would be answered if it had declared here itself. A humanitarian party is answered nothing. Left to
others: the verdict, and saving.
"""

from __future__ import annotations

import json
from typing import Any, Final

from keepclear.disclose.levels import Level, is_humanitarian, level_of
from keepclear.disclose.released import times_of
from keepclear.domain.access import SECRETARIAT
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant
from keepclear.node.about import About
from keepclear.node.answering import views_for
from keepclear.node.memory import Memory
from keepclear.node.standing import Met
from keepclear.node.wording import text_of
from keepclear.wire.entries import DeviationForm, Shown, Verdict

__all__ = ["answer_back", "for_the_desk"]

_SAYS: Final = (
    "Compared with what was declared at this desk. What lies elsewhere, and parties that declare "
    "nothing, are not seen. It is no permission."
)


def answer_back(memory: Memory, about: About, answer: Shown) -> list[Shown]:
    """The answer that its party would get here, as what goes back to it over the line.

    Nothing for a humanitarian party, nor for one with which nothing was agreed.
    """
    arrangements, owner, party = memory.arrangements.values(), memory.owner, answer.to
    level = level_of(arrangements, viewer=party, owner=owner, kind=Kind.OPERATION)
    agreed = owner == SECRETARIAT or level is not Level.NOTHING
    if is_humanitarian(arrangements, party) or not agreed:
        return []
    text = json.loads(answer.text)
    for view in text["crossings"]:
        view["own"]["version"] = about.version
    whole = {**text, "notice": "compared/1", "says": _SAYS}
    back = Shown(
        subject=answer.subject,
        at_us=answer.at_us,
        to=party,
        how=answer.how,
        of=answer.of,
        text=text_of(whole),
    )
    return [back]


def for_the_desk(
    memory: Memory,
    message: str,
    about: About,
    found: tuple[Met, ...],
    verdict: Verdict,
    stage: str,
) -> Shown:
    """What came, and what follows from it, with everything that this desk may see."""
    said, case = about.declaration, memory.cases.get(about.subject)
    views = [view for view in views_for(memory, about, found, memory.owner) if view is not None]
    text: dict[str, Any] = {
        "notice": "came/1",
        "ref": about.mark,
        "party": said.party,
        "id": said.id,
        "kind": said.kind.value,
        "version": about.version,
        "stage": stage,
        "at": format_instant(about.at_us),
        "message": message,
        "crossings": views,
        "deviations": [_deviation(one) for one in verdict.deviations],
        "not_computed": verdict.not_computed,
    }
    if about.because is not None:
        text["because"] = about.because
    if about.split_from is not None:
        text["split_from"] = {"id": about.split_from[0].partition("/")[2]}
    if case is not None:
        first, last = times_of(case.latest.declaration)
        text["was"] = {"version": case.latest.number, "time_start": first, "time_end": last}
    first, last = times_of(said)
    text |= {"time_start": first, "time_end": last}
    return Shown(
        subject=about.subject,
        at_us=about.at_us,
        to=memory.owner,
        how="notice",
        of=[about.mark],
        text=text_of(text),
    )


def _deviation(one: DeviationForm) -> dict[str, Any]:
    """A difference from what was agreed, as this desk reads it; it holds the other's plan anyway."""
    found: dict[str, Any] = {"code": one.code, "arrangement": one.arrangement}
    if one.agreed_us is not None and one.found_us is not None:
        found |= {"agreed_s": one.agreed_us / 1e6, "found_s": one.found_us / 1e6}
    if one.area_m2 is not None:
        found["area_km2"] = round(one.area_m2 / 1e6, 3)
    if one.side is not None:
        found["side"] = one.side
    if one.party is not None:
        found["other"] = f"{one.party}/{one.id}"
    return found
