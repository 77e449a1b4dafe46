"""For all tests of asking: one server, one home and one set of providers; and a ledger on SQLite and on Postgres."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from emulators.voices import launch as voices
from tests.asking.desk import Producer
from tests.asking.killed import STARTUP
from tests.asking.story import Story, make_story
from tests.command_line import ROOT
from tests.lasting_media import end, start_up
from tests.ledger.conftest import clock, folder, ledger, opened, other, url  # noqa: F401  fixtures
from tests.paid.shop import shop
from tests.postgres import _database, empty_postgres, new_postgres, postgres_server  # noqa: F401  fixtures


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return make_story(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="session")
def producer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Producer]:
    """The processes of its runs can be killed at a point; else all is as `longtake up` serves it."""
    path = os.pathsep.join(map(str, (STARTUP, ROOT)))
    place = tmp_path_factory.mktemp("asking")
    with shop(place) as paid, voices.running(place / "voices") as hosted:
        running = start_up(paid.home, **(hosted.env | paid.env), PYTHONPATH=path)
        yield Producer(running, paid, hosted)
        running.process.send_signal(signal.SIGINT)
        end(running.process)
