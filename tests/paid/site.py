"""A place for paid runs: emulated providers, a home with a ledger and works, and processes that render them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulators.book import Book
from emulators.faults import ProviderName
from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from longtake.assets import FolderStore
from longtake.ledger import Job, Ledger, open_ledger
from tests.command_line import ROOT, environment
from tests.paid.works import QUICK, RESOLUTION, make_works

QUICK_PROVIDERS = EmulatorSettings(mean_seconds=0.3, tiny=True)
DRIVER_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Site:
    """Where a test renders and pays."""

    folder: Path
    provider: ProviderName
    emulator: Emulator
    works: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def store(self) -> FolderStore:
        return FolderStore(self.home / "store")

    @property
    def env(self) -> dict[str, str]:
        return environment(self.home, **(QUICK | self.emulator.env))

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start rendering the works, in a process that knows nothing of Prefect's flow."""
        command = [sys.executable, "-m", "tests.paid.driver", str(self.works), "--provider", self.provider, *words]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.env | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: str, **more: str) -> dict[str, str]:
        """Render the works to the end; by label, what became of each."""
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=DRIVER_TIMEOUT_SECONDS)
        assert process.returncode == 0, f"{process.returncode}\n{out}\n{err}"
        told: dict[str, str] = json.loads(out)
        return told

    def run_killed(self, point: str, count: int = 1) -> None:
        """Render the works until the process kills itself at the point."""
        process = self.start("--kill-at", point, "--at-count", str(count))
        out, err = process.communicate(timeout=DRIVER_TIMEOUT_SECONDS)
        assert process.returncode == -signal.SIGKILL, f"it was never at {point!r}\n{out}\n{err}"

    @property
    def book(self) -> Book:
        return self.emulator.book(self.provider)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = open_ledger(f"sqlite:///{self.home / 'ledger.sqlite'}")
        try:
            yield ledger
        finally:
            ledger.dispose()

    def jobs(self, *states: str) -> tuple[Job, ...]:
        """The ledger's jobs, those in the given states where any are given."""
        with self.ledger() as ledger:
            return tuple(job for job in ledger.jobs() if not states or job.state.value in states)


@contextmanager
def site(
    folder: Path, provider: ProviderName = "fal", *, clips: int = 3, settings: EmulatorSettings = QUICK_PROVIDERS
) -> Iterator[Site]:
    """A fresh place with so many works."""
    folder.mkdir(parents=True, exist_ok=True)
    works = make_works(folder, clips, resolution=RESOLUTION[provider])
    with running(folder / "providers", settings) as emulator:
        yield Site(folder, provider, emulator, works)


def all_clips(told: dict[str, str]) -> bool:
    """Whether every work has its clip."""
    return all(text.startswith("clip ") for text in told.values())


def random_kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL from outside, at whatever line it is."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
