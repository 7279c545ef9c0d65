"""A desk that says two things under one number, to one peer: about stops, and about answers to them.

It is the real node; what it signs beside what its node says is a lie. Here is also what an honest desk
must be able to rely on all the same, by its own record and its own board.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from keepclear.errors import VerificationError
from keepclear.link import bodies as b
from keepclear.link.kinds import kind_of
from keepclear.link.message import open_message, read_own, sign_message
from keepclear.node.line_entries import subject_of
from keepclear.wire.entries import Alarm, Carried
from tests.simulate.world import require

PROOFS = {"stream.two-texts", "stream.other-chain"}
ENDS = b.Stopped | b.StopLifted
OTHER_ANSWERS = ("roger", "standby", "wilco", "unable")


def another(note, rng, signer):
    """Another text under the number of a message about a stop; nothing of any other message."""
    said = read_own(note)
    body = said.message.body
    if isinstance(body, b.Stop):
        other = replace_body(body, asks="cease", words=f"{body.words}, or elsewhere")
    elif isinstance(body, b.Answer):
        left = [one for one in OTHER_ANSWERS if one != body.answer]
        other = replace_body(body, answer=rng.choice(left))
    elif isinstance(body, b.Stopped):
        other = b.Answer(re=body.re, answer="unable", by="duty")
    elif isinstance(body, b.StopLifted):
        other = replace_body(body, because="false" if body.because == "over" else "over")
    else:
        return None
    message = replace(said.message, body=other, urgency=kind_of(other).urgency)
    return sign_message(message, signer).note


def replace_body(body, **changes):
    return type(body)(
        **{**{name: getattr(body, name) for name in body.__struct_fields__}, **changes}
    )


def heard(note, liar, name):
    """What a liar's key signed to a desk: its number, its hash, and whether it is a stop."""
    try:
        found = open_message(note, liar.message.verifier, name)
    except VerificationError:
        return None
    if not found.seq or found.message is None or found.problem:
        return None
    return found.seq, found.hash, isinstance(found.message.body, b.Stop)


def look_at_lies(world, desk, liar, record):
    """B7, B8: every stop that a liar signed is on the board, and both of two texts are kept."""
    about = [one for one in record if isinstance(one, Carried) and one.subject == subject_of(liar)]
    kept = {one.hash for one in about if one.how in {"received", "evidence"}}
    alarms = {one.code for one in record if isinstance(one, Alarm) and one.party == liar}
    texts = defaultdict(set)
    for seq, digest, is_stop in desk.heard_lies:
        require(digest in kept, f"B8: {desk.name} did not keep a text of {seq} of {liar}")
        texts[seq].add(digest)
        if is_stop:
            on_board = (liar, False, digest) in desk.talk.board.alerts
            require(on_board, f"B7: a stop of {liar} is not on the board of {desk.name}")
            world.counts["stops of a liar"] += 1
    for seq, digests in texts.items():
        if len(digests) > 1:
            require(
                alarms & PROOFS, f"B8: {desk.name} was not told of two texts of {seq} of {liar}"
            )
            world.counts["two texts"] += 1


def look_at_ends(desk, record):
    """B9: no stop is closed but by a word of the desks at its ends that it is; ROGER never is one."""
    ended = set()
    for one in record:
        if isinstance(one, Carried) and one.how in {"sent", "received"}:
            body = read_own(one.note.encode()).message.body
            about = getattr(body, "re", None) or getattr(body, "mine", None)
            if isinstance(body, ENDS):
                ended.add(about.hash)
    for (_, _, digest), alert in desk.talk.board.alerts.items():
        require(alert.open or digest in ended, f"B9: a stop at {desk.name} was closed by nobody")
