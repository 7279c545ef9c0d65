"""Pages and their order, through a front: the tests of ``tests/api/test_pages.py``."""

from tests.front.again import again
from tests.front.service import running

globals().update(again("test_pages", {"running": running}))
