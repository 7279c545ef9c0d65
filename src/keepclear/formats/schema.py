"""What is refused by name, wherever it appears, because keepclear must not carry it.

The names are compared without case, accents, spaces and punctuation, in every language that tables
are written in (``labels``). A row that carries one is refused as a
whole: taking the rest silently would tell its party that such data has a place here.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from keepclear.errors import InputError
from keepclear.formats.labels import refused_name
from keepclear.formats.labels.folding import folded

__all__ = ["refuse_unwelcome", "unwelcome"]

_NAMES: Final = MappingProxyType(
    {
        "places or things to be struck": """
            target targets targetid targetname targetlist aimpoint aimpoints aimingpoint dmpi
            strikerequest
        """,
        "weapons or their effects": """
            weapon weapons weaponsystem munition munitions ordnance effect effects desiredeffect
            weaponeffect
        """,
        "intelligence, labels of hostility or strengths": """
            intelligence intel intelreport hostile hostiles ishostile enemy enemies threat threats
            threatlevel strength troopstrength forcestrength unitstrength
        """,
        "names, nationalities or identity numbers of persons": """
            person persons personname personid firstname lastname surname familyname givenname
            pilotname drivername commandername patient patients patientname patientid passport
            passportnumber nationalid identitynumber idnumber socialsecuritynumber ssn dateofbirth
            nationality nationalities citizenship
        """,
        "tracks of persons' devices": """
            imei imsi msisdn phonetrack phonelocation devicetrack personaldevice
        """,
        "permissive fire-support measures": """
            killbox killboxes freefirearea freefirezone firesupport firesupportarea
        """,
    }
)
_UNWELCOME: Final = MappingProxyType(
    {name: reason for reason, names in _NAMES.items() for name in names.split()}
)


@lru_cache(maxsize=4096)
def unwelcome(name: str) -> str | None:
    """What a property or kind of this name would carry, if it is refused; else ``None``."""
    reason = _UNWELCOME.get(folded(name))
    if reason is None and (known := refused_name(name)) is not None:
        reason = _UNWELCOME[known]
    return reason


def refuse_unwelcome(name: str, value: Any) -> None:
    """Refuse a row for a property that is welcome in no declaration; nothing said is nothing.

    Raises:
        InputError: ``schema.refused``.
    """
    if value is None or value == "":
        return
    reason = unwelcome(name)
    if reason is not None:
        raise InputError(
            "schema.refused",
            f"keepclear carries no {reason}; take {name[:40]!r} out to declare the rest",
        )
