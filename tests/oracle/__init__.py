"""Independent oracles: slow, plain calculations that keepclear's verdicts are compared with.

Nothing here imports keepclear. Inputs are tuples, floats and integers; see README.md beside this
file for the signatures.
"""
