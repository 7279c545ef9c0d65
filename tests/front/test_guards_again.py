"""What goes before an answer, through a front: the tests of ``tests/api/test_guards.py``."""

from tests.front.again import again
from tests.front.service import running

globals().update(again("test_guards", {"running": running}))
