"""``keepclear declare``: files to the node in a folder, and the verdict as a check tells it.

Whoever holds the folder holds everything in it, so the table names both sides of each crossing. What
others may see is decided for what leaves the folder. Nothing of a verdict is printed for a humanitarian
declaration, nor at the desk of a humanitarian party: it is told that it is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from keepclear.errors import InputError, KeepclearError, Refusal, RuleError, StoreError
from keepclear.faces.columns import map_option
from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import NOT_YET, count, plain, refusal
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.detect.crossing import Crossing, Side
    from keepclear.domain.declaration import Declaration
    from keepclear.domain.finding import Finding
    from keepclear.node.declaring import Answer
    from keepclear.node.ledger import Node
    from keepclear.wire.entries import DeviationForm

__all__ = ["closing_of", "declare"]

Key = tuple["Side", "Side", int | None]
"""What tells one crossing from another."""
NOT_ALLOWED = "not allowed as things stand"
DRAFT = "a draft: a second person verifies it, then it is submitted"


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--party", metavar="NAME", help="Whose the declarations are that name no party.")
@click.option(
    "--if-match", type=click.IntRange(0), metavar="N", help="The version seen last; 0: none."
)
@click.option("--read-as", metavar="FORMAT", help="Format of the files, as for keepclear check.")
@map_option()
@asking
@token_file
def declare(
    folder: str,
    files: tuple[str, ...],
    party: str | None,
    if_match: int | None,
    read_as: str | None,
    mapping: dict[str, str],
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    """Declare what is in FILE... at the node in DIR, and say what it crosses.

    A declaration that is there already gets a new version; one that is there just so is not compared
    again. Sites and movements begin as drafts. Rows are kept one by one: those before a refused one
    stay. At an address: for the party of the token.
    """
    from keepclear.faces.telling import say_findings  # noqa: PLC0415
    from keepclear.integrity.context import Context  # noqa: PLC0415
    from keepclear.integrity.examine import examine  # noqa: PLC0415
    from keepclear.node.clock import now_us  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.declaring import declare as keep  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    refused: list[Refusal] = []
    answers: list[Answer] = []
    not_allowed, failed = 0, ""
    if is_url(folder):
        from keepclear.faces.remote import commands  # noqa: PLC0415

        with commands.line(folder, token_file, by) as to:
            owner = commands.own_party(to) if party is None else party
            said, findings = _read(files, owner, read_as, mapping, refused)
            say_findings((*findings, *examine(said, Context(now_us=now_us()))), files)
            return commands.declare_all(to, said, refused, if_match=if_match, key=key)
    with running(folder) as (home, node):
        owner = home.party if party is None else party
        said, findings = _read(files, owner, read_as, mapping, refused)
        found = (*findings, *examine(said, Context(now_us=node.now_us())))
        doubts: dict[tuple[str, str], list[str]] = {}
        for finding in found:
            doubts.setdefault((finding.party, finding.id), []).append(finding.code)
        for one in said:
            name = f"{one.party}/{one.id}"
            request = Request(by, "command line", f"{key} {name}" if key else "")
            try:
                answers.append(
                    keep(
                        node,
                        one,
                        request,
                        if_match=if_match,
                        doubts=(*doubts.get((one.party, one.id), ()), *doubts.get(("", ""), ())),
                    )
                )
            except RuleError as error:
                not_allowed += 1
                say(f"not kept: {plain(name)}: {plain(str(error))} [{error.code}]")
            except InputError as error:
                refused.append(Refusal.of(error))
            except StoreError as error:  # what was kept before it is still told
                failed = str(error)
                break
        say_findings(found, files)
        code = closing_of(node, answers, refused, not_allowed=not_allowed)
        if failed:
            left = len(said) - len(answers) - not_allowed
            say(f"keepclear: {failed}; at most {left:,} declarations of these files are not kept")
            return Exit.CROSSING if code is Exit.CROSSING else Exit.UNREADABLE
    return Exit.NOT_ALLOWED if not_allowed and code is not Exit.CROSSING else code


def closing_of(
    node: Node,
    answers: list[Answer],
    refused: list[Refusal] | None = None,
    *,
    not_allowed: int = 0,
) -> Exit:
    """Print the verdicts of some answers as a check does, and the code for them."""
    from keepclear.detect.crossing import Comparison  # noqa: PLC0415
    from keepclear.disclose.levels import is_humanitarian  # noqa: PLC0415
    from keepclear.faces.report.table import render_plain  # noqa: PLC0415

    arrangements = node.memory.arrangements.values()
    silent = is_humanitarian(arrangements, node.around.owner)
    for one in refused or ():
        say(f"refused: {refusal(one)}")
    crossings: dict[Key, Crossing] = {}
    crossed_before = False
    left_out = {NOT_ALLOWED: not_allowed} if not_allowed else dict[str, int]()
    verdicts = 0
    for answer in answers:
        subject = str(answer.reply["subject"])
        party = subject.split("/", 1)[0]
        if silent or is_humanitarian(arrangements, party):
            yet = NOT_YET.get(str(answer.reply["stage"]))
            say(
                f"{plain(subject)}: kept; a humanitarian notification gets a receipt and no verdict"
                + (f"; {yet}" if yet else "")
            )
        elif answer.again:
            met = _met_before(node, subject)
            crossed_before = crossed_before or met > 0
            say(
                f"{plain(subject)}: as it was kept before, version {answer.reply['version']}; "
                f"not compared again, {count(met, 'crossing')} when it was declared"
            )
        elif answer.verdict is None:
            left_out[DRAFT] = left_out.get(DRAFT, 0) + 1
        else:
            verdicts += 1
            # found from both of its sides, where both were declared in one go
            crossings |= {(c.a, c.b, c.time_start_us): c for c in answer.crossings}
            for deviation in answer.verdict.deviations:
                say(f"deviation: {plain(subject)}: {plain(_deviation(deviation))}")
            for claim in answer.verdict.claims or ():
                size = "" if claim.area_m2 is None else f", {claim.area_m2 / 1e6:,.1f} km2"
                other = f"{claim.party}/{claim.id}"
                say(f"claimed by both: {plain(subject)} and {plain(other)}{size}")
            for words in answer.verdict.not_computed:
                left_out.setdefault(f"{words} (not computed)", 0)
    for words, number in left_out.items():
        say(f"{number} not compared: {words}" if number else f"not looked at: {words}")
    if verdicts:
        parties = {case.party for case in node.memory.cases.values() if case.stands}
        comparison = Comparison(
            complete=not refused,
            declarations=len(node.standing),
            volumes=0,
            compared=len(node.standing),
            parties=tuple(sorted(parties)),
            not_compared=tuple(item for item in left_out.items() if item[1]),
            refused=tuple(refused or ()),
            warnings=(),
            crossings=tuple(crossings.values()),
        )
        deliver(render_plain(comparison), STDIN)
    if crossings or crossed_before:
        return Exit.CROSSING
    return Exit.UNREADABLE if refused else Exit.NOTHING


def _met_before(node: Node, subject: str) -> int:
    """How many crossings the last verdict on something has that stands; 0 where there is none."""
    case = node.memory.cases.get(subject)
    if case is None or not case.stands or case.verdict is None:
        return 0
    return len(case.verdict.crossings)


def _read(
    files: tuple[str, ...],
    party: str,
    read_as: str | None,
    mapping: dict[str, str],
    refused: list[Refusal],
) -> tuple[list[Declaration], list[Finding]]:
    """Everything in the files that can be kept; each party and id once."""
    from keepclear.node.files import party_names  # noqa: PLC0415
    from keepclear.node.gather import read_one  # noqa: PLC0415

    said: dict[tuple[str, str], Declaration] = {}
    findings: list[Finding] = []
    for file, stem in zip(files, party_names(files), strict=True):
        try:
            reading = read_one(file, stem=stem, read_as=read_as, mapping=mapping)
        except KeepclearError as error:
            if not isinstance(error, InputError):
                raise
            refused.append(Refusal.of(error))
            continue
        refused += reading.refused
        findings += reading.findings
        for one in reading.declarations:
            named = one if one.party else replace(one, party=party)
            key = (named.party, named.id)
            if key in said:
                twice = f"{named.party}/{named.id} stands in these files twice; which one holds?"
                refused.append(Refusal(named.where, "declaration.twice", twice))
            else:
                said[key] = named
    return list(said.values()), findings


def _deviation(one: DeviationForm) -> str:
    """Its code, by which arrangement, and what was found."""
    told = f"{one.code} ({one.arrangement})"
    if one.area_m2 is not None:
        told += f": {one.area_m2 / 1e6:,.1f} km2"
    if one.side is not None:
        told += f" on the side of {one.side}"
    if one.party is not None:
        told += f": {one.party}/{one.id}"
    return told
