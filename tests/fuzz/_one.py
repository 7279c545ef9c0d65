"""The process of one harness: ``python -m tests.fuzz._one NAME CORPUS [options of libFuzzer]``."""

from __future__ import annotations

import importlib
import sys

import atheris

with atheris.instrument_imports(include=["keepclear.formats", "keepclear.domain"]):
    harness = importlib.import_module(f"tests.fuzz.{sys.argv.pop(1)}")

atheris.Setup(sys.argv, harness.one)
atheris.Fuzz()
