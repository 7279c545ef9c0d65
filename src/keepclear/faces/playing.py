"""``keepclear demo``: a scenario, played on real nodes of this machine, with everything it expects."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

import click

from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import say
from keepclear.node.files import read_file, shown

__all__ = ["demo"]

_OWN: Final = Path(__file__).parent.parent / "data" / "acts-1-4.scenario"


def _interrupted(*_: object) -> NoReturn:
    """As Ctrl-C: nodes are ended, and folders cleared away."""
    raise KeyboardInterrupt


def _beside(folder: Path) -> Callable[[str], bytes]:
    """Files that a scenario names are looked for beside it."""
    return lambda file: read_file(str(folder / file))


@click.command()
@click.option(
    "--script", metavar="FILE", help="Another scenario; docs/scenarios.md says how one is written."
)
@click.option(
    "--keep", default="", metavar="DIR", help="Leave nodes, logs and evidence there, to look at."
)
@click.option("--quiet", "-q", is_flag=True, help="Say only what is not as the scenario says.")
@click.option("--check", "only_check", is_flag=True, help="Read the scenario, and play nothing.")
def demo(script: str | None, keep: str, *, quiet: bool, only_check: bool) -> int:
    """Play a scenario on real nodes of this machine: each party with a process, a record and keys.

    Time is the scenario's, and steps. What it expects is looked for at each desk; the first thing that
    is not there ends the play with its line and what is there instead, and exit code 1. Nothing runs on
    afterwards.
    """
    from keepclear.faces.demo.play import Missed, play  # noqa: PLC0415
    from keepclear.faces.demo.telling import Teller  # noqa: PLC0415
    from keepclear.formats.scenarios.reading import (  # noqa: PLC0415
        SCENARIO_BYTES_MAX,
        read_scenario,
    )

    file = script or str(_OWN)
    name = shown(file) if script else _OWN.name
    scenario = read_scenario(
        read_file(file, max_bytes=SCENARIO_BYTES_MAX), name=name, beside=_beside(Path(file).parent)
    )
    if only_check:
        say(
            f"{name}: {len(scenario.steps)} steps, {len(scenario.parties)} parties; it can be played"
        )
        return Exit.NOTHING
    before = {one: signal.signal(one, _interrupted) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        play(scenario, Teller(quiet=quiet), keep=keep)
    except Missed as error:
        say(f"keepclear: {error}")
        return Exit.CROSSING
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    return Exit.NOTHING
