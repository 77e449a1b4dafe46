"""Whoever dies where, nobody pays twice: SIGKILL at each named point, for each provider, then the same run again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulators.faults import ProviderName
from tests.command_line import ROOT, environment
from tests.paid.shop import LINES, shop
from tests.paid.site import all_clips, random_kill, site

POINTS = (
    "reserved", "submitting", "posted", "answered", "submitted", "polling", "downloading", "checked", "settled",
)  # fmt: skip
CLIPS = 3
RANDOM_KILLS = 20


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("provider", ["fal", "aimlapi", "pixazo"])
def test_a_kill_at_each_point_costs_no_second_job(provider: ProviderName, point: str, tmp_path: Path) -> None:
    with site(tmp_path, provider, clips=CLIPS) as here:
        here.run_killed(point, count=2)
        in_flight = {job.id for job in here.jobs("submitting")}
        told = here.run()
        unknown = here.jobs("unknown")
        assert {job.id for job in unknown} <= in_flight, "only a submit without an answer may be unknown"
        if provider == "pixazo" and unknown:
            accepted = {entry.audio_name for entry in here.book.accepted}
            for job in unknown:
                was_accepted = any(job.id in name for name in accepted)
                with here.ledger() as ledger:
                    ledger.resolve(job.id, paid=was_accepted, by="a person who looked")
            told = here.run("--max-repeat-usd", "0")
            lost = here.jobs("lost")
            assert sum(text.startswith("clip ") for text in told.values()) == CLIPS - len(lost)
            assert here.book.paid == CLIPS
            return
        assert not unknown
        assert all_clips(told), told
        assert here.book.paid == CLIPS
        assert len(here.jobs("completed")) == CLIPS


@pytest.mark.parametrize("provider", ["fal", "aimlapi", "pixazo"])
def test_a_kill_at_the_stitch_leaves_only_that_to_do(provider: ProviderName, tmp_path: Path) -> None:
    """By then every clip is paid and here, and Prefect runs."""
    with shop(tmp_path) as here:
        here.write("talk")
        words = here.words("talk", "--provider", provider, "--price-per-second", "0.2", "--budget", "9", "--yes")
        killed = subprocess.run(
            [sys.executable, "-m", "tests.paid.killed_cli", "stitching", *words],
            cwd=ROOT,
            env=environment(here.home, **here.env),
            capture_output=True,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        assert not here.output("talk").exists()
        asked = here.asked
        here.type(*words)
        assert here.output("talk").exists()
        assert here.asked == asked
        assert here.paid == here.emulator.book(provider).paid == len(LINES)


def test_random_kills_cost_no_second_job(tmp_path: Path) -> None:
    draw = random.Random(7)
    with site(tmp_path, "fal", clips=8) as here:
        kills = 0
        while kills < RANDOM_KILLS:
            process = here.start()
            try:
                process.communicate(timeout=1.6 + draw.random() * 1.2)
                if kills:
                    break
            except subprocess.TimeoutExpired:
                random_kill(process)
            kills += 1
        for _ in range(3):  # what was killed past its deadline is given up by one run, and ordered by the next
            told = here.run()
            if all_clips(told):
                break
        assert all_clips(told), told
        assert here.book.paid == 8
        assert here.book.most_in_progress <= 2
