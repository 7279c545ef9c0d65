"""Domain values as canonical JSON and back: the one home of bytes that are stored, sent and hashed."""
