"""What a node keeps: entries, the record's leaves and hashes, and what must still be sent, as one."""
