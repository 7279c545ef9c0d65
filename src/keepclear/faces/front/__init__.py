"""A process of its own that speaks with clients, in front of the one that decides."""
