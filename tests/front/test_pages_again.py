"""Pages and their order, through a front: the tests of ``tests/api/test_pages.py``."""

from tests.front.again import again

globals().update(again("test_pages"))
