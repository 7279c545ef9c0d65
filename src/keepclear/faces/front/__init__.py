"""A process of its own that speaks with clients, for a node that has much to decide."""
