"""Bytes to domain values, one file per format; no file is opened here."""
