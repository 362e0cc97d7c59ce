"""What hangs in a test ends it, and the failure says where."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from tests import forks, hanging
from tests.forks import Child
from tests.hanging import Hung
from tests.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), forks.needed]


@pytest.fixture
def impatient(monkeypatch):
    for module in (forks, hanging):
        monkeypatch.setattr(module, "LIMIT", 0.3)


def waits_in_vain():
    threading.Event().wait(60)


def test_a_process_that_hangs_is_ended_and_tells_its_line(impatient):
    child = Child(waits_in_vain)
    with pytest.raises(Hung, match="in waits_in_vain"):
        child.end()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_a_process_tells_the_error_it_died_of():
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        Child(lambda: 1 // 0).end()


def test_how_a_process_ended():
    assert Child(lambda: 3).end() == 3
    assert Child(lambda: os.kill(os.getpid(), signal.SIGKILL)).end() == -signal.SIGKILL


def test_threads_that_hang_tell_their_line(impatient):
    with pytest.raises(Hung, match="in waits_in_vain"):
        at_once(2, lambda index: waits_in_vain() if index else None)
