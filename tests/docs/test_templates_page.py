"""docs/templates.md lists the fields of a notification as they are."""

from __future__ import annotations

from keepclear.domain.fields import FIELDS


def test_every_field_has_its_row(root):
    page = (root / "docs" / "templates.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{field.name}` | {field.applies.value} | "
        f"{field.form.value}{': ' * bool(field.choices)}{', '.join(field.choices)} | "
        f"{'yes' if field.required else ''} | {field.meaning} |"
        for field in FIELDS
    ]
