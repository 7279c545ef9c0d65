"""YAML to plain lists, objects and texts, within limits, and without YAML's surprises.

Only the parser's events are used, never a constructor: every scalar is the text that was written, so
that ``NO`` is no boolean, ``12:30`` no number of seconds and a date no date. Anchors and aliases are
refused (a few hundred bytes of them stand for gigabytes), and so are tags, names given twice, several
documents, and nesting beyond the limit.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from keepclear.errors import InputError

__all__ = ["DEPTH_MAX", "NODES_MAX", "parse_yaml"]

DEPTH_MAX: Final = 64
"""Levels of nesting, as for JSON."""
NODES_MAX: Final = 5_000_000
"""Values in one document: the airspace of the UK has 14,000."""
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(content: bytes) -> Any:
    """The one document of a checked UTF-8 text: dicts, lists and strings; an empty scalar is None.

    Raises:
        InputError: ``yaml.invalid``, ``yaml.alias``, ``yaml.tag``, ``yaml.duplicate-key``,
            ``yaml.too-deep``, ``yaml.too-large``, ``yaml.documents``.
    """
    builder = _Builder()
    try:
        for event in yaml.parse(content.decode(), Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None)
        raise InputError(
            "yaml.invalid",
            f"the text is no YAML: {problem or 'it cannot be read'}",
            where="" if mark is None else f"line {mark.line + 1}",
        ) from None
    return builder.document


class _Builder:
    """Takes events one by one; holds open lists and objects on a stack of its own."""

    def __init__(self) -> None:
        self.document: Any = None
        self._documents = 0
        self._nodes = 0
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []
        """For each open container the key that waits for its value."""

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise InputError(
                    "yaml.documents", "found a second document, expected one", where=f"line {line}"
                )
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise InputError(
                "yaml.alias", "found an anchor or alias; write the value out", where=f"line {line}"
            )
        elif isinstance(event, yaml.ScalarEvent):
            plain = not event.style and event.value in {"", "~", "null"}
            self._refuse_tag(event, line)
            self._put(None if plain else event.value, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._refuse_tag(event, line)
            self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._keys.pop()

    def _refuse_tag(self, event: Any, line: int) -> None:
        if event.tag is not None and event.tag != "!":
            raise InputError(
                "yaml.tag", f"found the tag {event.tag[:40]!r}; take it out", where=f"line {line}"
            )

    def _begin(self, container: dict[str, Any] | list[Any], line: int) -> None:
        if len(self._open) == DEPTH_MAX:
            raise InputError(
                "yaml.too-deep",
                f"found more than {DEPTH_MAX} levels of nesting",
                where=f"line {line}",
            )
        self._put(container, line)
        self._open.append(container)
        self._keys.append(None)

    def _put(self, value: Any, line: int) -> None:
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise InputError(
                "yaml.too-large", f"found more than {NODES_MAX:,} values", where=f"line {line}"
            )
        if not self._open:
            self.document = value
            return
        owner = self._open[-1]
        if isinstance(owner, list):
            owner.append(value)
            return
        key = self._keys[-1]
        if key is not None:
            owner[key] = value
            self._keys[-1] = None
            return
        if not isinstance(value, str):
            raise InputError("yaml.invalid", "found a name that is no text", where=f"line {line}")
        if value in owner:
            raise InputError(
                "yaml.duplicate-key",
                f"the name {value[:40]!r} is given twice",
                where=f"line {line}",
            )
        self._keys[-1] = value
