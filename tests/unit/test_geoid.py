"""The shipped EGM96 grid: the published one, whole, or an error that says what is missing."""

from __future__ import annotations

import zlib
from importlib.resources import files

import numpy as np
import pytest

from keepclear.errors import ConfigurationError
from keepclear.node import geoid
from keepclear.node.geoid import GRID_FILE, grid_from_bytes, load_geoid

PUBLISHED = [
    # latitude, longitude, height of the EGM96 model in metres: the publisher's own test points
    (38.6281550, 269.7791550, -31.628),
    (-14.6212170, 305.0211140, -2.969),
    (46.8743190, 102.4487290, -43.575),
    (-23.6174460, 133.8747120, 15.871),
    (38.6254730, 359.9995000, 50.066),
    (-0.4667440, 0.0023000, 17.329),
]


def bilinear(grid_cm, latitude, longitude):
    row, column = (90.0 - latitude) * 4.0, longitude % 360.0 * 4.0
    i, j = min(int(row), 719), int(column)
    u, v = row - i, column - j
    corners = grid_cm[i : i + 2][:, [j, (j + 1) % 1440]] / 100.0
    return float(np.array([1 - u, u]) @ corners @ np.array([1 - v, v]))


@pytest.fixture(scope="module")
def packed():
    return files("keepclear").joinpath(*GRID_FILE).read_bytes()


@pytest.mark.parametrize(("latitude", "longitude", "height"), PUBLISHED)
def test_published_heights(latitude, longitude, height):
    # Bilinear interpolation in a 15-minute grid misses the model by 4 cm root mean square.
    assert bilinear(load_geoid().grid_cm, latitude, longitude) == pytest.approx(height, abs=0.12)


def test_shape_and_extremes():
    grid = load_geoid().grid_cm
    assert grid.shape == (721, 1440)
    assert grid.dtype == np.int16
    assert (grid.min(), grid.max()) == (-10699, 8539)
    row, column = np.unravel_index(grid.argmin(), grid.shape)
    assert (90 - row / 4, column / 4) == (4.75, 78.75)  # south of India
    row, column = np.unravel_index(grid.argmax(), grid.shape)
    assert -10 < 90 - row / 4 < 0
    assert 130 < column / 4 < 155  # New Guinea


def test_a_pole_has_one_height():
    grid = load_geoid().grid_cm
    assert set(grid[0].tolist()) == {1361}
    assert set(grid[-1].tolist()) == {-2953}


def test_zurich_is_47_metres_up():
    # 500 m above the ellipsoid there is some 453 m above the sea: never a silent zero
    assert bilinear(load_geoid().grid_cm, 47.3769, 8.5417) == pytest.approx(47.3, abs=0.5)


def test_published_heights_lie_within_the_bounds():
    for latitude, longitude, height in PUBLISHED:
        east = (longitude + 180) % 360 - 180
        low, high = load_geoid().bounds(latitude, east, latitude, east)
        assert low <= height <= high


def test_read_only():
    with pytest.raises(ValueError, match="read-only"):
        load_geoid().grid_cm[0, 0] = 0


def test_small(packed):
    assert len(packed) < 1_500_000


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:0],
        lambda b: b[:-1000],
        lambda b: b[:5000] + b"\0" + b[5001:],
        lambda b: zlib.compress(zlib.decompress(b) + b"\0\0"),
        lambda b: zlib.compress(bytes(len(zlib.decompress(b)))),
    ],
    ids=["empty", "cut", "one byte", "too long", "all zero"],
)
def test_a_damaged_grid_is_refused(packed, damage):
    with pytest.raises(ConfigurationError, match="damaged") as caught:
        grid_from_bytes(damage(packed))
    assert caught.value.for_peer() == "configuration"


def test_a_missing_grid_is_an_error(monkeypatch):
    monkeypatch.setattr(geoid, "GRID_FILE", ("data", "no-such-grid.z"))
    load_geoid.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match=r"no-such-grid\.z is missing"):
            load_geoid()
    finally:
        load_geoid.cache_clear()
