"""Draw the lives of declarations into docs/lives.md, from the tables that the program follows.

python tools/draw_lives.py [--check]
"""

from __future__ import annotations

import sys

from marked import ROOT, keep_current

__all__ = ["DOCUMENT", "write"]

DOCUMENT = ROOT / "docs" / "lives.md"


def write(name: str, _body: str) -> str:
    """The table of one life as a Mermaid state diagram."""
    sys.path.insert(0, str(ROOT / "src"))
    from keepclear.domain import life  # noqa: PLC0415  only when it is on the path

    table = {
        "operation": life.OPERATION_LIFE,
        "notification": life.NOTIFICATION_LIFE,
        "claim": life.CLAIM_LIFE,
    }[name]
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {next(iter(table)).value}"]
    for state, acts in table.items():
        lines += [
            f"    {state.value} --> {after.value}: {act.value}"
            for act, after in acts.items()
            if after is not state
        ]
        same = [act.value for act, after in acts.items() if after is state]
        if same:
            lines.append(f"    {state.value} --> {state.value}: {', '.join(same)}")
        if not acts:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    sys.exit(keep_current(DOCUMENT, write))
