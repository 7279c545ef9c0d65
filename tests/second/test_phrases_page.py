"""docs/protocol/phrases.md holds every phrase, word for word: another program has nothing else."""

from __future__ import annotations

from keepclear.link.phrases import ICAO, PHRASES


def test_the_page_has_every_phrase_in_four_languages(root):
    page = (root / "docs" / "protocol" / "phrases.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    said = {
        f"`{one.name}`{' (ICAO)' if one.source == ICAO else ''}": [one.en, one.fr, one.ru, one.ar]
        for one in PHRASES.values()
    }
    assert {name: words for name, *words in rows} == said
