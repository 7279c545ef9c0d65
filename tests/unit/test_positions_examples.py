"""Positions as people write them: a literal table of what is read, and of what is refused and why."""
# ruff: noqa: RUF001  letters of other alphabets are the point here

from __future__ import annotations

import pytest

from keepclear.domain.stated import Datum, Notation
from keepclear.errors import InputError
from keepclear.formats.positions import read_position

D, M, S = Notation.DECIMAL, Notation.MINUTES, Notation.SECONDS
I, G, U = Notation.ICAO, Notation.MGRS, Notation.UTM
NORTH_SYRIA = (36 + 12 / 60 + 30 / 3600, 37 + 9 / 60 + 15 / 3600)
PARIS = (48 + 51 / 60 + 24 / 3600, 2 + 21 / 60 + 7 / 3600)

READ = [
    # decimal degrees
    ("36.2041 37.1588", 36.2041, 37.1588, D),
    ("36.2041, 37.1588", 36.2041, 37.1588, D),
    ("36.2041,37.1588", 36.2041, 37.1588, D),
    ("36.2041;37.1588", 36.2041, 37.1588, D),
    ("36.2041 / 37.1588", 36.2041, 37.1588, D),
    ("36.2041\t37.1588", 36.2041, 37.1588, D),
    ("36.2041\n37.1588", 36.2041, 37.1588, D),
    ("(36.2041, 37.1588)", 36.2041, 37.1588, D),
    ("-36.2041 -37.1588", -36.2041, -37.1588, D),
    ("−36.2041 –37.1588", -36.2041, -37.1588, D),
    ("+36.2041 +037.1588", 36.2041, 37.1588, D),
    ("+36.2041+037.1588/", 36.2041, 37.1588, D),
    ("+36.2041-037.1588", None, None, None),
    ("36.2041N 37.1588E", 36.2041, 37.1588, D),
    ("36.2041 S 37.1588 W", -36.2041, -37.1588, D),
    ("N36.2041 E37.1588", 36.2041, 37.1588, D),
    ("N 36.2041, E 37.1588", 36.2041, 37.1588, D),
    ("E 37.1588 N 36.2041", 36.2041, 37.1588, D),
    ("37.1588° E, 36.2041° N", 36.2041, 37.1588, D),
    ("36.2041° N 37.1588° E", 36.2041, 37.1588, D),
    ("36.2041º 37.1588º", 36.2041, 37.1588, D),
    ("36.2041 deg N 37.1588 deg E", 36.2041, 37.1588, D),
    ("36.2041 degrees north, 37.1588 degrees east", 36.2041, 37.1588, D),
    ("36,2041 37,1588", 36.2041, 37.1588, D),
    ("36,2041; 37,1588", 36.2041, 37.1588, D),
    ("36,2041N 37,1588E", 36.2041, 37.1588, D),
    ("lat 36.2041 lon 37.1588", 36.2041, 37.1588, D),
    ("Lat: 36.2041, Lon: 37.1588", 36.2041, 37.1588, D),
    ("lat=36.2041;lng=-37.1588", 36.2041, -37.1588, D),
    ("longitude 37.1588 latitude 36.2041", 36.2041, 37.1588, D),
    ("36.2041 lat 37.1588 lon", 36.2041, 37.1588, D),
    ("Latitude: 36.2041 N Longitude: 37.1588 E", 36.2041, 37.1588, D),
    ("36 37", 36, 37, D),
    ("0 0", 0, 0, D),
    ("-0.0 0", 0, 0, D),
    ("90 180", 90, 180, D),
    ("-90 -180", -90, -180, D),
    ("36.2041 N - 37.1588 E", 36.2041, 37.1588, D),
    ("36N037E", 36, 37, D),
    ("N36E037", 36, 37, D),
    ("36.2041.", None, None, None),
    # degrees and decimal minutes
    ("N36 12.5 E037 09.25", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36 12.5 N 37 09.25 E", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36° 12.5' N 37° 09.25' E", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36°12.5′N, 037°09.25′E", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36-12.5N 037-09.25E", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36 12.5 37 09.25", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36 12 30 37", 36.2, 30 + 37 / 60, M),
    ("-36 12.5 -37 09.25", -(36 + 12.5 / 60), -(37 + 9.25 / 60), M),
    ("36°12,5'N 37°09,25'E", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36d12.5m 37d09.25m", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("36:12.5 37:09.25", 36 + 12.5 / 60, 37 + 9.25 / 60, M),
    ("-0 30 0 30", -0.5, 0.5, M),
    ("36.5° N 37°30' E", 36.5, 37.5, M),
    # degrees, minutes and seconds
    ("36 12 30 N 37 09 15 E", *NORTH_SYRIA, S),
    ("36 12 30 37 09 15", *NORTH_SYRIA, S),
    ("36°12'30\"N 37°09'15\"E", *NORTH_SYRIA, S),
    ("36° 12′ 30″ N, 37° 09′ 15″ E", *NORTH_SYRIA, S),
    ("36º12’30”N 37º09’15”E", *NORTH_SYRIA, S),
    ("36°12'30''N 37°09'15''E", *NORTH_SYRIA, S),
    ("36°12'30\" 37°09'15\"", *NORTH_SYRIA, S),
    ("N 36°12'30\" E 37°09'15\"", *NORTH_SYRIA, S),
    ("36-12-30N 037-09-15E", *NORTH_SYRIA, S),
    ("36-12-30-N 037-09-15-E", *NORTH_SYRIA, S),
    ("36:12:30N 37:09:15E", *NORTH_SYRIA, S),
    ("36:12:30 37:09:15", *NORTH_SYRIA, S),
    ("36d12m30s 37d09m15s", *NORTH_SYRIA, S),
    ("36d 12m 30s N 37d 09m 15s E", *NORTH_SYRIA, S),
    ("36d12m30sN 37d09m15sE", *NORTH_SYRIA, S),
    ("36D12M30S 37D09M15S", *NORTH_SYRIA, S),
    ("36d12m30S 37d09m15E", -NORTH_SYRIA[0], NORTH_SYRIA[1], S),
    ("36 deg 12 min 30 sec N, 37 deg 9 min 15 sec E", *NORTH_SYRIA, S),
    ("37 09 15 E 36 12 30 N", *NORTH_SYRIA, S),
    ("36 12 30.00 N 37 09 15.00 E", *NORTH_SYRIA, S),
    ("36 12 30 N; 37 09 15 E.", *NORTH_SYRIA, S),
    ("lat 36 12 30 lon 37 09 15", *NORTH_SYRIA, S),
    # other languages
    ("48°51'24\"N 2°21'07\"Ouest", PARIS[0], -PARIS[1], S),
    ("48°51'24\" nord, 2°21'07\" est", *PARIS, S),
    ("latitude 48°51'24\" N longitude 2°21'07\" O", PARIS[0], -PARIS[1], S),
    ("48°51'24\" sud, 2°21'07\" O", -PARIS[0], -PARIS[1], S),
    ("Breite 48°51'24\" Länge 2°21'07\" O", None, None, None),
    ("48°51'24\" süd, 2°21'07\" O", -PARIS[0], PARIS[1], S),
    ("36°12′30″ с.ш. 37°09′15″ в.д.", *NORTH_SYRIA, S),
    ("36°12′30″ с. ш., 37°09′15″ в. д.", *NORTH_SYRIA, S),
    ("36°12′30″ ю.ш. 37°09′15″ з.д.", -NORTH_SYRIA[0], -NORTH_SYRIA[1], S),
    ("36 12 30 С 37 09 15 В", *NORTH_SYRIA, S),
    ("36 12 30 Ю 37 09 15 З", -NORTH_SYRIA[0], -NORTH_SYRIA[1], S),
    ("36 градусов 12 минут 30 секунд северной широты, 37 градусов 9 минут 15 секунд восточной долготы",
     *NORTH_SYRIA, S),
    ("широта 36,2041 долгота 37,1588", 36.2041, 37.1588, D),
    ("36°12′30″ ش 37°09′15″ ق", *NORTH_SYRIA, S),
    ("٣٦°١٢′٣٠″ شمالاً ٣٧°٠٩′١٥″ شرقاً", *NORTH_SYRIA, S),
    ("٣٦٫٢٠٤١ ٣٧٫١٥٨٨", 36.2041, 37.1588, D),
    ("٣٦٫٢٠٤١، ٣٧٫١٥٨٨", 36.2041, 37.1588, D),
    ("\u200f۳۶٫۲۰۴۱ ش ۳۷٫۱۵۸۸ غ", 36.2041, -37.1588, D),
    ("36.2041 ج 37.1588 ق", -36.2041, 37.1588, D),
    ("خط العرض 36.2041 خط الطول 37.1588", 36.2041, 37.1588, D),
    ("٣٦ درجة ١٢ دقيقة ٣٠ ثانية شمال ٣٧ درجة ٩ دقائق ١٥ ثانية شرق", *NORTH_SYRIA, S),
    ("36 S 42 W", -36, -42, D),
    ("36 S, 42 19 E", -36, 42 + 19 / 60, M),
    # digits run together
    ("N361230E0370915", *NORTH_SYRIA, I),
    ("361230N0370915E", *NORTH_SYRIA, I),
    ("361230N 0370915E", *NORTH_SYRIA, I),
    ("361230N/0370915E", *NORTH_SYRIA, I),
    ("n361230 e0370915", *NORTH_SYRIA, I),
    ("0370915E 361230N", *NORTH_SYRIA, I),
    ("S361230W0370915", -NORTH_SYRIA[0], -NORTH_SYRIA[1], I),
    ("3612N03709E", 36.2, 37.15, I),
    ("N3612.5E03709.25", 36 + 12.5 / 60, 37 + 9.25 / 60, I),
    ("N361230.25E0370915.75", 36 + 12 / 60 + 30.25 / 3600, 37 + 9 / 60 + 15.75 / 3600, I),
    ("3612.5,N,03709.25,E", 36 + 12.5 / 60, 37 + 9.25 / 60, I),
    # grids: the figures are those of two independent programs, to the metre
    ("37S CA 32345 09876", 36.219221, 37.134734, G),
    ("37SCA3234509876", 36.219221, 37.134734, G),
    ("37s ca 3234509876", 36.219221, 37.134734, G),
    ("MGRS 37S CA 32345 09876", 36.219221, 37.134734, G),
    ("37 S C A 32345 09876", 36.219221, 37.134734, G),
    ("37S CA 09123 45678", 36.537461, 36.867735, G),
    ("37S CA 3234 0987", 36.219207, 37.134729, G),
    ("37N 333000 4008000", 36.202425, 37.142412, U),
    ("UTM 37 N 333000mE 4008000mN", 36.202425, 37.142412, U),
    ("UTM zone 37N, E 333000, N 4008000", 36.202425, 37.142412, U),
    ("37 north 333000mE 4008000mN", 36.202425, 37.142412, U),
    ("37N 4008000mN 333000mE", 36.202425, 37.142412, U),
    ("37 south 333000 5992000", -36.202425, 37.142412, U),
    ("37N333000 4008000", 36.202425, 37.142412, U),
    ("37H 333000 5992000", -36.202425, 37.142412, U),
]  # fmt: skip
"""Text, latitude, longitude, notation; None where the text is in the table of refusals."""

REFUSED = [
    ("", "position.empty"),
    ("   ", "position.empty"),
    ("WGS84", "position.empty"),
    ("x" * 201, "position.too-long"),
    ("36.2\u202e41 37.1588", "position.character"),
    ("36.2\x0741 37.1588", "position.character"),
    ("Aleppo", "position.character"),
    ("36.2041 37.1588 hospital", "position.character"),
    ("36.2041 37.1588 m", "position.form"),
    ("36² 37", "position.character"),
    ("36½ 37", "position.character"),
    ("1e1 37", "position.axis"),
    ("36.12.30 N 37.09.15 E", "position.character"),
    ("36_12 37_09", "position.character"),
    ("36 12 30 Е 37 09 15 Н", "position.character"),
    ("36.2041", "position.form"),
    ("36.2041 N", "position.form"),
    ("36 12 30 N", "position.form"),
    ("36 12 30 37 9", "position.form"),
    ("36 12 30 40 37 9 15 20", "position.form"),
    ("36.2 37.1 36.3", "position.form"),
    ("36.2 37.1 36.3 37.2", "position.fraction"),
    ("36.2 N 37.1 E 36.3 N 37.2 E", "position.several"),
    ("36.2, 37.1, 36.3", "position.several"),
    ("36.2 37.1\n36.3 37.2", "position.fraction"),
    ("N 36 12 30 37 09 15 E", "position.form"),
    ("36.2 N 37.1", "position.axis"),
    ("36.2 37.1 E", "position.axis"),
    ("36.2 N 37.1 N", "position.axis"),
    ("36.2 N S 37.1", "position.axis"),
    ("lat 36.2 E lon 37.1 N", "position.axis"),
    ("-36.2 N 37.1 E", "position.sign"),
    ("-36.2 S 37.1 E", "position.sign"),
    ("+36.2 S 37.1 E", "position.sign"),
    ("36.2 - 37.1", "position.sign"),
    ("36 -12 30 37 9 15", "position.form"),
    ("95 37", "position.range"),
    ("120.5 36.2", "position.range"),
    ("36.2 181", "position.range"),
    ("36.2 337.1", "position.range"),
    ("90 00 00.1 N 37 0 0 E", "position.range"),
    ("36 180 00 01", "position.minutes"),
    ("3612 03709", "position.range"),
    ("36 60 0 N 37 0 0 E", "position.minutes"),
    ("36 12 60 N 37 0 0 E", "position.minutes"),
    ("36 12 30 N 37 61 15 E", "position.minutes"),
    ("36.5 12 N 37 9 E", "position.fraction"),
    ("36°30\" N 37°9' E", "position.form"),
    ("36' N 37' E", "position.form"),
    ("36,2041", "position.comma"),
    ("36,37", "position.comma"),
    ("36,2,37,1", "position.comma"),
    ("36,12,30 N 37,09,15 E", "position.comma"),
    ("36,2041.5,37", "position.comma"),
    ("48°51'24\"N 2°21'07\"O", "position.letter-o"),
    ("48 N 2 O", "position.letter-o"),
    ("36D12M30S 37D09M15E", "position.axis"),
    ("36123N0370915E", "position.digits"),
    ("N361230E370915", "position.digits"),
    ("333000E 4008000N", "position.digits"),
    ("N367230E0370915", "position.minutes"),
    ("N361260E0370915", "position.minutes"),
    ("N361230N0370915", "position.digits"),
    ("N361230N361230", "position.axis"),
    ("N361230E1810000", "position.range"),
    ("CA 32345 09876", "position.mgrs"),
    ("SCA 32345 09876", "position.mgrs"),
    ("37SCA", "position.mgrs"),
    ("37S CA 32345 0987", "position.mgrs"),
    ("37S CA 3234 50987 6", "position.mgrs"),
    ("37S CA 1234567 1234567", "position.mgrs"),
    ("37I CA 32345 09876", "position.mgrs"),
    ("61S CA 32345 09876", "position.mgrs"),
    ("0S CA 32345 09876", "position.mgrs"),
    ("37S ZA 32345 09876", "position.mgrs"),
    ("37S CI 32345 09876", "position.mgrs"),
    ("37S CK 32345 09876", "position.mgrs"),
    ("32X MM 12345 67890", "position.mgrs"),
    ("31V FM 12345 67890", "position.mgrs"),
    ("ED50 37S CA 32345 09876", "position.datum"),
    ("37S 333000 4008000", "position.zone"),
    ("37 333000 4008000", "position.zone"),
    ("UTM 333000 4008000", "position.zone"),
    ("333000mE 4008000mN", "position.zone"),
    ("37R 333000 4008000", "position.zone"),
    ("61N 333000 4008000", "position.zone"),
    ("37N 4008000 333000", "position.grid-range"),
    ("37N 33300 4008000", "position.grid-range"),
    ("37N 333000mE 4008000mE", "position.axis"),
    ("Pulkovo-42 37N 333000 4008000", "position.datum"),
    ("36.2 37.1 NAD83", "position.datum"),
    ("36.2 37.1 ED50 NAD27", "position.datum"),
    ("NAD27 36.2 37.1", "position.datum-area"),
    ("ED50 -36.2 37.1", "position.datum-area"),
    ("8G6X+2Q", "position.plus-code"),
    ("8G6X6V2R+2Q Aleppo", "position.plus-code"),
    ("KM76", "position.maidenhead"),
    ("KM76nf", "position.maidenhead"),
    ("BV12", "position.mgrs"),
    ("///filled.count.soap", "position.words"),
    ("filled.count.soap", "position.words"),
    ("https://maps.example.org/?q=36.2,37.1", "position.link"),
    ("geo:36.2,37.1", "position.link"),
    ("31.150 S 1\u00df 144.3 E", "position.character"),  # one letter that folds to two
]


@pytest.mark.parametrize(
    ("text", "latitude", "longitude", "notation"), [row for row in READ if row[3] is not None]
)
def test_it_is_read(text, latitude, longitude, notation):
    stated = read_position(text)
    assert stated.position.latitude == pytest.approx(latitude, abs=1e-6)
    assert stated.position.longitude == pytest.approx(longitude, abs=1e-6)
    assert stated.notation is notation
    assert stated.text == text.strip()
    assert stated.datum is Datum.WGS84
    assert 0 < stated.error_m <= stated.precision_m * 0.7072


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_it_is_refused(text, code):
    with pytest.raises(InputError) as caught:
        read_position(text)
    assert caught.value.code == code, caught.value.message
    assert "\n" not in caught.value.message


def test_the_tables_are_long_enough():
    assert len(READ) + len(REFUSED) >= 120
    assert len({row[0] for row in READ}) == len(READ)
    assert len({row[0] for row in REFUSED}) == len(REFUSED)


@pytest.mark.parametrize(
    ("language", "sign"), [("fr", -1), ("es", -1), ("it", -1), ("de", 1), ("nl", 1)]
)
def test_the_language_of_a_sheet_decides_the_letter_o(language, sign):
    stated = read_position("48°51'24\"N 2°21'07\"O", language=language)
    assert stated.position.longitude == pytest.approx(sign * PARIS[1])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("48 N 2 O", "en"),
        ("48 N 2 O", "ru"),
        ("48 süd 2 O", "fr"),
        ("latitude 48 N longitude 2 O", "de"),
    ],
)
def test_an_o_that_two_languages_claim_is_refused(text, language):
    with pytest.raises(InputError) as caught:
        read_position(text, language=language)
    assert caught.value.code == "position.letter-o"


CANONICAL = (
    "36.2083, 37.1542",
    "36° 12.50' N 037° 09.25' E",
    "36° 12' 30\" N 037° 09' 15\" E",
    "N361230E0370915",
    "37S CA 34070 08640",
    "37 north 334070mE 4008640mN",
)
MARKS = "0123456789NSEWOnsewoCQZ .,;:-+°'\""


@pytest.mark.parametrize("text", CANONICAL)
def test_one_wrong_digit_or_letter_never_reads_as_the_same_place(text):
    """Another place, or a refusal: a text holds no character that says nothing."""
    here = read_position(text).position
    for at, right in enumerate(text):
        for wrong in MARKS:
            if wrong == right or not (right.isalnum() and wrong.isalnum()):
                continue
            if wrong.lower() == right.lower():
                continue
            try:
                there = read_position(text[:at] + wrong + text[at + 1 :]).position
            except InputError:
                continue
            assert there != here, text[:at] + wrong + text[at + 1 :]


@pytest.mark.parametrize("text", CANONICAL)
def test_one_digit_lost_or_doubled_never_reads_as_the_same_place(text):
    """Zeros are left out: in front of a number they say nothing."""
    here = read_position(text).position
    for at, right in enumerate(text):
        if right not in "123456789":
            continue
        for other in (text[:at] + text[at + 1 :], text[:at] + right + text[at:]):
            try:
                there = read_position(other).position
            except InputError:
                continue
            assert there != here, other
