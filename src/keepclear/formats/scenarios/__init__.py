"""Scenarios: texts that people write, and that are played on real nodes (``docs/scenarios.md``)."""
