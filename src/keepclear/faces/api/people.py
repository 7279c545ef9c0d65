"""Routes to come in and to let others in."""

from __future__ import annotations

from typing import Final

from keepclear.faces.api.route import Route

__all__ = ["ROUTES"]

ROUTES: Final[tuple[Route, ...]] = ()
