"""20 videos on four worker slots with five jobs in progress, one worker killed on the way: wall time over the ideal.

Postgres, Prefect's server on it, an S3 server, two workers of two slots each, the emulated fal, all on one machine. A
clip renders for 20 s on average. The ideal hands each clip, in order, to whichever of the five places is free first.
"""

from __future__ import annotations

import heapq
import os
import tempfile
import time
from pathlib import Path

from emulators.settings import AccountSettings, EmulatorSettings
from tests.deploy.team import wait_until
from tests.team.plant import KEYS, Plant, plant

VIDEOS = 20
CLIPS = 6
PLACES = 5
SETTINGS = EmulatorSettings(
    mean_seconds=20,
    spread=0.5,
    tiny=True,
    fal=AccountSettings(concurrency=PLACES, key="emulated-key-id:emulated-fal-secret"),
)
GOAL = 1.25


def ideal_seconds(render_seconds: list[float]) -> float:
    """List scheduling: each job to the place that is free first."""
    places = [0.0] * PLACES
    for seconds in render_seconds:
        heapq.heapreplace(places, places[0] + seconds)
    return max(places)


def all_rendered(team: Plant) -> None:
    """Start all videos, kill a worker when a quarter is ordered, and wait for all."""
    runs = []
    for number in range(1, VIDEOS + 1):
        lines = (f"This is line {line} of video number {number}." for line in range(1, CLIPS + 1))
        runs.append(team.start_video(f"video-{number}", *lines))
    wait_until(lambda: team.accepted() >= VIDEOS * CLIPS // 4, "a quarter of the clips", 600)
    team.lose("one", runs)
    team.start_worker("three", videos_at_once=2)
    ended = [team.ended(run, 900) for run in runs]
    assert ended == ["Completed"] * VIDEOS, ended


def main() -> None:
    os.environ.update(KEYS)
    in_progress = f'{{"fal": {PLACES}}}'
    with (
        tempfile.TemporaryDirectory() as name,
        plant(Path(name), SETTINGS, LONGTAKE_IN_PROGRESS=in_progress) as team,
    ):
        team.start_worker("one", videos_at_once=2)
        team.start_worker("two", videos_at_once=2)
        begun = time.monotonic()
        all_rendered(team)
        wall = time.monotonic() - begun
        book = team.emulator.book("fal")
    ideal = ideal_seconds([entry.render_seconds for entry in book.accepted])
    assert book.paid == len(book.accepted) == VIDEOS * CLIPS
    assert book.most_in_progress <= PLACES
    print(f"{VIDEOS} videos of {CLIPS} clips, {book.paid} paid, at most {book.most_in_progress} in progress")
    print(f"wall {wall:.0f} s, ideal {ideal:.0f} s: {wall / ideal:.2f} (goal {GOAL})")


if __name__ == "__main__":
    main()
