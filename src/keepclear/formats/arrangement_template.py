"""An arrangement to begin with, with a comment on every part; a test reads it back."""

from __future__ import annotations

from typing import Final

__all__ = ["TEMPLATE"]

TEMPLATE: Final = """\
# An arrangement between parties who share a space, but not their plans.
# It says what was agreed, so that differences from it can be computed. It permits nothing.
format = "keepclear arrangement 1"
name = "Darling"
version = 1

# How close the parties work: apart, parallel, coordinated, united. Every pair must be named.
[[rung]]
between = ["Alder", "Birch"]
is = "parallel"

[[party]]
name = "Alder"
desk = "duty officer, line 1, 243.0 MHz"   # a role and how to reach it, never a person

[[party]]
name = "Birch"
desk = "duty officer, line 2"

# Humanitarian parties notify; they stand on no rung, and nothing here asks anything of them.
[humanitarian]
names = ["Relief"]
confirmed_for = "180d"   # a site that is not confirmed again goes on standing, as unconfirmed

# Who serves you as a third. "compare": all parties declare to its node, which shows none another's
# plan. "relay": its desk passes sealed notes on where two cannot reach each other, and reads none.
# [[third]]
# name = "secretariat"
# does = ["compare", "relay"]

# Where it holds. Positions in any notation; leave it out for everywhere.
[theatre]
outline = ["31.8 S 142.8 E", "30.2 S 142.8 E", "30.2 S 145.6 E", "31.8 S 145.6 E"]

# Who keeps to which side, seen by somebody who walks along the line as it is written.
[dividing_line]
line = ["31.560 S 143.380 E", "31.200 S 143.950 E", "30.940 S 144.420 E", "30.530 S 145.120 E"]
left = "Birch"
right = "Alder"

# What must remain free between declarations of two parties.
[separation]
horizontal = "1000m"
vertical = "300ft"
time = "0s"

# How long before it begins a declaration is to be made. A humanitarian notification is never late.
[notice]
operation = "30min"
restriction = "30min"

# What the other members see: "open" (the plan) or "crossing" (the shared part, and whom to call).
[disclosure]
operation = "crossing"
restriction = "open"
area = "open"

[rules]
equal_priority_may_cross = false

# What is answered within which time.
[deadlines]
receipt = "10min"
urgent = "60s"
read_back = "30min"

# When the line is tested every day, and what all pilots and desks listen to.
[line]
tests = ["04:00Z", "10:00Z"]
frequencies = ["243.0 MHz", "121.5 MHz"]
languages = ["en"]

# What one party may ask of another in a day where only crossings are disclosed.
[caps]
declarations = 500
area_km2_hours = 25000
withdrawals_after_verdict = 20

[retention]
operations = "24h"
evidence = "3653d"
"""
