"""Who may ask what, through a front: the tests of ``tests/api/test_routes.py``."""

from tests.front.again import again
from tests.front.service import running

globals().update(again("test_routes", {"running": running}))
