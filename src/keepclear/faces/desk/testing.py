"""``keepclear link test``: the agreed test of a line, said or answered by somebody at the desk."""

from __future__ import annotations

import click

from keepclear.errors import RuleError
from keepclear.faces.desk.place import desk_at
from keepclear.faces.desk.stopping import drill_option
from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import say
from keepclear.faces.words import plain

__all__ = ["test"]


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.option("--answer", is_flag=True, help="Answer the newest test of PARTY.")
@drill_option
@asking
@token_file
def test(
    folder: str, party: str, by: str, key: str, token_file: str | None, *, answer: bool, drill: bool
) -> int:
    """Test the line to PARTY, or answer its test: a person does, at each end.

    An agreed hour is held where a test of either desk, from ten minutes before it on, was answered
    within half an hour after it.
    """
    from keepclear.link.bodies import LineTest, LineTestAnswer, Ref  # noqa: PLC0415
    from keepclear.node.clock import now_us  # noqa: PLC0415

    with desk_at(folder, token_file, by, key) as desk:
        if not answer:
            done = desk.say(party, LineTest(by=desk.by), drill=drill)
            say(f"{plain(party)}: test {done['seq']} is kept; {desk.how_it_goes}")
            say("it is held when somebody there answers")
            return Exit.NOTHING
        waits = [one["test_waits"] for one in desk.lines()["lines"] if one["party"] == party]
        if not waits or waits[0] is None:
            raise RuleError("test.none", f"no test of {party} of the last day waits for an answer")
        found = desk.message(party, waits[0])
        ref = Ref(seq=found["seq"], hash=found["hash"])
        body = LineTestAnswer(re=ref, by=desk.by, at_us=now_us())
        desk.say(party, body, drill=found["drill"])
    say(f"{plain(party)}: the answer to test {found['seq']} is kept; {desk.how_it_goes}")
    return Exit.NOTHING
