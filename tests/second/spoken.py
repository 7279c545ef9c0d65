"""Check words and stops by telephone: docs/protocol/checkwords.md and voice.md."""

from __future__ import annotations

import re
from hashlib import sha256

from tests.second.bodies import write_body
from tests.second.cards import words_of
from tests.second.notes import Refused

SYMBOLS = "47ABCDEFGHJKMNPRSTVWXYZ"
SPELLING = """
    Four Seven Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel Juliett Kilo Mike November Papa
    Romeo Sierra Tango Victor Whiskey X-ray Yankee Zulu
""".split()  # noqa: SIM905 - a list of words is read as one
HEARD = {word.lower(): symbol for word, symbol in zip(SPELLING, SYMBOLS, strict=True)}
HEARD |= {"alpha": "A", "juliet": "J", "whisky": "W", "xray": "X", "fower": "4"}
BETWEEN = r" \t\r\n\u00a0.,/\u00b7\u2013\-"
COLUMNS, ROWS = 36_000_000, 18_000_000
EPOCH_S = 946_684_800
LAST_S = 3_404_825_446
KINDS = {"place": (11, (4, 4, 5), 1), "minute": (6, (4, 4), 2), "second": (7, (3, 3, 3), 3)}
LETTERS = {
    "C": ("cease", "STOP. STOP. CEASE."),
    "H": ("hold", "STOP. STOP. HOLD."),
    "S": ("stay-away", "STOP. STOP. STAY AWAY."),
}


def sums(values: list[int]) -> tuple[int, int]:
    first = sum(place * each for place, each in enumerate(values, 1)) % 23
    second = sum(place * place * each for place, each in enumerate(values, 1)) % 23
    return first, second


def write_symbols(value: int, kind: str) -> str:
    length, groups, mark = KINDS[kind]
    values = [value // 23**power % 23 for power in range(length - 1, -1, -1)]
    first, second = sums(values)
    a, b, m = mark - first, mark - second, length + 1
    last = (b - m * a) * pow(m + 1, -1, 23) % 23
    before = (a - (m + 1) * last) * pow(m, -1, 23) % 23
    symbols = "".join(SYMBOLS[each] for each in [*values, before, last])
    starts = [sum(groups[:k]) for k in range(len(groups))]
    return " ".join(
        symbols[start : start + width] for start, width in zip(starts, groups, strict=True)
    )


def write_place(lat_e7: int, lon_e7: int) -> str:
    row = (lat_e7 + 900_000_000 + 50) // 100
    column = (lon_e7 + 1_800_000_000 + 50) // 100 % COLUMNS
    return write_symbols(row * COLUMNS + column, "place")


def write_time(unix_s: int) -> str:
    since = unix_s - EPOCH_S
    if since % 60:
        return write_symbols(since, "second")
    return write_symbols(since // 60, "minute")


def symbols_of(text: str) -> str:
    parts = re.split(f"[{BETWEEN}]+", text.lower().replace("x-ray", "xray"))
    symbols = "".join(HEARD.get(part, part) for part in parts)
    symbols = symbols.upper() if symbols.isascii() else symbols
    if set(symbols) - set(SYMBOLS):
        raise Refused("checkwords.symbol", "a mark that is none of the 23")
    return symbols


def read_symbols(text: str, kinds: dict[int, str]) -> tuple[int, str]:
    """Value and kind; ``kinds`` are those that may stand here, by how many symbols they have."""
    symbols = symbols_of(text)
    if len(symbols) not in kinds:
        raise Refused("checkwords.length", f"{len(symbols)} symbols")
    kind = kinds[len(symbols)]
    values = [SYMBOLS.index(each) for each in symbols]
    mark = KINDS[kind][2]
    value = 0
    for each in values[:-2]:
        value = value * 23 + each
    in_range = {
        "place": value // COLUMNS <= ROWS,
        "minute": value * 60 <= LAST_S,
        "second": value <= LAST_S and value % 60 != 0,
    }
    if sums(values) != (mark, mark) or not in_range[kind]:
        raise Refused("checkwords.verify", "have them read again")
    return value, kind


def read_place(text: str) -> tuple[int, int]:
    """Latitude and longitude in ten-millionths of a degree."""
    value, _ = read_symbols(text, {13: "place"})
    row, column = divmod(value, COLUMNS)
    return row * 100 - 900_000_000, column * 100 - 1_800_000_000


def read_time(text: str) -> int:
    value, kind = read_symbols(text, {8: "minute", 9: "second"})
    return EPOCH_S + value * (60 if kind == "minute" else 1)


def write_line(letter: str, lat_e7: int, lon_e7: int, unix_s: int, exercise: bool = False) -> str:
    place, time = write_place(lat_e7, lon_e7), write_time(unix_s)
    return f"{'E ' if exercise else ''}{letter} {place} {time}"


def read_line(line: str) -> tuple[str, bool]:
    """The body of the stop that a line stands for, as JSON, and whether it is an exercise."""
    symbols = "".join(line.split()).upper()
    exercise = symbols.startswith("E")
    letter, rest = symbols[exercise : exercise + 1], symbols[exercise + 1 :]
    if letter not in LETTERS:
        raise Refused("voice.asks", f"a letter that asks nothing: {letter!r}")
    if not symbols.isalnum():
        raise Refused("checkwords.symbol", "nothing but symbols and blanks")
    lat_e7, lon_e7 = read_place(rest[:13])
    unix_s = read_time(rest[13:])
    if unix_s % 60:
        raise Refused("voice.minute", "a time that is no whole minute")
    asks, words = LETTERS[letter]
    body = {
        "asks": asks,
        "by": "voice",
        "words": words,
        "place": {"lat_e7": lat_e7, "lon_e7": lon_e7, "written": write_place(lat_e7, lon_e7)},
        "span": {"start_us": unix_s * 1_000_000},
    }
    return write_body("stop/1", body), exercise


def four_words(caller: str, called: str, line: str) -> list[str]:
    body, exercise = read_line(line)
    said = f"keepclear/compared/1\n{caller}\n{called}\n{body}" + ("\nEXERCISE" if exercise else "")
    return words_of(sha256(said.encode()).digest(), 4)


def name_on_the_board(caller: str, called: str, line: str) -> str:
    said = f"voice\n{caller}\n{called}\n{''.join(line.split()).upper()}"
    return sha256(said.encode()).hexdigest()
