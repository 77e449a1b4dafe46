"""A place where paid voices speak: a home, an emulator of their providers, and a script to be spoken."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from emulators.voices.launch import VoicesEmulator
from longtake.ledger import Ledger, SpeechRequest, SpeechState, open_ledger
from tests.command_line import ROOT, environment, portrait
from tests.spoken.driver import run

SENTENCES = (
    "The first sentence is about the weather on the coast.",
    "The second one tells where the boats have gone today.",
    "A third sentence says nothing that anybody has to know.",
    "The fourth closes what was opened by the three before.",
)
USD_PER_CHARACTER = 0.00003
"""What OpenAI's `tts-1-hd` costs."""

VOICE = "openai:tts-1-hd/onyx"


class Studio:
    """A home of its own, and the emulator."""

    def __init__(self, folder: Path, emulator: VoicesEmulator) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.emulator = emulator
        self.script = folder / "talk.md"
        self.write()

    def write(self, *sentences: str, voice: str = VOICE) -> Path:
        """A script of two paragraphs, of these sentences."""
        self.folder.mkdir(parents=True, exist_ok=True)
        portrait(self.folder / "ada.png")
        said = sentences or SENTENCES
        half = len(said) // 2
        text = f"Ada: {' '.join(said[:half])}\n\nAda: {' '.join(said[half:])}\n"
        head = f"---\nid: talk\nspeakers:\n  Ada: {{image: ada.png, voice: '{voice}'}}\n---\n\n"
        self.script.write_text(head + text, encoding="utf-8")
        return self.script

    @property
    def env(self) -> dict[str, str]:
        """What points a process at this home and at the emulator."""
        pace = {
            "SUBMIT_TIMEOUT_SECONDS": "2",
            "CONNECT_TIMEOUT_SECONDS": "1",
            "RETRY_SECONDS": "0.05",
            "HEARTBEAT_SECONDS": "0.5",
            "STALE_AFTER_SECONDS": "2",
        }
        fast = {f"LONGTAKE_PACE__{name}": value for name, value in pace.items()}
        return environment(self.home, **self.emulator.env, **fast)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Speak the script in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.spoken.driver", str(self.script), *words],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def speak(self, *, budget_usd: float = 1.0, run_id: str = "a run") -> list[str]:
        """Speak the script in this process; the hashes of its lines' sounds."""
        with patch.dict(os.environ, self.env):
            return asyncio.run(run(self.script, budget_usd=budget_usd, run_id=run_id))

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger of the home."""
        ledger = open_ledger(f"sqlite:///{self.home / 'ledger.sqlite'}")
        try:
            yield ledger
        finally:
            ledger.dispose()

    def requests(self, *states: SpeechState) -> list[SpeechRequest]:
        """What the ledger says of requests in these states, or of all."""
        with self.ledger() as ledger:
            return [one for one in ledger.speech() if not states or one.state in states]

    @property
    def charged_usd(self) -> float:
        """What counts."""
        return sum(one.charged_micro_usd for one in self.requests()) / 1e6

    @property
    def billed_usd(self) -> float:
        """What the emulator has billed."""
        return sum(entry.characters for entry in self.emulator.billed()) * USD_PER_CHARACTER
