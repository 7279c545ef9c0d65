"""In which order files of tests are handed to the workers of a run on several cores.

Each worker takes whole files, so that what a file makes for its tests is made once. A long one that is
taken last keeps one worker busy while the others have nothing left: the long ones come first.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONG_FIRST = (
    "laws/test_bulk_law.py",
    "demo/test_acts.py",
    "simulate/test_worlds.py",
    "demo/test_playing.py",
    "unit/test_oracle_self.py",
    "unit/test_real_data.py",
    "laws/test_oracle.py",
    "node/test_snapshot.py",
    "store/test_postgres.py",
    "partition/test_partition.py",
    "laws/test_detect_laws.py",
    "peer/test_relay_processes.py",
    "unit/test_formats_xlsx.py",
    "api/test_document_run.py",
    "api/test_serve.py",
    "front/test_life.py",
    "front/test_serve_again.py",
    "node/test_folder.py",
    "second/test_with_a_process.py",
    "laws/test_cot_columns_law.py",
    "node/test_desk_commands.py",
    "unit/test_bench_node.py",
    "machines/test_access_machine.py",
    "unit/test_real_air.py",
    "unit/test_bench_planted.py",
    "machines/test_node_machine.py",
)
"""Those that take more than some six seconds of a quiet machine, the longest first."""


class Order:
    """A plugin: shuffled files stay shuffled, but for the long ones."""

    @pytest.hookimpl(trylast=True)  # after they were shuffled
    def pytest_collection_modifyitems(self, items):
        ranks = {HERE / name: rank for rank, name in enumerate(LONG_FIRST)}
        items.sort(key=lambda item: ranks.get(item.path, len(ranks)))
