"""The system's espeak-ng, where the package cannot be used."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from longtake.errors import MissingComponent, VoiceFailed
from longtake.speech.espeak import EspeakVoice, find_engine
from longtake.speech.espeak_library import LibraryEngine
from longtake.speech.espeak_names import voice_for_language, voice_named
from longtake.speech.espeak_program import ProgramEngine
from tests.conftest import component


@pytest.fixture
def _no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)


def test_the_package_comes_first() -> None:
    engine, _ = find_engine()
    assert isinstance(engine, LibraryEngine)
    engine.close()


@pytest.mark.usefixtures("_no_package")
def test_the_program_stands_in_for_the_package() -> None:
    component("espeak-ng")
    engine, catalogue = find_engine()
    assert isinstance(engine, ProgramEngine)
    assert len(catalogue.languages) > 100
    assert voice_for_language("pt-BR", catalogue).identifier == "roa/pt-BR"
    assert voice_named("en-us+f3", catalogue, language="en") == "gmw/en-US+f3"
    voice = EspeakVoice("gmw/en", engine)
    text = "- This is a sentence; it begins with a dash. <b>Übung</b> [[pause]]"
    first, second = (asyncio.run(voice.speak(text)) for _ in range(2))
    assert first.sample_rate_hz == 22_050
    assert 3 < len(first.samples) / first.sample_rate_hz < 10
    assert np.array_equal(first.samples, second.samples)
    assert not np.array_equal(
        first.samples[:9000], asyncio.run(EspeakVoice("gmw/en+f3", engine).speak(text)).samples[:9000]
    )


@pytest.mark.usefixtures("_no_package")
def test_the_program_names_a_voice_that_it_has_not() -> None:
    engine = ProgramEngine(component("espeak-ng"))
    with pytest.raises(VoiceFailed, match=r"espeak:nonsense failed at 'Hello there\.': espeak-ng ended with 1"):
        asyncio.run(EspeakVoice("nonsense", engine).speak("Hello there."))


@pytest.mark.usefixtures("_no_package")
def test_without_both_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        MissingComponent, match=r"install the Python package espeakng-loader, or .*apt-get install espeak-ng"
    ):
        find_engine()
