"""Whoever dies where, nobody pays twice: SIGKILL at each named point, for each provider, then the same run again."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from emulators.faults import ProviderName
from tests.paid.site import all_clips, random_kill, site

POINTS = (
    "reserved", "submitting", "posted", "answered", "submitted", "polling", "downloading", "checked", "settled",
)  # fmt: skip
MAY_BE_UNKNOWN = {"submitting", "posted", "answered"}
CLIPS = 3
RANDOM_KILLS = 20


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("provider", ["fal", "aimlapi", "pixazo"])
def test_a_kill_at_each_point_costs_no_second_job(provider: ProviderName, point: str, tmp_path: Path) -> None:
    with site(tmp_path, provider, clips=CLIPS) as here:
        here.run_killed(point, count=2)
        told = here.run()
        unknown = here.jobs("unknown")
        if provider == "pixazo" and point in MAY_BE_UNKNOWN:
            assert len(unknown) <= 2
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
        assert all_clips(here.run())
        assert here.book.paid == 8
        assert here.book.most_in_progress <= 2
