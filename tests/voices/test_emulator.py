"""The emulator of voices keeps its book, refuses as providers do, and ends with who started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from emulators.voices.book import SpokenEntry, read_book
from emulators.voices.launch import VoicesEmulator, running
from emulators.voices.rules import VoiceRule
from emulators.voices.site import KEYS
from longtake.errors import LongtakeError
from tests.voices.voicing import ALL, ELEVENLABS, OPENAI, TEXT, speak

ROOT = Path(__file__).parent.parent.parent


def test_the_same_folder_finds_its_book_again(tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {KEYS['openai']}"}
    body = {"model": "tts-1", "voice": "onyx", "input": "Hello.", "response_format": "wav"}
    for times in (1, 2):
        with running(tmp_path) as emulator:
            answer = httpx.post(f"{emulator.url}/openai/v1/audio/speech", json=body, headers=headers)
            assert answer.headers["Content-Type"] == "audio/wav" and answer.content[:4] == b"RIFF"
            assert len(emulator.book()) == times
    assert [entry.characters for entry in read_book(tmp_path)] == [6, 6]


def test_no_key_is_in_the_book(emulator: VoicesEmulator) -> None:
    for spec in ALL:
        speak(spec)
    written = (emulator.folder / "book.jsonl").read_text()
    assert len(written.splitlines()) == len(ALL)
    assert not any(key in written for key in KEYS.values())
    assert [SpokenEntry.model_validate_json(line).provider for line in written.splitlines()] == list(KEYS)


def test_rules_strike_the_provider_the_text_and_the_turn_that_they_name(emulator: VoicesEmulator) -> None:
    emulator.set_faults(
        [
            VoiceRule(provider="elevenlabs", fault="bad-times"),
            VoiceRule(fault="mp3", match="evening", nth=(2,)),
        ]
    )
    for spec, text in ((OPENAI, TEXT), (OPENAI, TEXT), (OPENAI, "Other words."), (ELEVENLABS, TEXT)):
        speak(spec, text)
    assert [entry.answered for entry in emulator.book()] == ["sound", "mp3", "sound", "bad-times"]
    emulator.reset()
    speak(ELEVENLABS)
    assert [entry.answered for entry in emulator.book()] == ["sound"]


def test_a_rule_that_cannot_be_is_refused(emulator: VoicesEmulator) -> None:
    answer = httpx.put(f"{emulator.url}/control/faults", content=b'[{"fault": "boredom"}]')
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("openai/v1/audio/speech", {}, {"input": "x"}, 401),
        ("elevenlabs/v1/text-to-speech/v/with-timestamps", {}, {"text": "x"}, 401),
        ("polly/v1/speech", {}, {"Text": "x"}, 403),
        ("fal/fal-ai/kokoro/x", {}, {"prompt": "x"}, 401),
        ("aimlapi/v1/tts", {}, {"text": "x"}, 401),
        ("openai/v1/audio/speech", {"Authorization": f"Bearer {KEYS['openai']}"}, {"input": "x" * 4097}, 400),
        (
            "elevenlabs/v1/text-to-speech/v/with-timestamps",
            {"xi-api-key": KEYS["elevenlabs"]},
            {"text": "x" * 10_001},
            400,
        ),
        ("openai/v1/images", {}, {}, 404),
        ("nobody/v1/audio/speech", {}, {}, 404),
    ],
)
def test_it_refuses_as_providers_do(
    emulator: VoicesEmulator, path: str, headers: dict[str, str], body: dict[str, str], status: int
) -> None:
    assert httpx.post(f"{emulator.url}/{path}", json=body, headers=headers).status_code == status
    assert emulator.billed() == []


def test_a_port_in_use_is_told(emulator: VoicesEmulator, tmp_path: Path) -> None:
    port = httpx.URL(emulator.url).port
    with pytest.raises(LongtakeError, match=f"port {port} cannot be had"), running(tmp_path, port=port or 0):
        pass


def test_it_runs_from_a_terminal_and_ends_at_sigterm(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "emulators.voices"]
    place = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=place) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        url = told["url"]
        assert told["env"]["OPENAI_BASE_URL"] == f"{url}/openai/v1"
        assert httpx.get(f"{url}/control/most-at-once").json() == {}
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not list(tmp_path.glob("longtake-voices-*"))
