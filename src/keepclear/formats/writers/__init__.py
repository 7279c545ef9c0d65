"""Declarations -> bytes, one file per format; what a form cannot hold is told, never dropped."""
