"""One emulator for all tests of hosted voices; each begins with an empty book and no faults."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from emulators.voices.launch import VoicesEmulator, running

FOREIGN = ("AWS_", "OPENAI_", "ELEVENLABS_", "FAL_", "AIML_", "LONGTAKE_FAL", "LONGTAKE_AIML", "LONGTAKE_ELEVEN")


@pytest.fixture(scope="session")
def _emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoicesEmulator]:
    with running(tmp_path_factory.mktemp("voices")) as emulator:
        yield emulator


@pytest.fixture
def keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, address or profile of the user's own."""
    for name in os.environ:
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def emulator(_emulator: VoicesEmulator, keyless: None, monkeypatch: pytest.MonkeyPatch) -> VoicesEmulator:
    """The emulator, and an environment that points at it."""
    _emulator.reset()
    for name, value in _emulator.env.items():
        monkeypatch.setenv(name, value)
    return _emulator
