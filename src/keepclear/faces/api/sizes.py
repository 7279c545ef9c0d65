"""How large one declaration may be over the network, said as a problem of the request."""

from __future__ import annotations

from keepclear.faces.api.problems import Problem
from keepclear.node.sizes import PARTS_MAX, PLACES_MAX, too_large
from keepclear.wire.forms import DeclarationForm

__all__ = ["PARTS_MAX", "PLACES_MAX", "check_size"]


def check_size(said: DeclarationForm) -> None:
    """Whether a declaration is not too large to be judged while others wait.

    Raises:
        Problem: 422 ``declaration.large``.
    """
    why = too_large(said)
    if why:
        raise Problem(422, "declaration.large", why, where="parts")
