"""``keepclear demo``: scenarios played on real nodes of this machine, on a stepped clock."""
