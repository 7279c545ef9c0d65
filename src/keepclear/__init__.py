"""keepclear keeps the operations of parties who share a space out of each other's way."""

__version__ = "0.1.0"
