"""Frozen values in the words of the field; no input or output, no clock, no third-party import."""
