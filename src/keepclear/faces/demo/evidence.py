"""Evidence on what a party declared: fetched from its node, and verified from the files alone.

Left in the folder of the play, so that whoever keeps it can verify it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from keepclear.errors import KeepclearError
from keepclear.faces.demo.desk import path_of
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.faces.verifying import evidence_in
from keepclear.formats.scenarios.script import Step
from keepclear.record.bundle import Evidence

__all__ = ["EXPECTED", "evidence_on"]


def evidence_on(stage: Stage, subject: str, witnesses: Iterable[str] = ()) -> Evidence:
    """All that its party's node can prove about a declaration, verified without a network.

    Args:
        stage: What is played.
        subject: ``Party/id``.
        witnesses: Parties that are believed where they cosigned.

    Raises:
        Unmet: there is none, or it does not verify.
    """
    party, _, id_ = subject.partition("/")
    desk = stage.desks[party]
    answer = desk.ask("GET", f"{path_of(party, id_)}/bundle")
    if answer.refused:
        raise Unmet(f"there is no bundle of {subject}: {answer.code}")
    place = stage.folder / f"{party}-{id_}.bundle.json".lower()
    data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    place.write_bytes(data)
    keys = [_record_key(stage, name) for name in witnesses]
    try:
        return evidence_in(str(place), str(desk.node.home.record_key.verifier), keys)
    except KeepclearError as error:
        raise Unmet(f"the bundle of {subject} does not verify: {error}") from error


def bundle(stage: Stage, step: Step) -> str:
    """Evidence of a declaration verifies, and as many have seen how far its record went."""
    witnesses = step.one("witnesses", [])
    found = evidence_on(stage, step.slots["subject"], witnesses)
    entries = len(found.entries)
    if entries < step.one("entries", 1):
        raise Unmet(f"it holds {entries} entries")
    if len(found.seen_by) < len(witnesses):
        raise Unmet(f"only {len(found.seen_by)} of these witnesses have signed")
    by = f", seen by {len(found.seen_by)} witnesses" if witnesses else ""
    return f"{entries} of {found.checkpoint.size} entries of {found.checkpoint.origin}{by}"


def _record_key(stage: Stage, party: str) -> str:
    if party not in stage.nodes.by_party:
        raise Unmet(f"{party} is no party of this scenario")
    return str(stage.nodes.by_party[party].home.record_key.verifier)


EXPECTED: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType({"bundle": bundle})
"""What is expected, by the name of its form."""
