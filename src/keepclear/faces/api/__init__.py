"""The HTTP face of a node: who asks is known first, then whether they may, then what they see."""
