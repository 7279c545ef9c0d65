"""Tables as people send them: any order of columns, four languages, every notation and separator."""

from __future__ import annotations

# ruff: noqa: RUF001  letters of other alphabets are meant
import pytest

from keepclear.domain.declaration import Kind
from keepclear.domain.fields import FIELDS, NOTICE_FIELDS, Form, Home
from keepclear.domain.footprint import Circle, Corridor, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.stated import DATUM_UNKNOWN_M, Datum, Notation
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import UsageError
from keepclear.faces.columns import parse_mapping
from keepclear.formats.labels import COLUMNS, LANGUAGES, choice_of, column_of, refused_name
from keepclear.formats.registry import read_bytes

T = parse_instant


def read(text, name="list.csv", **options):
    return read_bytes(text.encode(), name=name, **options)


def one(text, **options):
    reading = read(text, **options)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def place(declaration):
    center = declaration.parts[0].footprint.center
    return round(center.latitude, 6), round(center.longitude, 6)


# the words


def test_every_language_names_every_column_and_says_every_sentence():
    english = LANGUAGES["en"]
    for language in LANGUAGES.values():
        assert set(language.columns) == set(COLUMNS)
        assert set(language.words) == set(english.words)
        for field, choices in english.choices.items():
            if field != "datum":
                assert set(language.choices[field]) == set(choices), (language.code, field)
    assert [code for code, language in LANGUAGES.items() if language.reviewed] == ["en"]


def test_a_title_means_one_field_and_none_is_refused():
    for language in LANGUAGES.values():
        for field, titles in language.columns.items():
            for title in titles:
                assert column_of(title) == field, (language.code, title)
                assert refused_name(title) is None, title


def test_every_field_of_a_notification_is_a_column_with_its_choices():
    assert {field.name for field in FIELDS} <= set(COLUMNS)
    assert set(NOTICE_FIELDS) == {f.name for f in FIELDS if f.home is Home.NOTICE}
    for field in FIELDS:
        assert (field.form in {Form.CHOICE, Form.OPEN_CHOICE}) == bool(field.choices), field.name
        for choice in field.choices:
            assert (choice_of(field.name, choice) or choice) == choice


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("LAT.", "latitude"),
        ("latitude (decimal degrees)", "latitude"),
        ("ШИРОТА", "latitude"),
        ("خط العَرض", "latitude"),
        ("Latitude / Широта", "latitude"),
        ("Latitude | Долгота", None),
        ("nom de l’etablissement", "name"),
        ("Наименование\nобъекта", "name"),
        ("Referência", None),
    ],
)
def test_headings_are_known_without_case_marks_and_punctuation(heading, field):
    assert column_of(heading) == field


# what is read


@pytest.mark.parametrize(
    "header",
    [
        "Reference,Type,Latitude,Longitude,Stand-off (m)",
        "Référence,Type d'établissement,Latitude,Longitude,Distance à garder (m)",
        "Номер,Тип объекта,Широта,Долгота,Безопасное расстояние (м)",
        "الرقم المرجعي,نوع الموقع,خط العرض,خط الطول,مسافة الأمان (م)",
    ],
)
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_columns_in_four_languages_and_any_order(header, order):
    names, cells = header.split(","), ["S1", "clinic", "36.2", "37.1", "500"]
    text = "\n".join(["List of November,,,,", ",".join(names[i] for i in order),
                      ",".join(cells[i] for i in order)])  # fmt: skip
    site = one(text)
    assert (site.id, site.kind, site.standoff_m) == ("S1", Kind.SITE, 500.0)
    assert place(site) == (36.2, 37.1)
    assert site.notice == (("site_type", "clinic"),)


def test_what_was_read_as_what_is_told_and_returned():
    reading = read("Ref,Широта,Долгота,Note\nA,1,2,x\n", name="a.csv")
    assert 'a.csv: columns read: "Ref" as id, "Широта" as latitude, "Долгота" as longitude' in (
        reading.warnings
    )
    assert 'a.csv: columns not read: "Note"' in reading.warnings
    assert reading.mapping == (("Ref", "id"), ("Широта", "latitude"), ("Долгота", "longitude"))


def test_a_person_may_say_what_a_column_is():
    text = "Point A,Note,kind\n36.2 37.1,hill,site\n"
    mapping = parse_mapping(["point a=position", "Note=description", "Gone=name"])
    reading = read(text, mapping=mapping)
    assert place(reading.declarations[0]) == (36.2, 37.1)
    assert reading.declarations[0].description == "hill"
    assert any("'Gone'" in warning and "--map" in warning for warning in reading.warnings)
    assert one("lat,lon,kind,name\n1,2,site,x\n", mapping={"name": ""}).name == ""


@pytest.mark.parametrize(
    ("texts", "said"),
    [(["x"], "HEADING=FIELD"), (["a=latitud"], "'latitude'"), (["a=id", "a=name"], "two things")],
)
def test_what_is_mapped_wrongly_is_one_sentence(texts, said):
    with pytest.raises(UsageError, match=said):
        parse_mapping(texts)


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("where,kind\n36 12 30 N 37 09 15 E,site\n", Notation.SECONDS),
        ('GPS,kind\n"36.208333, 37.154167",site\n', Notation.DECIMAL),
        ("Lat,Long,kind\n36°12'30\"N,37°09'15\"E,site\n", Notation.SECONDS),
        ("Lat deg,Lat min,Lat sec,Lon deg,Lon min,Lon sec,kind\n36,12,30,37,9,15,site\n",
         Notation.SECONDS),
        ("Lat deg,Lat min,N/S,Lon deg,Lon min,E/W,kind\n36,12.5,N,37,9.25,E,site\n",
         Notation.MINUTES),
    ],
)  # fmt: skip
def test_a_place_in_any_notation(text, notation):
    site = one(text)
    assert place(site) == pytest.approx((36.208333, 37.154167), abs=1e-6)
    ((stated,),) = site.stated
    assert stated.notation is notation


def test_a_second_notation_is_kept_beside_the_first():
    site = one("kind,lat,lon,mgrs,position_2\nsite,36.2,37.1,37SCA 29216 07720,36 12 N 37 06 E\n")
    ((held, *others),) = site.stated
    assert (held.text, held.notation) == ("36.2 37.1", Notation.DECIMAL)
    assert [other.notation for other in others] == [Notation.MGRS, Notation.MINUTES]


@pytest.mark.parametrize(
    ("separator", "cell", "read_as"),
    [(";", "36,25", 36.25), ("\t", "36,25", 36.25), (";", "36,125", 36.125)],
)
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(separator, cell, read_as):
    rows = [["kind", "lat", "lon", "id"], ["site", cell, "37,1", "A"]]
    reading = read("\n".join(separator.join(row) for row in rows))
    assert place(reading.declarations[0]) == (read_as, 37.1)
    assert any("decimal comma" in warning for warning in reading.warnings)


def test_a_comma_that_may_stand_between_thousands_is_refused():
    (refused,) = read("kind\tlat\tlon\tradius_m\nsite\t1\t2\t1,500\n").refused
    assert (refused.code, refused.where) == (
        "number.decimal-comma", 'list.csv line 2 column "radius_m"')  # fmt: skip
    assert "1.500 or 1500" in refused.message


@pytest.mark.parametrize(
    ("heading", "cell", "metres"),
    [
        ("Stand-off (km)", "2", 2000),
        ("Stand-off", "500 ft", 152.4),
        ("Безопасное расстояние, м", "7", 7),
    ],
)
def test_units_stand_in_headings_or_cells(heading, cell, metres):
    assert one(f'kind,lat,lon,"{heading}"\nsite,1,2,{cell}\n').standoff_m == pytest.approx(metres)


def test_a_datum_widens_the_position():
    site = one("kind,lat,lon,Datum,position_error_m\nsite,36.2000,37.1000,unknown,10\n")
    assert site.stated[0][0].datum is Datum.UNKNOWN
    assert site.position_error_m >= DATUM_UNKNOWN_M
    moved = one("kind,lat,lon,datum\nsite,48.200000,16.300000,ED50\n")
    assert moved.parts[0].footprint.center != Position(latitude=48.2, longitude=16.3)
    (refused,) = read("kind,lat,lon,datum\nsite,1,2,Bessel\n").refused
    assert refused.code == "datum.unknown"


@pytest.mark.parametrize(
    ("heading", "zone", "cell", "start"),
    [
        ("Start (UTC)", "", "2015-11-20 06:30", "2015-11-20T06:30:00Z"),
        ("Start", "UTC+3", "2015-11-20 06:30", "2015-11-20T03:30:00Z"),
        ("Start", "+03:30", "20.11.2015 06:30", "2015-11-20T03:00:00Z"),
        ("Start (UTC)", "", "2015-11-20T06:30+02:00", "2015-11-20T04:30:00Z"),
        ("Начало (UTC)", "", "20.11.2015 6:30", "2015-11-20T06:30:00Z"),
    ],
)
def test_a_time_has_the_offset_that_was_given(heading, zone, cell, start):
    site = one(f"kind,lat,lon,{heading},Time zone\nsite,1,2,{cell},{zone}\n")
    assert site.parts[0].window.start_us == T(start)


@pytest.mark.parametrize("zone", ["", "Africa/Khartoum", "local"])
def test_a_time_without_an_offset_is_refused(zone):
    (refused,) = read(f"kind,lat,lon,Start,Time zone\nsite,1,2,2015-11-20 06:30,{zone}\n").refused
    assert refused.code in {"time.no-offset", "time.zone"}


def test_all_faults_of_a_row_and_all_rows_are_told_in_one_pass():
    text = (
        "id,lat,lon,radius_m,Confirmed on,altitude_upper\n"
        "A,95,8,1,2015-11-20,SFC\n"
        "B,x,8,far,soon,high\n"
        "C,46,8,1,20.11.2015,SFC\n"
    )
    reading = read(text)
    assert [d.id for d in reading.declarations] == ["C"]
    first, second = reading.refused
    assert first.where == 'list.csv line 2 (id "A") columns "lat" and "lon"'
    for column in ("radius_m", "Confirmed on", "altitude_upper", "lat"):
        assert f'column "{column}"' in f"{second.where} {second.message}"


PERSONS = [
    "Contact name", "Driver", "Passport no", "Nationality",
    "Personne de contact", "Nom du chauffeur", "Numéro de passeport", "Nationalité",
    "ФИО", "Контактное лицо", "Паспорт", "Гражданство",
    "اسم السائق", "الاسم الكامل", "رقم جواز السفر", "الجنسية",
    "Target", "Cible", "Цель удара", "الهدف",
]  # fmt: skip


@pytest.mark.parametrize("heading", PERSONS)
def test_persons_and_targets_are_refused_in_every_language(heading):
    reading = read(f"id,kind,lat,lon,{heading}\nA,site,1,2,x\nB,site,1,2,\n")
    assert [d.id for d in reading.declarations] == ["B"]
    (refused,) = reading.refused
    assert refused.code == "schema.refused"
    assert heading in refused.message


@pytest.mark.parametrize(
    "heading", ["Contact role", "Bureau de permanence", "Дежурный", "مكتب المناوبة"]
)
def test_the_role_of_a_desk_is_welcome(heading):
    assert one(f"kind,lat,lon,{heading}\nsite,1,2,Desk\n").notice == (("contact_role", "Desk"),)


# movements

STOPS = (
    "Ref;Stop;Stop type;Position;ETA (UTC);ETA latest (UTC);ETD (UTC);Max stay (min);Half width (m)"
)


def stops(*rows):
    return "\n".join([STOPS, *rows]) + "\n"


def test_exact_stops_are_a_moving_disc_that_stays():
    convoy = one(
        stops(
            "W1;Base;departure;31.48 S 143.52 E;;;2015-11-20 05:30;;1000",
            "W1;S2;waypoint;31.31 S 143.70 E;2015-11-20 06:10;;2015-11-20 06:25;;1000",
            "W1;S1;arrival;31.095 S 144.20 E;2015-11-20 07:36;;;;1000",
        )
    )
    (route,) = convoy.parts
    assert convoy.kind is Kind.MOVEMENT
    assert isinstance(route, Route)
    assert [w.time_us for w in route.waypoints] == [
        T(f"2015-11-20T{clock}:00Z") for clock in ("05:30", "06:10", "06:25", "07:36")
    ]
    assert route.waypoints[1].position == route.waypoints[2].position
    assert dict(convoy.notice)["stops"] == "departure Base; waypoint S2; arrival S1"
    assert len(convoy.stated) == 3


def test_a_holding_point_is_a_volume_for_its_longest_stay():
    convoy = one(
        stops(
            "W1;;departure;31.48 S 143.52 E;;;2015-11-20 05:30;;1000",
            "W1;;holding;31.31 S 143.70 E;2015-11-20 06:10;;2015-11-20 06:25;60;1000",
            "W1;;arrival;31.095 S 144.20 E;2015-11-20 07:36;;;;1000",
        )
    )
    held, route = convoy.parts
    assert held.footprint == Circle(Position(latitude=-31.31, longitude=143.7), 1000.0)
    assert held.window == Window(T("2015-11-20T06:10:00Z"), T("2015-11-20T07:10:00Z"))
    assert len(route.waypoints) == 4


def test_a_window_of_times_is_a_corridor_for_all_of_it():
    convoy = one(
        stops(
            "W1;;departure;31.48 S 143.52 E;;;2015-11-20 05:30;;1000",
            "W1;;arrival;31.31 S 143.70 E;2015-11-20 06:10;2015-11-20 06:40;;;800",
        )
    )
    corridor, arrival = convoy.parts
    assert isinstance(corridor.footprint, Corridor)
    assert (corridor.footprint.edges, corridor.footprint.half_width_m) == (EdgeRule.GEODESIC, 1000)
    assert corridor.window == Window(T("2015-11-20T05:30:00Z"), T("2015-11-20T06:40:00Z"))
    assert arrival.window == Window(T("2015-11-20T06:10:00Z"), T("2015-11-20T06:40:00Z"))


GOOD = (
    "W1;;departure;31.48 S 143.52 E;;;2015-11-20 05:30;;1000",
    "W1;;arrival;31.31 S 143.70 E;2015-11-20 06:10;;;;1000",
)


SPOILED = {
    "an unreadable time": ("2015-11-20 06:10", "soon", "time.unreadable"),
    "no time": ("2015-11-20 06:10", "", "movement.no-time"),
    "an arrival before the departure": ("06:10", "05:10", "movement.time-order"),
    "an unknown kind of stop": ("arrival", "party", "choice.unknown"),
    "a stay below nothing": (";;;;1000", ";;;-5;1000", "movement.stay"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_movement_with_a_bad_row_is_refused_as_a_whole_and_others_are_read(name):
    found, planted, code = SPOILED[name]
    other = [row.replace("W1", "W2") for row in GOOD]
    reading = read(stops(*other, GOOD[0], GOOD[1].replace(found, planted)))
    assert [d.id for d in reading.declarations] == ["W2"]
    by_line = {r.where.split(" (")[0]: r.code for r in reading.refused}
    assert by_line == {"list.csv line 4": "movement.incomplete", "list.csv line 5": code}
    assert len(reading.refused) == 2


def test_every_fault_of_a_stop_is_told_at_once():
    header = "id,stop_kind,position,departure_earliest,stay_min,half_width_m\n"
    reading = read(header + "M,dance,36.2 37.1,tomorrow,-5,500\n")
    (found,) = reading.refused
    assert found.code == "choice.unknown"
    for said in ("'dance'", "'tomorrow'", "a stay of -5"):
        assert said in found.message


@pytest.mark.parametrize(
    ("taken_out", "code"), [("1000", "line.no-width"), ("W1", "movement.no-reference")]
)
def test_a_movement_without_width_or_reference_is_refused(taken_out, code):
    reading = read(stops(*[row.replace(taken_out, "") for row in GOOD]))
    assert reading.declarations == ()
    assert [r.code for r in reading.refused] == [code, code]


# real data


@pytest.mark.data
def test_the_facility_list_is_read_in_one_step(data):
    text = (data / "sites" / "who_kwtrp_ssd_mli_tcd_eth.csv").read_bytes()
    reading = read_bytes(text, name="who.csv")
    assert len(reading.declarations) == 9_587
    assert {d.kind for d in reading.declarations} == {Kind.SITE}
    assert len(reading.refused) == 136
    assert {r.code for r in reading.refused} == {"geometry.missing"}
    assert all('("' in r.where for r in reading.refused)
    assert reading.refused[0].where == (
        'who.csv line 2 ("Ariyana Baya Centre de Santé") column "Long"'
    )
    assert reading.mapping == (
        ("Country", "country"), ("Admin1", "admin_area"), ("Facility name", "name"),
        ("Facility type", "site_type"), ("Lat", "latitude"), ("Long", "longitude"),
        ("LL source", "position_method"),
    )  # fmt: skip
    assert 'who.csv: columns not read: "Ownership", "iso3c"' in reading.warnings
    assert len(reading.warnings) == 5
    first = reading.declarations[0]
    assert (first.name, dict(first.notice)["admin_area"]) == (
        "Am-Silep Centre de Santé",
        "Barh-El-Gazel",
    )
