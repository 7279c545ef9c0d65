"""A duty desk by command: the same words at the node in a folder and at one that is served."""
