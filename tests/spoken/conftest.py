"""One emulator of voices for all tests here, and a new home for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.voices.launch import VoicesEmulator, running
from tests.spoken.studio import Studio


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoicesEmulator]:
    with running(tmp_path_factory.mktemp("voices")) as made:
        yield made


@pytest.fixture
def here(tmp_path: Path, emulator: VoicesEmulator) -> Studio:
    emulator.reset()
    return Studio(tmp_path, emulator)
