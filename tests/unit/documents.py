"""Decoded documents with one place changed: every place, and anything in it."""

from __future__ import annotations

import copy

__all__ = ["DELETE", "paths", "replaced"]

DELETE = object()
"""In place of a value: that there is none."""


def paths(node, here=()):
    """Every place of a decoded document, the whole first."""
    yield here
    items = node.items() if isinstance(node, dict) else ()
    if isinstance(node, list):
        items = enumerate(node)
    for key, value in items:
        yield from paths(value, (*here, key))


def replaced(document, path, value):
    """A copy with something else at one place."""
    if not path:
        return value
    made = copy.deepcopy(document)
    node = made
    for step in path[:-1]:
        node = node[step]
    if value is DELETE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return made
