"""The fields of a notification: what each is called, what it applies to, and what it means.

The union of the forms that notification desks use for fixed places and for movements. Some are
attributes of a :class:`~keepclear.domain.declaration.Declaration`; all others are kept in its
``notice`` by the names that stand here. There is no field for the name, the nationality or an
identity number of a person, and readers refuse such columns. Labels in people's languages are left
to ``formats.labels``, checking of values to ``formats.notices``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = ["FIELDS", "NOTICE_FIELDS", "Applies", "Field", "Form", "Home"]


class Applies(Enum):
    """What a field is asked of."""

    SITE = "site"
    MOVEMENT = "movement"
    BOTH = "both"
    AIRSPACE = "airspace"
    """Not asked of anybody: what airspace files say beside the outline, kept as they say it."""


class Form(Enum):
    """How a value is written."""

    TEXT = "text"
    DATE = "date"
    TIME = "time"
    """An instant, with its offset from UTC."""
    NUMBER = "number"
    NUMBERS = "numbers"
    """One or several, separated by semicolons."""
    CHOICE = "choice"
    """One of the choices."""
    OPEN_CHOICE = "open choice"
    """One or several of the choices, or words of one's own, which are kept as they are written."""
    POSITION = "position"
    YES_NO = "yes/no"


class Home(Enum):
    """Where a declaration keeps it."""

    DECLARATION = "declaration"
    """An attribute of the declaration or of its parts."""
    STOP = "stop"
    """One stop of a movement: it becomes a vertex, a stay or a volume."""
    NOTICE = "notice"
    """``Declaration.notice``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a notification."""

    name: str
    applies: Applies
    form: Form
    required: bool
    meaning: str
    """One line, for the person who fills it in."""
    home: Home = Home.NOTICE
    choices: tuple[str, ...] = ()


_SITE, _MOVEMENT, _BOTH = Applies.SITE, Applies.MOVEMENT, Applies.BOTH
_AIRSPACE: Final = Applies.AIRSPACE
_DECLARATION, _STOP = Home.DECLARATION, Home.STOP

FIELDS: Final = (
    # who and what
    Field("id", _BOTH, Form.TEXT, True, "Your own reference, used once.", _DECLARATION),
    Field("party", _BOTH, Form.TEXT, False, "Organisation that notifies.", _DECLARATION),
    Field("name", _BOTH, Form.TEXT, False, "What people call it.", _DECLARATION),
    Field("alias", _SITE, Form.TEXT, False, "Another name it is known by."),
    Field(
        "site_type", _SITE, Form.OPEN_CHOICE, True, "What the place is used for.",
        choices=(
            "hospital", "clinic", "warehouse", "office", "guesthouse", "water", "power", "school",
            "distribution point", "camp",
        ),
    ),
    # where
    Field("position", _BOTH, Form.POSITION, True, "The place, in any notation.", _DECLARATION),
    Field(
        "position_2", _BOTH, Form.POSITION, False,
        "The same place in a second notation; both must agree.", _DECLARATION,
    ),
    Field(
        "datum", _BOTH, Form.CHOICE, False, "What the numbers are measured on; WGS84 if empty.",
        _DECLARATION, ("WGS84", "ED50", "Pulkovo-42", "NAD27", "local", "unknown"),
    ),
    Field(
        "position_method", _SITE, Form.OPEN_CHOICE, False, "How the position was found.",
        choices=("GPS in place", "map", "address", "satellite image"),
    ),
    Field("measured_on", _SITE, Form.DATE, False, "Day on which the position was found."),
    Field(
        "position_error_m", _BOTH, Form.NUMBER, False, "How far off it may be, in metres.",
        _DECLARATION,
    ),
    Field(
        "wkt", _SITE, Form.TEXT, False, "Outline as well-known text, longitude before latitude.",
        _DECLARATION,
    ),
    Field("entrance", _SITE, Form.POSITION, False, "Where people and vehicles enter."),
    Field("height_m", _SITE, Form.NUMBER, False, "Height of the highest building, in metres."),
    Field("country", _BOTH, Form.TEXT, False, "Country."),
    Field("admin_area", _BOTH, Form.TEXT, False, "Province, district or other administrative area."),
    Field(
        "description", _BOTH, Form.TEXT, False,
        "Where it is in words: distance and direction from a named place.", _DECLARATION,
    ),
    Field(
        "standoff_m", _SITE, Form.NUMBER, False, "Distance to keep from it, in metres.",
        _DECLARATION,
    ),
    # how it is known
    Field(
        "marking", _BOTH, Form.OPEN_CHOICE, False, "How it is marked, and when the mark is seen.",
        choices=("day", "night", "thermal", "none"),
    ),
    Field("function_since", _SITE, Form.DATE, False, "In this use since."),
    Field("confirmed_on", _SITE, Form.DATE, False, "Day on which its use was last confirmed."),
    Field("photos", _BOTH, Form.TEXT, False, "Names of the photo files sent along."),
    # the desk
    Field(
        "contact_role", _BOTH, Form.TEXT, True,
        "Role of the desk that answers day and night; never a person's name.",
    ),
    Field("contact_phone", _BOTH, Form.TEXT, False, "Telephone of that desk."),
    Field("contact_radio", _BOTH, Form.TEXT, False, "Radio channel and call sign of that desk."),
    # rules of the notification
    Field("valid_until", _BOTH, Form.DATE, False, "To be confirmed again by this day."),
    Field("consented_recipients", _BOTH, Form.TEXT, False, "Who may receive it."),
    Field(
        "sensitivity", _BOTH, Form.CHOICE, False, "Harm if it became public.",
        choices=("low", "moderate", "high", "severe"),
    ),
    # a movement as a whole
    Field(
        "purpose", _MOVEMENT, Form.OPEN_CHOICE, True, "What the movement is for.",
        choices=(
            "staff", "food", "non-food", "medical", "migrants", "evacuation", "general cargo",
            "repair", "vaccination",
        ),
    ),
    Field("vehicle_count", _MOVEMENT, Form.NUMBER, True, "How many vehicles."),
    Field("vehicle_types", _MOVEMENT, Form.TEXT, False, "Type and colour of the vehicles."),
    Field(
        "vehicle_plates", _MOVEMENT, Form.TEXT, False,
        "Number plates, only where a recipient requires them.",
    ),
    Field("people_count", _MOVEMENT, Form.NUMBER, False, "How many people; no names."),
    Field("return_leg", _MOVEMENT, Form.YES_NO, False, "Whether it goes back the same way."),
    Field("abort_points", _MOVEMENT, Form.TEXT, False, "Where it can turn off and wait."),
    Field("emergency", _BOTH, Form.YES_NO, False, "Whether it is an emergency."),
    Field("amendment_of", _BOTH, Form.TEXT, False, "Reference of the notification it replaces."),
    Field("stops", _MOVEMENT, Form.TEXT, False, "Its stops in order, in words."),
    # one stop of a movement
    Field(
        "stop_kind", _MOVEMENT, Form.CHOICE, True, "What happens at this place.", _STOP,
        ("departure", "waypoint", "holding point", "overnight stop", "arrival", "abort point"),
    ),
    Field("stop_name", _MOVEMENT, Form.TEXT, False, "What the place is called.", _STOP),
    Field("arrival_earliest", _MOVEMENT, Form.TIME, False, "There at the earliest.", _STOP),
    Field("arrival_latest", _MOVEMENT, Form.TIME, False, "There at the latest.", _STOP),
    Field("departure_earliest", _MOVEMENT, Form.TIME, False, "Off at the earliest.", _STOP),
    Field("departure_latest", _MOVEMENT, Form.TIME, False, "Off at the latest.", _STOP),
    Field("stay_min", _MOVEMENT, Form.NUMBER, False, "Longest stay there, in minutes.", _STOP),
    Field(
        "half_width_m", _MOVEMENT, Form.NUMBER, False, "Half width of the corridor, metres.", _STOP,
    ),
    Field("speed_kmh", _MOVEMENT, Form.NUMBERS, False, "Speed from here on, km/h."),
    # what airspace files say
    Field("airspace_class", _AIRSPACE, Form.TEXT, False, "Class of the airspace."),
    Field("airspace_type", _AIRSPACE, Form.TEXT, False, "Type of the airspace."),
    Field(
        "airspace_local_type", _AIRSPACE, Form.TEXT, False, "Its type by the rules of its country.",
    ),
    Field("airspace_rules", _AIRSPACE, Form.TEXT, False, "Rules that hold in it."),
    Field("airspace_frequency", _AIRSPACE, Form.TEXT, False, "Radio frequency of its station."),
    Field("airspace_station", _AIRSPACE, Form.TEXT, False, "Call sign of its station."),
    Field("airspace_transponder", _AIRSPACE, Form.TEXT, False, "Transponder code to set in it."),
)  # fmt: skip

NOTICE_FIELDS: Final = MappingProxyType(
    {field.name: field for field in FIELDS if field.home is Home.NOTICE}
)
"""The names that ``Declaration.notice`` may hold."""
