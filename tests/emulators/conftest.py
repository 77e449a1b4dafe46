"""One process of emulators for the tests of a file; each test finds it empty and honest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from tests.emulators.acting import Client, Inputs

QUICK = EmulatorSettings(mean_seconds=0.02, tiny=True)


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return Inputs(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("emulators"), QUICK) as emulator:
        yield emulator


@pytest.fixture
def emulator(_running: Emulator) -> Emulator:
    _running.set_settings(QUICK)
    _running.reset()
    return _running


@pytest.fixture
def client(emulator: Emulator, inputs: Inputs) -> Iterator[Client]:
    client = Client(emulator, inputs)
    yield client
    client.http.close()
