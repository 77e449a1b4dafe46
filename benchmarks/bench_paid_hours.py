"""Ten hours at a paid provider, on one machine: memory of every process, what orchestration costs, and a rerun.

A recording of noise bursts and silences, no two alike, is cut into clips of at most 30 s; the emulated fal draws them
with tiny frames. What orchestration costs is measured apart: task runs around a maker that answers at once.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.processes import Watch
from emulators.launch import Emulator, running
from emulators.settings import AccountSettings, EmulatorSettings
from tests.command_line import portrait

HOURS = float(os.environ.get("BENCH_HOURS", "10"))
RATE = 24_000
PLACES = 20
SETTINGS = EmulatorSettings(
    mean_seconds=2,
    tiny=True,
    fal=AccountSettings(concurrency=PLACES, key="emulated-key-id:emulated-fal-secret"),
)
GOAL_MEGABYTES, GOAL_RERUN_SECONDS, GOAL_CLIP_MS = 500, 15, 10


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        begun = time.monotonic()
        recording = write_recording(folder / "recording.wav", HOURS * 3600)
        portrait(folder / "ada.png", size=(1280, 720))
        print(f"(made {HOURS:g} hours of sound in {time.monotonic() - begun:.0f} s)", flush=True)
        with running(folder / "providers", SETTINGS) as emulator:
            words = ("render", "--audio", str(recording), "--image", str(folder / "ada.png"), "--provider", "fal")
            words += ("--resolution", "1080p", "--budget", "20000", "--yes", "-o", str(folder / "out" / "hours.mp4"))
            result = timed("from nothing to paid and checked", folder, emulator, *words)
            clips, paid = int(str(result["clips"])), emulator.book("fal").paid
            assert paid == clips, (paid, clips)
            timed("the same command again", folder, emulator, *words)
            shutil.rmtree(folder / "out")
            timed(f"its video is gone: a rerun (goal {GOAL_RERUN_SECONDS} s)", folder, emulator, *words)
            assert emulator.book("fal").paid == clips
        print(f"  {clips} clips, {paid} paid")


def write_recording(path: Path, seconds: float) -> Path:
    """Sentences of 2 to 4.5 s with pauses of 0.25 to 0.6 s between them."""
    chance = random.Random(1)
    noise = np.random.default_rng(1).standard_normal(60 * RATE, dtype=np.float32) * 0.08
    noise *= (0.55 + 0.45 * np.sin(np.arange(noise.size) * (2 * np.pi * 4 / RATE))).astype(np.float32)
    with soundfile.SoundFile(path, "w", samplerate=RATE, channels=1, subtype="PCM_16") as sound:
        while sound.tell() < seconds * RATE:
            length = chance.randint(2 * RATE, 9 * RATE // 2)
            start = chance.randrange(noise.size - length)
            sound.write(noise[start : start + length])
            sound.write(np.zeros(chance.randint(RATE // 4, RATE * 6 // 10), np.float32))
    return path


def timed(title: str, folder: Path, emulator: Emulator, *words: str) -> dict[str, object]:
    """Run the command, print what it took, and return its result."""
    home = folder / "home"
    environment = os.environ | emulator.env | {
        "LONGTAKE_HOME": str(home),
        "LONGTAKE_IN_PROGRESS": json.dumps({"fal": PLACES}),
        "LONGTAKE_PACE__POLL_SECONDS": "0.5",
        "LONGTAKE_PACE__LONGEST_POLL_SECONDS": "0.5",
    }  # fmt: skip
    begun = time.monotonic()
    with Watch(home) as watch:
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", *words, "--json"],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        sys.exit(f"longtake {' '.join(words)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    print(
        f"  {title:48}{time.monotonic() - begun:7.1f} s, largest process {watch.largest_megabytes} MB "
        f"(goal {GOAL_MEGABYTES})\n{watch.report()}",
        flush=True,
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    main()
