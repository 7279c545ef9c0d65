"""People and programs at a node: links, log-ins, tokens, and who may let in whom."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keepclear.domain.access import Action, Principal, Role
from keepclear.errors import ConfigurationError, KeepclearError, RuleError, StoreError
from keepclear.node import access, links, login, memory, passwords, sessions
from keepclear.node.allowing import HOLDER, allow, reaches, request_by
from keepclear.node.attempts import AT_ONCE, PAUSE_US, Attempts
from keepclear.node.declaring import declare
from keepclear.node.worker import Worker
from keepclear.store.memory import Failure
from keepclear.wire.entries import Admitted, decode_body
from tests.node.people import PASSWORD, everything_in, hashed, let_in, log_in, quick_hashes
from tests.node.world import World, consistent, operation
from tests.patience import PATIENCE_S

HOUR_US = 3_600_000_000
BOSS = Principal("", Role.ADMINISTRATOR, "chief-1")


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quick_hashes(monkeypatch)


@pytest.fixture
def world():
    return World()


def bodies(world):
    return [decode_body(entry.data[32:]) for entry in world.store.entries(0, 10_000)]


def code_of(ask, *args):
    """The code of a refusal; nothing, where there is none."""
    try:
        ask(*args)
    except RuleError as error:
        return error.for_peer()
    return None


# the first person


def test_the_first_link_is_good_once_and_until_somebody_is_in(world):
    old = links.first_link(world.node)
    new = links.first_link(world.node)
    assert links.invited(world.node, old) is None  # a new start makes a new one
    assert links.invited(world.node, new) == links.Invitation("", "", None)
    with pytest.raises(RuleError, match="not good"):
        links.redeem(world.node, old, mark="chief-1", password=hashed())
    links.redeem(world.node, new, mark="chief-1", password=hashed())
    assert links.first_link(world.node) is None
    with pytest.raises(RuleError, match="not good"):
        links.redeem(world.node, new, mark="chief-2", password=hashed())
    opened = log_in(world, "chief-1")
    assert opened.who == sessions.session(world.node, opened.session) == BOSS


def test_a_link_for_the_first_ends_when_somebody_came_in_another_way(world):
    link = links.first_link(world.node)
    let_in(world, "watch-1")
    assert links.invited(world.node, link) is None


def test_programs_alone_are_nobody(world):
    only = frozenset({Action.METRICS})
    access.admit(world.node, HOLDER, mark="feed-1", party="", role=Role.ADMINISTRATOR, only=only)
    assert links.first_link(world.node) is not None


@pytest.mark.parametrize("role", Role)
def test_the_first_is_an_administrator_or_a_duty_officer_of_the_nodes_own_desk(role):
    for owner, party in (("secretariat", ""), ("Alder", "Alder")):
        world = World(owner=owner)
        link = links.first_link(world.node)
        if role in {Role.ADMINISTRATOR, Role.DUTY}:
            links.redeem(world.node, link, mark="one-1", role=role, password=hashed())
            assert log_in(world, "one-1").who == Principal(party, role, "one-1")
        else:
            with pytest.raises(RuleError) as caught:
                links.redeem(world.node, link, mark="one-1", role=role, password=hashed())
            assert caught.value.code == "access.role"


# links and tokens


def test_a_link_says_what_it_is_for_and_is_too_old_after_a_day(world):
    secret = access.admit(
        world.node, HOLDER, mark="alder-1", party="Alder", role=Role.ADMINISTRATOR
    )
    asked = links.Invitation("Alder", "alder-1", Role.ADMINISTRATOR)
    world.now += access.LINK_US
    assert links.invited(world.node, secret) == asked
    world.now += 1
    assert links.invited(world.node, secret) is None
    with pytest.raises(RuleError, match="not good"):
        links.redeem(world.node, secret, password=hashed())


def test_a_link_gives_what_the_invitation_says_and_no_more(world):
    """Whoever has it cannot choose another mark or role."""
    secret = access.admit(world.node, HOLDER, mark="alder-1", party="Alder", role=Role.READER)
    links.redeem(world.node, secret, mark="other-1", role=Role.ADMINISTRATOR, password=hashed())
    assert log_in(world, "alder-1").who == Principal("Alder", Role.READER, "alder-1")
    with pytest.raises(RuleError, match="mark or password"):
        log_in(world, "other-1")


def test_who_is_invited_again_gets_a_new_password_and_the_old_sessions_end(world):
    let_in(world, "alder-1", "Alder")
    opened = log_in(world, "alder-1")
    secret = access.admit(world.node, HOLDER, mark="alder-1", party="Alder", role=Role.DUTY)
    assert sessions.session(world.node, opened.session) is not None  # not before it is used
    new = "five other words that nobody guesses"
    links.redeem(world.node, secret, password=hashed(new))
    assert sessions.session(world.node, opened.session) is None
    with pytest.raises(RuleError):
        log_in(world, "alder-1")
    assert log_in(world, "alder-1", new)


def test_a_mark_is_taken_for_any_other_use(world):
    let_in(world, "alder-1", "Alder")
    access.admit(world.node, HOLDER, mark="alder-2", party="Alder", role=Role.DUTY)
    only = frozenset({Action.DECLARE})
    access.admit(world.node, HOLDER, mark="feed-1", party="Alder", role=Role.DUTY, only=only)
    for mark in ("alder-1", "alder-2", "feed-1"):
        for party, role, scopes in (
            ("Alder", Role.READER, None),
            ("Birch", Role.DUTY, None),
            ("Alder", Role.DUTY, only),
        ):
            with pytest.raises(RuleError) as caught:
                access.admit(world.node, HOLDER, mark=mark, party=party, role=role, only=scopes)
            assert caught.value.code == "access.taken"


def test_a_token_opens_for_its_program_until_it_is_put_out(world):
    only = frozenset({Action.DECLARE})
    token = access.admit(
        world.node, HOLDER, mark="feed-1", party="Alder", role=Role.DUTY, only=only
    )
    assert sessions.bearer(world.node, token) == Principal("Alder", Role.DUTY, "feed-1", only)
    assert sessions.bearer(world.start(), token) is not None
    assert sessions.session(world.node, token) is None  # it is no session, and nothing else
    assert links.invited(world.node, token) is None
    with pytest.raises(RuleError, match="mark or password"):
        log_in(world, "feed-1", token)
    access.put_out(world.node, HOLDER, "feed-1")
    assert sessions.bearer(world.node, token) is None
    assert sessions.bearer(world.start(), token) is None


@pytest.mark.parametrize("secret", ["", "kc_", "x", "\ud800", "kc_" + "A" * 43, "A" * 10_000])
def test_what_nobody_was_given_opens_nothing(world, secret):
    let_in(world, "alder-1", "Alder")
    log_in(world, "alder-1")
    assert sessions.bearer(world.node, secret) is None
    assert sessions.session(world.node, secret) is None
    assert links.invited(world.node, secret) is None
    sessions.logout(world.node, secret)


# who lets in and puts out


def test_only_ones_own_are_seen_and_put_out(world):
    alder = let_in(world, "alder-1", "Alder", Role.ADMINISTRATOR)
    duty = let_in(world, "alder-2", "Alder")
    let_in(world, "birch-1", "Birch", Role.ADMINISTRATOR)
    chief = let_in(world, "chief-1", "", Role.ADMINISTRATOR)
    assert [row.mark for row in access.people(world.node, alder)] == ["alder-1", "alder-2"]
    assert [row.mark for row in access.people(world.node, chief)] == [
        "chief-1", "alder-1", "alder-2", "birch-1",
    ]  # fmt: skip
    for mark in ("birch-1", "chief-1", "nobody-1"):
        with pytest.raises(RuleError) as caught:
            access.put_out(world.node, alder, mark)
        assert caught.value.code == "access.unknown"  # that there is one is not said
    for ask in (access.people, lambda node, who: access.put_out(node, who, "alder-2")):
        with pytest.raises(RuleError) as caught:
            ask(world.node, duty)
        assert caught.value.code == "access.role"
    access.put_out(world.node, alder, "alder-2")
    access.put_out(world.node, chief, "birch-1")
    assert set(world.node.memory.people) == {"alder-1", "chief-1"}


def test_a_partys_node_lets_in_nobody_of_another():
    """Whoever holds its folder enters for others as its own desk, and gives nobody their name."""
    world = World(owner="Alder")
    for party in ("Birch", "", "Relief"):
        with pytest.raises(RuleError) as caught:
            access.admit(world.node, HOLDER, mark="one-1", party=party, role=Role.DUTY)
        assert caught.value.code == "access.party"


@pytest.mark.parametrize("party", ["people", "Secretariat", "a/b", "x" * 101, " Alder", "A\nB"])
def test_no_party_is_called_what_the_record_uses(world, party):
    with pytest.raises(RuleError) as caught:
        access.admit(world.node, HOLDER, mark="one-1", party=party, role=Role.DUTY)
    assert caught.value.code == "access.party"


def test_links_that_somebody_sent_end_when_that_one_is_put_out(world):
    alder = let_in(world, "alder-1", "Alder", Role.ADMINISTRATOR)
    sent = access.admit(world.node, alder, mark="alder-2", party="Alder", role=Role.DUTY)
    stays = access.admit(world.node, HOLDER, mark="alder-3", party="Alder", role=Role.DUTY)
    access.put_out(world.node, HOLDER, "alder-1")
    assert links.invited(world.node, sent) is None
    assert links.invited(world.node, stays) is not None
    assert len(world.store.kept("invitation")) == 1
    assert [row.mark for row in access.people(world.node, HOLDER)] == ["alder-3"]
    assert world.start().memory == world.node.memory


def test_each_change_is_an_entry_that_says_by_whom(world):
    alder = let_in(world, "alder-1", "Alder", Role.ADMINISTRATOR)
    only = frozenset({Action.LOOK, Action.DECLARE})
    access.admit(world.node, alder, mark="feed-1", party="Alder", role=Role.DUTY, only=only)
    access.put_out(world.node, alder, "feed-1")
    said = [
        (type(body).__name__, body.subject, body.party, getattr(body, "how", ""), body.by)
        for body in bodies(world)
    ]
    assert said == [
        ("Admitted", "people/alder-1", "Alder", "invited", "folder"),
        ("Admitted", "people/alder-1", "Alder", "redeemed", "folder"),
        ("Admitted", "people/feed-1", "Alder", "program", "alder-1"),
        ("PutOut", "people/feed-1", "Alder", "", "alder-1"),
    ]
    assert bodies(world)[2].only == ["declare", "look"]
    assert consistent(world)


# what may be asked


def test_every_role_and_action_for_every_party():
    """One's own, by role; a secretariat for others, saying so; what is of the node, its own desk."""
    of_the_node = {Action.ARRANGE, Action.ENROL, Action.METRICS, Action.KEEP}
    through = {
        Action.LOOK, Action.DECLARE, Action.VERIFY, Action.CONSENT, Action.INCIDENT, Action.RECORD,
    }  # fmt: skip
    for owner in ("secretariat", "Alder"):
        node = World(owner=owner).node
        own = "" if owner == "secretariat" else owner
        for party in ("", "Alder", "Birch"):
            for role in Role:
                who = Principal(party, role, "some-1")
                for action in Action:
                    for about in (None, "Alder", "Birch", "Relief"):
                        expected = who.may(action)
                        if action in of_the_node and party != own:
                            expected = False
                        if about not in {None, party}:
                            expected &= not own and not party and action in through
                        code = code_of(allow, node, who, action, about)
                        assert (code is None) is expected, (who, action, about)


def test_what_a_secretariat_enters_says_so_and_what_a_party_enters_does_not(world):
    world.arrange()
    desk = let_in(world, "watch-1")
    alder = let_in(world, "alder-1", "Alder")
    birch = let_in(world, "birch-1", "Birch")
    declare(world.node, operation("A1"), request_by(desk))
    declare(world.node, operation("A2"), request_by(alder))
    through = world.node.memory.cases["Alder/A1"]
    own = world.node.memory.cases["Alder/A2"]
    assert (through.latest.through, own.latest.through) == ("secretariat", None)
    assert [reaches(who, through) for who in (desk, alder, birch)] == [True, True, False]
    assert [reaches(who, own) for who in (desk, alder, birch)] == [False, True, False]
    from keepclear.domain.life import Act
    from keepclear.node.acting import act

    act(world.node, "Alder/A1", Act.ACTIVATE, request_by(alder))
    act(world.node, "Alder/A2", Act.ACTIVATE, request_by(desk))
    acted = [body for body in bodies(world) if type(body).__name__ == "Acted"]
    assert [(one.by, one.through) for one in acted] == [
        ("alder-1", None), ("watch-1", "secretariat"),
    ]  # fmt: skip


# log-ins


def test_unknown_marks_cost_and_are_told_the_same(world, monkeypatch):
    """By counting what is hashed and with which parameters, not by a clock."""
    compared = []
    real = passwords.verify_secret

    def counting(encoded, password, kind):
        compared.append(encoded.split(b"$")[1:4])
        return real(encoded, password, kind)

    let_in(world, "alder-1", "Alder")
    only = frozenset({Action.LOOK})
    access.admit(world.node, HOLDER, mark="feed-1", party="Alder", role=Role.DUTY, only=only)
    access.admit(world.node, HOLDER, mark="alder-2", party="Alder", role=Role.DUTY)
    let_in(world, "gone-1", "Alder")
    access.put_out(world.node, HOLDER, "gone-1")
    monkeypatch.setattr(passwords, "verify_secret", counting)
    said, work = [], []
    for mark in ("alder-1", "nobody-1", "feed-1", "alder-2", "gone-1", "", "\ud800", "x" * 10_000):
        compared.clear()
        with pytest.raises(RuleError) as caught:
            log_in(world, mark, "another word that is wrong")
        said.append((caught.value.code, str(caught.value)))
        work.append([*compared])
    assert len({*said}) == 1
    assert said[0][0] == "login.refused"
    assert all(one == work[0] for one in work)
    assert len(work[0]) == 1


def test_unknown_marks_are_made_to_wait_the_same(world):
    let_in(world, "alder-1", "Alder")
    attempts = Attempts()
    said = {}
    for mark in ("alder-1", "nobody-1"):
        said[mark] = []
        for _ in range(AT_ONCE + 3):
            with pytest.raises(RuleError) as caught:
                log_in(world, mark, "another word that is wrong", attempts)
            said[mark].append((caught.value.code, str(caught.value)))
    assert said["alder-1"] == said["nobody-1"]
    assert [code for code, _ in said["alder-1"]] == ["login.refused"] * AT_ONCE + ["login.wait"] * 3


def test_a_stranger_who_tries_for_ever_locks_no_desk_out(world):
    let_in(world, "alder-1", "Alder")
    attempts = Attempts()
    known = log_in(world, "alder-1", attempts=attempts).device
    for _ in range(500):
        world.now += PAUSE_US // 10
        with pytest.raises(RuleError):
            log_in(world, "alder-1", "another word that is wrong", attempts)
    with pytest.raises(RuleError, match="too often"):
        log_in(world, "alder-1", attempts=attempts)  # from a browser that is new here
    again = log_in(world, "alder-1", attempts=attempts, device=known)
    assert again.device == known
    world.now += PAUSE_US
    assert log_in(world, "alder-1", attempts=attempts)  # and once the stranger pauses


def test_a_right_password_forgets_the_wrong_ones(world):
    let_in(world, "alder-1", "Alder")
    attempts = Attempts()
    for _ in range(3):
        for _ in range(AT_ONCE - 1):
            with pytest.raises(RuleError, match="wrong"):
                log_in(world, "alder-1", "another word that is wrong", attempts)
        log_in(world, "alder-1", attempts=attempts)


def test_a_browser_has_a_count_of_its_own_for_its_own_mark_alone(world):
    let_in(world, "alder-1", "Alder")
    let_in(world, "birch-1", "Birch")
    attempts = Attempts()
    device = log_in(world, "alder-1", attempts=attempts).device
    for _ in range(AT_ONCE):
        with pytest.raises(RuleError, match="wrong"):
            log_in(world, "birch-1", "another word that is wrong", attempts)
    with pytest.raises(RuleError, match="too often"):
        log_in(world, "birch-1", attempts=attempts, device=device)
    for _ in range(AT_ONCE):
        with pytest.raises(RuleError, match="wrong"):
            log_in(world, "alder-1", "another word that is wrong", attempts, device=device)
    with pytest.raises(RuleError, match="too often"):
        log_in(world, "alder-1", attempts=attempts, device=device)


def test_the_thread_that_decides_goes_on_while_a_password_is_compared(world, monkeypatch):
    """The slow part runs elsewhere: it waits here until the node has answered somebody else."""
    let_in(world, "alder-1", "Alder")
    answered, real, threads = threading.Event(), passwords.verify_secret, []

    def slow(*words):
        threads.append(threading.get_ident())
        assert answered.wait(PATIENCE_S)
        return real(*words)

    monkeypatch.setattr(passwords, "verify_secret", slow)
    worker, attempts = Worker(world.node), Attempts()
    try:
        begun = worker.ask(lambda node: login.begin_login(node, attempts, "alder-1")).result(
            PATIENCE_S
        )
        with ThreadPoolExecutor(1) as elsewhere:
            comparing = elsewhere.submit(begun.compare, PASSWORD)
            deciding = worker.ask(lambda _: threading.get_ident()).result(PATIENCE_S)
            assert not comparing.done()
            answered.set()
            compared = comparing.result(PATIENCE_S)
        opened = worker.ask(lambda node: login.open_session(node, attempts, compared)).result(
            PATIENCE_S
        )
        who = worker.ask(lambda node: sessions.session(node, opened.session)).result(PATIENCE_S)
    finally:
        answered.set()
        worker.close()
    assert who.mark == "alder-1"
    assert threads
    assert deciding not in threads


@pytest.mark.parametrize("failure", Failure)
def test_a_session_whose_write_failed_is_told_to_nobody(world, failure):
    """Also where it waits for one write with others: nobody is let in by what may not be kept."""
    let_in(world, "alder-1", "Alder")
    worker, attempts = Worker(world.node), Attempts()
    try:
        begun = worker.ask(lambda node: login.begin_login(node, attempts, "alder-1")).result(
            PATIENCE_S
        )
        compared = begun.compare(PASSWORD)
        world.store.failing = failure
        with pytest.raises(StoreError):
            worker.ask(lambda node: login.open_session(node, attempts, compared)).result(PATIENCE_S)
        kept = worker.ask(lambda node: dict(node.fresh().kept("session"))).result(PATIENCE_S)
        again = worker.ask(lambda node: login.open_session(node, attempts, compared)).result(
            PATIENCE_S
        )
        who = worker.ask(lambda node: sessions.session(node, again.session)).result(PATIENCE_S)
    finally:
        worker.close()
    assert len(kept) == (failure is Failure.STORED)  # it is kept, and its secret is nobody's
    assert who.mark == "alder-1"


def test_what_changes_while_a_password_is_compared_counts(world):
    attempts = Attempts()
    for change in ("put out", "password"):
        let_in(world, "alder-1", "Alder")
        compared = login.begin_login(world.node, attempts, "alder-1").compare(PASSWORD)
        assert compared.right
        if change == "put out":
            access.put_out(world.node, HOLDER, "alder-1")
        else:
            other = login.begin_login(world.node, attempts, "alder-1").compare(PASSWORD)
            login.change_password(world.node, attempts, other, hashed("five other words of mine"))
        with pytest.raises(RuleError) as caught:
            login.open_session(world.node, attempts, compared)
        assert caught.value.code == "login.refused"


def test_a_new_password_ends_every_session_and_keeps_who_it_is(world):
    let_in(world, "alder-1", "Alder", Role.VERIFIER)
    attempts = Attempts()
    opened = log_in(world, "alder-1")
    before = world.node.memory.people["alder-1"]
    wrong = login.begin_login(world.node, attempts, "alder-1").compare("some word that is wrong")
    with pytest.raises(RuleError):
        login.change_password(world.node, attempts, wrong, hashed("five other words of mine"))
    right = login.begin_login(world.node, attempts, "alder-1").compare(PASSWORD)
    login.change_password(world.node, attempts, right, hashed("five other words of mine"))
    assert sessions.session(world.node, opened.session) is None
    assert log_in(world, "alder-1", "five other words of mine").who == opened.who
    assert world.node.memory.people["alder-1"] == before
    assert bodies(world)[-1].how == "password"


def test_a_session_ends_when_it_is_not_used_when_the_shift_is_over_and_by_its_person(world):
    let_in(world, "alder-1", "Alder")
    idle = log_in(world, "alder-1").session
    world.now += sessions.IDLE_US
    assert sessions.session(world.node, idle)
    world.now += sessions.IDLE_US + 1
    assert sessions.session(world.node, idle) is None
    shift = log_in(world, "alder-1")
    assert shift.until_us == world.now + sessions.SHIFT_US
    while world.now + sessions.IDLE_US // 2 <= shift.until_us:
        assert sessions.session(world.node, shift.session)
        world.now += sessions.IDLE_US // 2
    world.now = shift.until_us
    assert sessions.session(world.node, shift.session)
    world.now += 1
    assert sessions.session(world.node, shift.session) is None
    last = log_in(world, "alder-1").session
    sessions.logout(world.node, last)
    assert sessions.session(world.node, last) is None
    sessions.logout(world.node, last)


def test_a_session_from_the_future_is_none(world):
    let_in(world, "alder-1", "Alder")
    opened = log_in(world, "alder-1").session
    world.now -= 60_000_000
    assert sessions.session(world.node, opened)
    world.now -= HOUR_US
    assert sessions.session(world.node, opened) is None
    world.now += HOUR_US
    opened = log_in(world, "alder-1").session
    world.now += HOUR_US // 2
    assert sessions.session(world.node, opened)
    world.now -= HOUR_US // 2 - 60_000_000  # after it was opened, and long before it was used
    assert sessions.session(world.node, opened) is None


def test_each_log_in_is_a_new_session_and_the_browsers_last_one_ends(world):
    let_in(world, "alder-1", "Alder")
    first = log_in(world, "alder-1")
    second = log_in(world, "alder-1", device=first.device, ending=first.session)
    assert first.session != second.session
    assert sessions.session(world.node, first.session) is None
    assert sessions.session(world.node, second.session)


def test_what_is_kept_does_not_grow_without_end(world):
    let_in(world, "alder-1", "Alder")
    opened = [log_in(world, "alder-1") for _ in range(3 * login.DEVICES_MAX)]
    assert len(world.store.kept("session")) == login.SESSIONS_MAX
    assert len(world.store.kept("device")) == login.DEVICES_MAX
    assert sessions.session(world.node, opened[-1].session)
    assert sessions.session(world.node, opened[0].session) is None
    world.now += sessions.SHIFT_US * 2
    log_in(world, "alder-1")
    assert len(world.store.kept("session")) == 1
    access.put_out(world.node, HOLDER, "alder-1")
    assert not any(world.store.kept(space) for space in ("session", "device", "password"))


def test_looking_goes_on_when_the_disk_is_full(world):
    let_in(world, "alder-1", "Alder")
    opened = log_in(world, "alder-1").session
    world.now += sessions.IDLE_US // 2
    world.store.failing = Failure.LOST
    assert sessions.session(world.node, opened)
    assert world.store.failing is None  # it was tried
    assert sessions.session(world.node, opened)


# secrets and failures


def test_no_secret_is_kept_or_shown(world):
    alder = let_in(world, "alder-1", "Alder", Role.ADMINISTRATOR)
    only = frozenset({Action.DECLARE})
    opened = log_in(world, "alder-1")
    attempt = login.begin_login(world.node, Attempts(), "alder-1", device=opened.device)
    secrets = {
        "password": PASSWORD,
        "session": opened.session,
        "device": opened.device,
        "token": access.admit(
            world.node, alder, mark="feed-1", party="Alder", role=Role.DUTY, only=only
        ),
        "link": access.admit(world.node, alder, mark="alder-2", party="Alder", role=Role.DUTY),
    }
    link = links.first_link(World().node)
    assert link.startswith("kl_")
    said = f"{opened!r}{attempt!r}{attempt.compare(PASSWORD)!r}{access.people(world.node, alder)}"
    said += repr(world.node.memory)
    with pytest.raises(KeepclearError) as caught:
        links.redeem(world.node, secrets["token"], password=hashed())
    said += f"{caught.value!r}{caught.value}"
    store = everything_in(world.store)
    for name, secret in secrets.items():
        assert len(secret) >= 30, name
        assert secret not in said, name
        assert secret.encode() not in store, name
    entries = b"".join(entry.data for entry in world.store.entries(0, 1_000))
    for space in ("session", "device", "program", "invitation"):
        for digest in world.store.kept(space):
            assert digest.encode() not in entries  # not even a hash of one
    assert hashed().encoded not in entries


def test_authority_is_in_the_record_and_not_in_what_may_change(world):
    """Somebody who writes into the changeable values alone gives nobody another role."""
    let_in(world, "alder-1", "Alder", Role.READER)
    token = access.admit(
        world.node, HOLDER, mark="feed-1", party="Alder", role=Role.DUTY,
        only=frozenset({Action.LOOK}),
    )  # fmt: skip
    for space in world.store._kept.values():
        for key, data in space.items():
            space[key] = data.replace(b"feed-1", b"alder-1")
    world.store._kept["session"] = {
        key: data.replace(b"alder-1", b"feed-1")
        for key, data in world.store.kept("program").items()
    }
    world.node = world.start()
    assert sessions.bearer(world.node, token) is sessions.session(world.node, token) is None
    assert log_in(world, "alder-1").who.role is Role.READER


@pytest.mark.parametrize("more", [{"role": "general"}, {"only": ["look", "everything"]}])
def test_a_role_or_scope_of_a_newer_program_is_not_let_in_by_half(world, more, monkeypatch):
    body = Admitted(
        subject="people/feed-1", at_us=1, mark="feed-1", party="Alder", how="program", by="folder",
        **({"role": "duty", "only": ["look"]} | more),
    )  # fmt: skip
    with monkeypatch.context() as newer:
        newer.setattr(memory, "_check_known", lambda _: None)
        world.node.save([body])
    with pytest.raises(ConfigurationError, match="newer keepclear"):
        world.start()


ASKED = {
    "first": lambda world, _: links.first_link(world.node),
    "admit": lambda world, _: access.admit(
        world.node, HOLDER, mark="alder-9", party="Alder", role=Role.DUTY
    ),
    "redeem": lambda world, link: links.redeem(world.node, link, password=hashed()),
    "put out": lambda world, _: access.put_out(world.node, HOLDER, "alder-2"),
    "log in": lambda world, _: log_in(world, "alder-2"),
}


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("what", ASKED)
def test_a_write_that_fails_is_whole_or_not_at_all(what, failure):
    """And whatever it was, it can be asked again, or it says that it is done."""
    world = World()
    if what != "first":
        let_in(world, "alder-2", "Alder")
    link = access.admit(world.node, HOLDER, mark="alder-1", party="Alder", role=Role.DUTY)
    before = everything_in(world.store)
    world.store.failing = failure
    with pytest.raises(StoreError):
        ASKED[what](world, link)
    assert (everything_in(world.store) == before) is (failure is Failure.LOST)
    done = {"put out": "access.unknown", "redeem": "access.link"}
    again = code_of(ASKED[what], world, link)
    assert again == (done.get(what) if failure is Failure.STORED else None)
    assert world.start().memory == world.node.memory
    for space in ("password", "session", "device", "invitation", "program"):
        assert dict(world.node.kept(space)) == world.store.kept(space)
    assert consistent(world)
