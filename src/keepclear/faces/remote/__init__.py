"""The command line as a client of a node that is served: an address stands in place of its folder."""
