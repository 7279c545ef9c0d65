"""A full disk is the operator's to mend, wherever it shows, and no fault of ours."""

from __future__ import annotations

import errno
import os

import pytest

from keepclear import app
from keepclear.faces.outcome import Exit


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_no_fault(monkeypatch, capsys, number):
    def full(**_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(app.cli, "main", full)
    assert app.main(["check"]) == Exit.UNREADABLE
    assert "the disk is full" in capsys.readouterr().err


def test_another_error_of_the_system_is(monkeypatch, capsys):
    def broken(**_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(app.cli, "main", broken)
    assert app.main(["check"]) == Exit.BUG
    assert "fault in keepclear" in capsys.readouterr().err
