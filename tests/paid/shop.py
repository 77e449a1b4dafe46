"""The command line with money: real processes, a home of their own, emulated providers and what their books say."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.faults import PROVIDERS, ProviderName, Rule
from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from longtake.ledger import Job, open_ledger
from tests.command_line import ROOT, environment, longtake, portrait, start
from tests.paid.works import QUICK
from tests.prefect_database import put_database

PROVIDERS_OF_SHOP = EmulatorSettings(mean_seconds=0.2, tiny=True)
TERMINAL_SECONDS = 120

LINES = ("Good morning to all of you.", "I answer at once, and it is a pleasure.", "We have said enough for today.")


def write_talk(folder: Path, video: str, lines: Sequence[str] = LINES) -> Path:
    """A script of two speakers in turn: a line is a clip."""
    folder.mkdir(parents=True, exist_ok=True)
    portrait(folder / "ada.png", size=(1280, 720))
    portrait(folder / "ben.png", colour="#8d5f43", size=(1280, 720))
    head = "speakers:\n  Ada: {image: ada.png, voice: en-gb+f3}\n  Ben: {image: ben.png, voice: en-us+m3}\n"
    body = "\n\n".join(f"{('Ada', 'Ben')[number % 2]}: {line}" for number, line in enumerate(lines))
    script = folder / f"{video}.md"
    script.write_text(f"---\nid: {video}\n{head}---\n{body}\n")
    return script


@dataclass(frozen=True)
class Shop:
    """Where a user types commands that cost money."""

    folder: Path
    emulator: Emulator

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def env(self) -> dict[str, str]:
        return QUICK | self.emulator.env

    def type(self, *words: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """Type a command where there is no terminal, and see that it ends with `code`."""
        return longtake(self.home, *words, code=code, **(self.env | more))

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start a command where there is no terminal."""
        return start(self.home, *words, **(self.env | more))

    def type_on_terminal(self, *words: str, answer: str) -> tuple[int, str]:
        """Type a command on a terminal, and the answer to its question; its exit code and all that was shown."""
        put_database(self.home)
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *words],
            cwd=ROOT,
            env=environment(self.home, **self.env, TERM="xterm"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown, is_answered = b"", False
        with os.fdopen(ours, "r+b", buffering=0) as terminal:
            while part := _read(terminal.fileno()):
                shown += part
                if b"[y/n]" in shown and not is_answered:
                    is_answered = True
                    terminal.write(f"{answer}\n".encode())
        return process.wait(timeout=TERMINAL_SECONDS), shown.decode()

    def write(self, video: str, lines: Sequence[str] = LINES) -> Path:
        """A script, alone in a folder of its own."""
        return write_talk(self.folder / video, video, lines)

    def output(self, video: str) -> Path:
        """Where the video of that name is written."""
        return self.folder / video / f"{video}.mp4"

    def words(self, video: str, *more: str, command: str = "render") -> tuple[str, ...]:
        """The command that renders a script that was written, at fal unless another provider is named."""
        provider = () if "--provider" in more else ("--provider", "fal")
        output = str(self.output(video))
        return (command, str(self.folder / video / f"{video}.md"), "-o", output, *provider, *more)

    def render(self, video: str, *more: str, budget: float = 20.0, **env: str) -> dict[str, Any]:
        """Render a script that was written, with --yes; the result."""
        done = self.type(*self.words(video, "--budget", str(budget), "--yes", "--json", *more), **env)
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def jobs(self, video: str) -> list[Job]:
        """The ledger's jobs of a video, the oldest first."""
        ledger = open_ledger(f"sqlite:///{self.home / 'ledger.sqlite'}")
        try:
            return list(reversed(ledger.jobs(video=video)))
        finally:
            ledger.dispose()

    @property
    def paid(self) -> int:
        """How many jobs all providers together have billed."""
        return sum(self.emulator.book(provider).paid for provider in PROVIDERS)

    @property
    def asked(self) -> int:
        """How many requests all providers have seen."""
        return len(self.emulator.requests())

    def bodies(self, provider: ProviderName = "fal") -> list[dict[str, Any]]:
        """What was sent with each job that the provider accepted."""
        folder = self.emulator.home / "jobs" / provider
        jobs = (json.loads(path.read_bytes()) for path in folder.glob("*.json"))
        return [job["given"] for job in sorted(jobs, key=lambda job: float(job["accepted_at"]))]

    @contextmanager
    def faults(self, *rules: Rule) -> Iterator[None]:
        """Let things go wrong for as long as the context lasts."""
        self.emulator.set_faults(rules)
        try:
            yield
        finally:
            self.emulator.set_faults(())


def _read(terminal: int) -> bytes:
    """What was shown since; nothing when the program has left the terminal, which Linux tells by an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


@contextmanager
def shop(folder: Path, settings: EmulatorSettings = PROVIDERS_OF_SHOP) -> Iterator[Shop]:
    """A fresh place to type commands at."""
    with running(folder / "providers", settings) as emulator:
        yield Shop(folder, emulator)
