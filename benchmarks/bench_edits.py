"""What an edit of an hour's script costs: the share of its seconds that is rendered, and paid for, again.

First with money: the emulated fal renders the hour, then each edit of it, always from the base, and the ledger tells
what was paid. Then many edits of each kind, planned alone, where stand-ins are the base's clips: also with a voice that
hears what is said around a sentence, and with long paragraphs.
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
from collections import defaultdict
from pathlib import Path

from emulators.launch import Emulator, running
from emulators.settings import AccountSettings, EmulatorSettings
from longtake.ledger import Job, open_ledger
from tests.command_line import portrait
from tests.edits.shelf import HearingVoice, Shelf
from tests.edits.talks import Talk, edits_of, talk_of

MINUTES = float(os.environ.get("BENCH_MINUTES", "60"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WORDS_A_MINUTE, SCENES, PLACES = 203, 12, 20
HEAD = "id: hour\nlanguage: en\nspeakers:\n  Ada: {image: ada.png, voice: en-gb+f3}\n"
SETTINGS = EmulatorSettings(
    mean_seconds=1, tiny=True, fal=AccountSettings(concurrency=PLACES, key="emulated-key-id:emulated-fal-secret")
)
PACE = {
    "LONGTAKE_IN_PROGRESS": json.dumps({"fal": PLACES}),
    "LONGTAKE_PACE__POLL_SECONDS": "0.5",
    "LONGTAKE_PACE__LONGEST_POLL_SECONDS": "0.5",
}
ROW = "  {:<20}{:>10}{:>12}{:>12}{:>12}"


def main() -> None:
    base = talk_of(round(MINUTES * WORDS_A_MINUTE), scenes=SCENES)
    print(f"{base.words} words in {base.sentences} sentences and {SCENES} scenes")
    with tempfile.TemporaryDirectory() as name:
        paid(Path(name), base)
    for title, talk, voice in (
        ("espeak-ng", base, None),
        ("a voice that hears what is said around a sentence", base, HearingVoice()),
        ("espeak-ng, paragraphs of up to 40 sentences", talk_of(base.words, scenes=SCENES, most_sentences=40), None),
    ):
        for resolution in ("720p", "1080p"):
            with tempfile.TemporaryDirectory() as name:
                planned(Path(name), title, talk, voice, resolution)


def paid(folder: Path, base: Talk) -> None:
    """Render the base and one edit of each kind with the command line; print what the ledger says."""
    portrait(folder / "ada.png", size=(1280, 720))
    with running(folder / "providers", SETTINGS) as emulator:
        begun = time.monotonic()
        seconds = rendered(folder, emulator, base, folder / "base")
        first = jobs_in(folder / "base")
        print(f"\npaid at the emulated fal, 720p: {seconds / 60:.1f} min in {len(first)} clips", end="")
        print(f" ({time.monotonic() - begun:.0f} s)")
        print(ROW.format("", "clips", "seconds", "share", "took"))
        for number, edit in enumerate(edits_of(base, random.Random(1))):
            home = folder / f"edit-{number}"
            shutil.copytree(folder / "base", home)
            begun = time.monotonic()
            seconds = rendered(folder, emulator, edit.after, home)
            new = jobs_in(home)[len(first) :]
            again = sum(job.sent_seconds for job in new)
            took = f"{time.monotonic() - begun:.0f} s"
            print(ROW.format(edit.name, len(new), f"{again:.1f}", f"{100 * again / seconds:.2f} %", took), flush=True)
            shutil.rmtree(home)


def rendered(folder: Path, emulator: Emulator, talk: Talk, home: Path) -> float:
    """Render a talk with the command line; the length of its video in seconds."""
    script = folder / "hour.md"
    script.write_text(talk.markdown(HEAD))
    words = ("render", str(script), "--provider", "fal", "--budget", "5000", "--yes", "--shape", "16:9", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", *words, "-o", str(home / "out" / "hour.mp4")],
        env=os.environ | emulator.env | PACE | {"LONGTAKE_HOME": str(home)},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"longtake {' '.join(words)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return float(json.loads(done.stdout)["seconds"])


def jobs_in(home: Path) -> list[Job]:
    """All jobs of the ledger, the oldest first."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    try:
        return list(reversed(ledger.jobs(video="hour")))
    finally:
        ledger.dispose()


def planned(folder: Path, title: str, talk: Talk, voice: HearingVoice | None, resolution: str) -> None:
    """Plan the base and ROUNDS edits of each kind; print what would be paid for them."""
    shelf = Shelf(folder, voice, resolution=resolution)
    plan = shelf.plan(talk)
    shelf.render(plan)
    print(f"\nplanned, {title}, {resolution}: {plan.timeline.seconds / 60:.1f} min in {len(plan.shots)} clips")
    print(ROW.format("", "clips", "seconds", "share", "at most"))
    chance = random.Random(2)
    found = defaultdict(list)
    for _ in range(ROUNDS):
        for edit in edits_of(talk, chance):
            found[edit.name].append(shelf.plan(edit.after))
    for name, plans in found.items():
        counts = [len(each.to_pay) for each in plans]
        seconds = sum(shot.sent_seconds for each in plans for shot in each.to_pay) / len(plans)
        share, most = sum(each.share for each in plans) / len(plans), max(each.share for each in plans)
        clips = f"{min(counts)}-{max(counts)}" if min(counts) < max(counts) else str(counts[0])
        print(ROW.format(name, clips, f"{seconds:.1f}", f"{100 * share:.2f} %", f"{100 * most:.2f} %"), flush=True)


if __name__ == "__main__":
    main()
