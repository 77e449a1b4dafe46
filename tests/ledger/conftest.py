"""A ledger on SQLite and on Postgres: each test runs on both."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from longtake.ledger import Ledger
from tests.ledger.making import Clock, Opener
from tests.postgres import _database, empty_postgres, new_postgres, postgres_server  # noqa: F401  fixtures


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A new folder, in memory where there is such a place: SQLite waits for the disk at each step of a job."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="lt-ledger-") as name:
        yield Path(name)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'ledger.sqlite'}"
    address: str = request.getfixturevalue("empty_postgres")
    return address


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(url: str, clock: Clock) -> Iterator[Opener]:
    """Opens the same ledger for one process after another."""
    opener = Opener(url, clock)
    yield opener
    opener.close()


@pytest.fixture
def ledger(opened: Opener) -> Ledger:
    return opened("me")


@pytest.fixture
def other(opened: Opener, ledger: Ledger) -> Ledger:
    """The same ledger, in another process."""
    return opened("other")
