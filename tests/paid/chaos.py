"""Kills without end: a video of many clips whose runs are killed at random moments, and is paid once all the same.

python -m tests.paid.chaos [--kills 200] [--clips 20] [--typed-kills 5] [--seed 7] [--ledger-url postgresql://...]
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from emulators.settings import EmulatorSettings
from longtake.ledger import open_ledger
from tests.paid.shop import Shop, shop
from tests.paid.site import Site, all_clips, random_kill, site

JOB_SECONDS = 18.0
"""So long that the video is not finished before the last kill."""

LONGEST_LIFE_SECONDS = 3.0
PATIENT = {"LONGTAKE_PACE__DEADLINE_SECONDS": "60"}
LINES = tuple(f"This is line number {number} of the twelve that are said." for number in range(1, 13))


def main() -> None:
    """Kill, then finish, then compare with what was never killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--typed-kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--ledger-url", default="", help="An empty Postgres database. Default: SQLite.")
    words = parser.parse_args()
    draw = random.Random(words.seed)
    ledger = {"LONGTAKE_LEDGER_URL": words.ledger_url} if words.ledger_url else {}
    with tempfile.TemporaryDirectory(prefix="longtake-chaos-") as name:
        if words.kills:
            bare_runs(Path(name), words.kills, words.clips, draw, ledger)
        if words.typed_kills:
            typed_renders(Path(name), words.typed_kills, draw)


def bare_runs(folder: Path, kills: int, clips: int, draw: random.Random, ledger: dict[str, str]) -> None:
    """Kill runs of the bare driver."""
    with site(folder / "quiet", clips=clips, settings=EmulatorSettings(mean_seconds=0, tiny=True)) as quiet:
        expected = quiet.run()
    mean_seconds = JOB_SECONDS * kills / 200
    with site(folder / "killed", clips=clips, settings=EmulatorSettings(mean_seconds=mean_seconds, tiny=True)) as here:
        killed = sum(_killed(here, draw, ledger) for _ in range(kills))
        told = here.run(**PATIENT, **ledger)
        book, states = here.book, _states(here, ledger)
    say(f"{killed} runs were killed, {kills - killed} ended first; {book.paid} of {clips} clips paid; jobs {states}")
    assert all_clips(told), told
    assert told == expected, "a clip differs from that of a run that nobody killed"
    assert book.paid == clips
    assert book.most_in_progress <= 2, f"{book.most_in_progress} jobs at once"


def _killed(here: Site, draw: random.Random, ledger: dict[str, str]) -> bool:
    process = here.start(**PATIENT, **ledger)
    try:
        process.communicate(timeout=draw.uniform(0.5, LONGEST_LIFE_SECONDS))
    except subprocess.TimeoutExpired:
        random_kill(process)
        return True
    return False


def _states(here: Site, url: dict[str, str]) -> dict[str, int]:
    ledger = open_ledger(url.get("LONGTAKE_LEDGER_URL", f"sqlite:///{here.home / 'ledger.sqlite'}"))
    try:
        found = [job.state.value for job in ledger.jobs()]
    finally:
        ledger.dispose()
    return {state: found.count(state) for state in sorted(set(found))}


def typed_renders(folder: Path, kills: int, draw: random.Random) -> None:
    """Kill renders at the command line, Prefect's flow and temporary server included."""
    videos = []
    for name, times in (("quiet", 0), ("killed", kills)):
        with shop(folder / f"typed-{name}", EmulatorSettings(mean_seconds=1.5, tiny=True)) as here:
            here.write("talk", LINES)
            killed = sum(_typed_killed(here, draw) for _ in range(times))
            here.render("talk", **PATIENT)
            videos.append(here.output("talk").read_bytes())
            say(f"{killed} renders were killed; {here.paid} of {len(LINES)} clips paid")
            assert here.paid == len(LINES)
    assert videos[0] == videos[1], "the video differs from that of a render that nobody killed"
    say("the videos are byte-identical")


def _typed_killed(here: Shop, draw: random.Random) -> bool:
    process = here.start(*here.words("talk", "--budget", "20", "--yes"), **PATIENT)
    try:
        process.communicate(timeout=draw.uniform(1, 12))
    except subprocess.TimeoutExpired:
        random_kill(process)
        return True
    return False


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
