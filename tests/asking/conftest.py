"""One server, one home and one set of providers for all tests of asking."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.asking.desk import Producer
from tests.asking.killed import STARTUP
from tests.command_line import ROOT
from tests.lasting_media import end, start_up
from tests.paid.shop import shop


@pytest.fixture(scope="session")
def producer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Producer]:
    """The processes of its runs can be killed at a point; else all is as `longtake up` serves it."""
    path = os.pathsep.join(map(str, (STARTUP, ROOT)))
    with shop(tmp_path_factory.mktemp("asking")) as paid:
        running = start_up(paid.home, **paid.env, PYTHONPATH=path)
        yield Producer(running, paid)
        running.process.send_signal(signal.SIGINT)
        end(running.process)
