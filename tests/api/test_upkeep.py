"""A backup and erasing while a node is served: an administrator of the node asks, and sees no plan."""

from __future__ import annotations

import pytest

from keepclear.errors import ConfigurationError
from keepclear.store.copying import Copying
from keepclear.store.sqlite import SqliteStore
from keepclear.wire.entries import Erased, decode_body
from tests.api.service import running
from tests.node.world import World, operation

DAY_US = 86_400_000_000


@pytest.fixture
def on_disk(tmp_path):
    return World(store=SqliteStore(tmp_path / "node.db"))


def test_a_backup_is_in_the_nodes_own_folder_and_others_are_answered_meanwhile(on_disk, tmp_path):
    with running(on_disk) as node:
        for k in range(5):
            assert node.as_("Alder/duty").declare(operation(f"A{k}")).status_code == 201
        made = node.as_("_/administrator").ask("POST", "/api/v1/backups")
        assert made.status_code == 201
        size = on_disk.store.size()
        found = tmp_path / made.json()["file"]
        assert found.parent.stat().st_mode & 0o777 == 0o700
        again = node.as_("_/administrator").ask("POST", "/api/v1/backups")
        assert again.status_code == 507  # the clock of this world stands still: one name
    copy = SqliteStore(found)
    assert copy.size() == size == made.json()["entries"]
    copy.close()


def test_a_disk_without_room_is_a_problem_that_names_no_file(on_disk, monkeypatch):
    def full(*_):
        raise ConfigurationError("/srv/node/backups is full")

    with running(on_disk) as node:
        monkeypatch.setattr(Copying, "step", full)
        answer = node.as_("_/administrator").ask("POST", "/api/v1/backups")
        assert (answer.status_code, answer.json()["code"]) == (507, "backup.disk")
        assert "srv" not in answer.text
        assert node.as_("Alder/duty").declare(operation("A1")).status_code == 201


def test_a_node_without_a_file_says_where_it_is_backed_up():
    with running() as node:
        answer = node.as_("_/administrator").ask("POST", "/api/v1/backups")
        assert (answer.status_code, answer.json()["code"]) == (409, "backup.elsewhere")


@pytest.mark.parametrize("role", ["duty", "reader", "verifier"])
def test_nobody_else_backs_up_or_erases(role):
    with running() as node:
        for method, path in (
            ("POST", "backups"), ("GET", "keeping"), ("POST", "keeping/erasures"),
        ):  # fmt: skip
            for party in ("_", "Alder"):
                answer = node.as_(f"{party}/{role}").ask(method, f"/api/v1/{path}")
                assert (answer.status_code, answer.json()["code"]) == (403, "access.role")
            answer = node.as_("Alder/administrator").ask(method, f"/api/v1/{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "access.node")


def test_what_was_kept_long_enough_is_counted_and_erased_and_nothing_is_named():
    world = World()
    with running(world) as node:
        admin = node.as_("_/administrator")
        for k in range(3):
            node.as_("Alder/duty").declare(operation(f"Aplan{k}", start=1_100, end=1_110))
        assert admin.get("/api/v1/keeping").json() == {"declarations": 0, "entries": 0}
        world.now += 4_000 * DAY_US
        due = admin.get("/api/v1/keeping")
        assert due.json()["declarations"] == 3
        assert "plan" not in due.text
        done = admin.ask("POST", "/api/v1/keeping/erasures")
        assert done.json() == due.json()
        assert "plan" not in done.text
        assert admin.get("/api/v1/keeping").json() == {"declarations": 0, "entries": 0}
        assert node.as_("Alder/duty").get("/api/v1/declarations").json()["features"] == []
    left = [decode_body(one.data[32:]) for one in world.store.entries(0, 1_000) if one.data]
    assert {one.by for one in left if isinstance(one, Erased)} == {"administrator-1"}
