"""One hour of script to a finished preview, from nothing; then an edit, then nothing to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.command_line import portrait

TEXT = (
    "the river ran slowly past an old mill where two friends met every morning to talk about what they had seen and "
    "what they hoped to build before winter came although neither of them knew how long the work would really take"
)
GOAL_SECONDS = 60


def script_of(folder: Path, hours: float) -> Path:
    """A script of our own making: two speakers, scenes of about five minutes, sentences of 8 to 18 words."""
    portrait(folder / "ada.png", size=(1280, 720))
    portrait(folder / "ben.png", size=(1280, 720), colour="#8d5f43")
    speakers = "  Ada: {image: ada.png, voice: en-gb+f3}\n  Ben: {image: ben.png, voice: en-us+m3}\n"
    parts = [f"---\nspeakers:\n{speakers}---\n"]
    vocabulary = TEXT.split()
    at = 0
    for line in range(int(160 * hours)):
        if line % 20 == 0:
            parts.append(f"## Part {line // 20 + 1}\n")
        sentences = []
        for sentence in range(4):
            length = 8 + (line * 7 + sentence * 5) % 11
            words = [vocabulary[(at + n) % len(vocabulary)] for n in range(length)]
            at += length
            sentences.append(" ".join(words).capitalize() + f" {at}.")
        parts.append(f"{('Ada', 'Ben')[line // 4 % 2]}: {' '.join(sentences)}\n")
    path = folder / "script.md"
    path.write_text("\n".join(parts))
    return path


def timed(home: Path, *words: str) -> tuple[float, dict[str, object], int]:
    """Seconds, the result, and the largest resident memory of all processes in megabytes."""
    environment = os.environ | {"LONGTAKE_HOME": str(home)}
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *words, "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    largest = 0
    while process.poll() is None:
        largest = max(largest, largest_megabytes(home))
        time.sleep(0.25)
    assert process.stdout is not None
    out = process.stdout.read()
    if process.returncode:
        sys.exit(f"longtake {' '.join(words)} ended with {process.returncode}")
    return time.monotonic() - begun, json.loads(out), largest


def largest_megabytes(home: Path) -> int:
    """The resident memory of the largest process that works with this home."""
    largest = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if str(home).encode() in (folder / "environ").read_bytes():
                lines = (folder / "status").read_text().splitlines()
                largest = max(largest, *(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")))
        except (OSError, TypeError):
            continue
    return largest


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script, home = script_of(folder, 1.0), folder / "home"
        words = ("render", str(script), "-o", str(folder / "hour.mp4"))
        seconds, result, memory = timed(home, *words)
        length = float(str(result["seconds"]))
        print(
            f"from nothing:  {seconds:6.1f} s for {length / 60:.1f} min in {result['clips']} clips: "
            f"{length / seconds:.0f}x real time (goal {GOAL_SECONDS} s for 60 min), largest process {memory} MB"
        )
        seconds, _, _ = timed(home, "plan", str(script))
        print(f"plan again:    {seconds:6.1f} s")
        script.write_text(script.read_text().replace("The river", "A wide river", 1))
        seconds, result, _ = timed(home, *words)
        print(f"one line new:  {seconds:6.1f} s, {result['new_clips']} of {result['clips']} clips rendered")
        seconds, result, _ = timed(home, *words)
        print(f"nothing to do: {seconds:6.1f} s")
