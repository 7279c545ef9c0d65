"""The sheet for a vehicle without a network: one page, no foreign script, nothing left out silently."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Circle
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, parse_instant
from keepclear.formats.positions.checkwords import decode_place
from keepclear.formats.registry import read_bytes
from keepclear.formats.writers import sheet
from keepclear.formats.writers.losses import Losses

NOW = parse_instant("2015-11-20T04:07:31Z")


def site(number, **more):
    here = Circle(Position(latitude=-31.0 - number / 100, longitude=144.0), 0.0)
    return Declaration(
        id=f"S{number}",
        party="Relief",
        kind=Kind.SITE,
        parts=(Volume4D(here, AltitudeBand(None, None), ALWAYS),),
        standoff_m=2_000.0,
        **more,
    )


@pytest.fixture
def scenario(root):
    folder = root / "examples" / "darling"
    readings = [
        read_bytes((folder / f"{party}.geojson").read_bytes(), name=party)
        for party in ("relief", "alder", "birch")
    ]
    return [one for reading in readings for one in reading.declarations]


def printed(said):
    losses = Losses()
    return sheet.write(said, losses, made_us=NOW).decode(), losses


def test_every_place_stands_on_it_twice_and_with_words_that_verify(scenario):
    page, losses = printed(scenario)
    assert not any("full" in told or "corners" in told for told in losses.sentences())
    assert "31° 05&#x27; 42.0&quot; S" in page
    assert "55J BF 32910 56497" in page
    words = re.findall(r"<b>([A-Z0-9]{4} [A-Z0-9]{4} [A-Z0-9]{5})</b>", page)
    assert len(words) == 18
    first = decode_place(words[0])
    assert (first.latitude, first.longitude) == (-31.095, 144.2)


def test_it_says_when_it_was_made_and_that_it_is_no_permission(scenario):
    page, _ = printed(scenario)
    assert "as known at 2015-11-20 04:07 UTC" in page
    assert "It is no permission and no guarantee." in page


def test_a_stay_is_one_line(scenario):
    page, _ = printed([one for one in scenario if one.id == "W1"])
    assert page.count("<tr") == 1 + 4
    assert "2015-11-20 06:10 to 06:25" in page


def test_what_does_not_fit_is_counted_and_told():
    page, losses = printed([site(k) for k in range(sheet.LINES_MAX + 3)])
    assert "3 more did not fit on this sheet." in page
    assert any("being on the sheet, which is full" in told for told in losses.sentences())


def test_the_distance_to_keep_holds_the_position_error():
    page, losses = printed([site(1, position_error_m=250.0)])
    assert "<td>2,250 m<" in page
    (told,) = losses.sentences()
    assert "position error as figures of their own" in told


def test_what_a_line_has_no_room_for_is_told(scenario):
    _, losses = printed(scenario)
    told = " ".join(losses.sentences())
    assert "its course between its points" in told
    assert "its state, priority, ground" in told


def test_foreign_names_are_text():
    page, _ = printed([site(1, name="<script>alert(1)</script>")])
    assert "<script" not in page


def test_the_page_needs_nothing_beside_it(scenario):
    page, _ = printed(scenario)
    assert not re.search(r"(src|href)=|url\(|@import", page)


@pytest.mark.parametrize("long", [False, True])
def test_a_full_sheet_prints_on_one_page(tmp_path, long):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no chromium here to print with")
    name = "A hospital with a very long name on the road to the river " * 3 if long else ""
    said = [site(k, name=name) for k in range(sheet.LINES_MAX)]
    page, _ = printed(said)
    (tmp_path / "sheet.html").write_text(page, encoding="utf-8")
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer",
         f"--print-to-pdf={tmp_path / 'sheet.pdf'}", str(tmp_path / "sheet.html")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "sheet.pdf").read_bytes())
    assert len(pages) == 1
