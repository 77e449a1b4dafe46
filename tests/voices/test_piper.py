"""Piper's voices: found by name or path, spoken by a process of its own, whole, and not in the loop's way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from longtake.errors import MissingComponent, SettingError, VoiceFailed
from longtake.settings import load_settings
from longtake.speech import Voice, open_voice
from longtake.speech.piper import PiperVoice, piper_voices
from longtake.speech.voice import Speech
from tests.voices.tiny_piper import NAME, RATE, SAMPLES_PER_PHONEME, write_tiny_voice

SPEC = f"piper:{NAME}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LONGTAKE_PIPER_DIR", str(tmp_path / "voices"))
    write_tiny_voice(tmp_path / "voices")
    return tmp_path / "voices"


def said(voice: Voice, *texts: str) -> list[Speech]:
    async def all_of_them() -> list[Speech]:
        try:
            return await asyncio.gather(*(voice.speak(text) for text in texts))
        finally:
            await voice.close()

    return asyncio.run(all_of_them())


def test_a_voice_speaks_by_its_name(folder: Path) -> None:
    voice = open_voice(SPEC, "en")
    (speech,) = said(voice, "Hello, world.")
    assert voice.name == SPEC
    assert speech.sample_rate_hz == RATE
    assert speech.samples.dtype == np.int16
    assert len(speech.samples) % SAMPLES_PER_PHONEME == 0
    assert len(speech.samples) > 10 * SAMPLES_PER_PHONEME
    assert voice.price_usd_per_character == 0


def test_sentences_that_piper_takes_apart_are_joined(folder: Path) -> None:
    first, second, both = said(open_voice(SPEC, "en"), "One is here.", "Two is there!", "One is here. Two is there!")
    assert len(both.samples) == len(first.samples) + len(second.samples)
    assert np.array_equal(both.samples, np.concatenate([first.samples, second.samples]))


def test_brackets_are_no_phonemes_in_a_text(folder: Path) -> None:
    plain, bracketed = said(open_voice(SPEC, "en"), "Say this now.", "Say [[this]] now.")
    assert np.array_equal(plain.samples, bracketed.samples)


def test_a_voice_is_found_by_its_path(tmp_path: Path) -> None:
    model = write_tiny_voice(tmp_path / "elsewhere", "mine")
    assert said(open_voice(f"piper:{model}", "en"), "Hello.")[0].samples.any()


def test_the_default_folder_is_in_the_home() -> None:
    settings = load_settings()
    assert settings.piper_path == settings.home_path / "voices"


def test_what_a_voice_is_follows_from_its_files_and_not_from_where_they_are(folder: Path, tmp_path: Path) -> None:
    copy = write_tiny_voice(tmp_path / "copy", "other-name")
    higher = write_tiny_voice(tmp_path / "higher", hertz=20)
    here, there, other = (open_voice(spec, "en").identity for spec in (SPEC, f"piper:{copy}", f"piper:{higher}"))
    assert here == there
    assert here != other
    settings = copy.with_name(f"{copy.name}.json")
    settings.write_text(settings.read_text().replace("16000", "16001"))
    os.utime(settings, ns=(1, 1))
    assert open_voice(f"piper:{copy}", "en").identity != here


@pytest.mark.parametrize("gone", [".onnx", ".onnx.json"])
def test_a_voice_that_is_not_whole_names_the_folder_and_the_file(folder: Path, gone: str) -> None:
    (folder / f"{NAME}{gone}").unlink()
    with pytest.raises(SettingError) as refused:
        open_voice(SPEC, "en")
    told = str(refused.value)
    assert f"{NAME}{gone} not found in {folder}" in told
    assert "piper.download_voices" in told


def test_both_files_are_named_when_neither_is_there(folder: Path) -> None:
    with pytest.raises(SettingError, match=r"de_DE-thorsten-high\.onnx and de_DE-thorsten-high\.onnx\.json not found"):
        open_voice("piper:de_DE-thorsten-high", "de")
    with pytest.raises(SettingError, match="needs a name"):
        open_voice("piper:", "en")


def test_without_piper_it_is_said_how_to_have_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "piper", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingComponent, match=r"longtake\[piper\]"):
        open_voice(SPEC, "en")


def test_a_file_that_is_no_voice_is_refused(folder: Path) -> None:
    (folder / f"{NAME}.onnx").write_bytes(b"not a graph")
    with pytest.raises(SettingError, match="is no voice of Piper"):
        said(open_voice(SPEC, "en"), "Hello.")


def test_a_text_without_sound_has_failed(folder: Path) -> None:
    voice = open_voice(SPEC, "en")
    with pytest.raises(VoiceFailed, match="gave no sound"):
        said(voice, "")


def test_a_process_that_dies_is_replaced(folder: Path) -> None:
    voice = open_voice(SPEC, "en")
    assert isinstance(voice, PiperVoice)

    async def with_a_death() -> tuple[Speech, Speech, bool]:
        before = await voice.speak("Hello.")
        assert voice._process is not None
        pid = voice._process.pid
        os.kill(pid, signal.SIGKILL)
        after = await voice.speak("Hello.")
        is_other = voice._process.pid != pid
        await voice.close()
        return before, after, is_other

    before, after, is_other = asyncio.run(with_a_death())
    assert np.array_equal(before.samples, after.samples)
    assert is_other


def test_the_loop_goes_on_while_it_speaks_and_a_closed_voice_opens_anew(folder: Path) -> None:
    voice = open_voice(SPEC, "en")

    async def turns_meanwhile() -> int:
        turns, speaking = 0, asyncio.ensure_future(voice.speak("A longer sentence is spoken here."))
        while not speaking.done():
            turns += 1
            await asyncio.sleep(0)
        await voice.close()
        return turns

    assert asyncio.run(turns_meanwhile()) > 10
    assert asyncio.run(turns_meanwhile()) > 10


def test_the_voices_of_a_folder_are_listed(folder: Path) -> None:
    (folder / "broken.onnx").write_bytes(b"")
    (voice,) = piper_voices(folder)
    assert (voice.name, voice.language, voice.title) == (SPEC, "en-US", NAME)
    assert piper_voices(folder / "nowhere") == ()
