"""Fixtures that every test may use, and the closing count of tests on real data."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from keepclear.node.fastpath import prepare_cache

prepare_cache()  # compiled code of older source must never be what is tested
ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("KEEPCLEAR_DATA", ROOT.parent / "shared" / "data"))

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci", max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("night", max_examples=20_000, deadline=None)
settings.load_profile(os.environ.get("KEEPCLEAR_HYPOTHESIS", "dev"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real files; the test is skipped where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"no real data at {DATA}; set KEEPCLEAR_DATA")
    return DATA


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a PostgreSQL that tests may fill: one of our own, or ``KEEPCLEAR_TEST_PG``."""
    given = os.environ.get("KEEPCLEAR_TEST_PG")
    if given:
        yield given
        return
    from tests.store.server import Server

    server = Server()
    try:
        yield server.start().url(user="keeper")
    finally:
        server.stop()


@pytest.fixture
def new_postgres(postgres_server):
    """Makes empty databases (each a schema of its own), and removes them after the test."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    names = []

    def new():
        names.append(f"keepclear_{uuid4().hex}")
        with psycopg.connect(postgres_server, autocommit=True) as db:
            db.execute(f"CREATE SCHEMA {names[-1]}")
        return make_conninfo(postgres_server, options=f"-csearch_path={names[-1]}")

    yield new
    with psycopg.connect(postgres_server, autocommit=True) as db:
        for name in names:
            db.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def plan(root):
    """What the files of the example declare, by identifier."""
    from keepclear.formats.registry import read_bytes

    read = [
        read_bytes((root / "examples" / "darling" / f"{name}.geojson").read_bytes(), name=name)
        for name in ("alder", "birch", "relief")
    ]
    return {one.id: one for reading in read for one in reading.declarations}


def pytest_configure(config):
    from tests.order import Order

    config.pluginmanager.register(Order())


def pytest_terminal_summary(terminalreporter):
    """Say how many tests on real data ran, so that a missing folder is never mistaken for success."""
    stats = terminalreporter.stats

    def count(outcome):
        return sum("data" in r.keywords for r in stats.get(outcome, []) if hasattr(r, "keywords"))

    ran = count("passed") + count("failed")
    terminalreporter.write_line(
        f"tests on real data: {ran} ran, {count('skipped')} skipped (folder: {DATA})"
    )
