"""Who may ask what, through a front: the tests of ``tests/api/test_routes.py``."""

from tests.front.again import again

globals().update(again("test_routes"))
