"""The line over HTTPS: notes to the addresses on a peer's card, and notes that come."""
