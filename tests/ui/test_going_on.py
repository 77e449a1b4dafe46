"""What goes wrong in mid-run goes on in the UI, and nothing is paid twice: the provider's own book says so."""

from __future__ import annotations

import os
import signal

from emulators.settings import EmulatorSettings
from tests.paid.shop import PROVIDERS_OF_SHOP, Shop
from tests.paid.test_lasting import wait_for_jobs
from tests.ui.conftest import Studio
from tests.ui.fields import Answer
from tests.ui.prefect_ui import RunForm

SLOW = EmulatorSettings(mean_seconds=2.5, spread=0, tiny=True)
CLIPS = 3


def filled(studio: Studio, video: str, **more: Answer) -> RunForm:
    """The form for a paid video about which nobody is asked, unless told otherwise."""
    lines = [f"This is line {number} of the video {video}." for number in range(1, CLIPS + 1)]
    script = str(studio.shop.write(video, lines))
    answers: dict[str, Answer] = {"provider": "fal", "budget_usd": 20, "approve_above_usd": "Never ask"}
    return studio.ui.custom_run().fill(script=script, video=video, **(answers | more))


def kill(shop: Shop, video: str) -> None:
    """End the process of the run without a last word."""
    owner = shop.jobs(video)[-1].owner
    assert owner, "the ledger names the process that runs the flow"
    os.kill(int(owner.split(":")[1]), signal.SIGKILL)


def test_killed_then_retried_then_another_take(studio: Studio) -> None:
    shop, before = studio.shop, studio.shop.paid
    shop.emulator.set_settings(SLOW)
    run = filled(studio, "killed").submit()
    wait_for_jobs(shop, "killed", "submitted", 2)
    kill(shop, "killed")
    run.wait_for("Crashed")
    run.shot("crashed", keep=True)
    shop.emulator.set_settings(PROVIDERS_OF_SHOP)
    run.retry()
    run.wait_for("Completed")
    run.shot("retried")
    assert shop.paid == before + CLIPS

    again = studio.ui.copy(run).fill(redo=[2]).shot("redo", keep=True).submit()
    again.wait_for("Completed")
    assert shop.paid == before + CLIPS + 1
    takes = sorted(job.take for job in shop.jobs("killed") if job.clip == "002")
    assert takes == [1, 2]

    back = studio.ui.copy(run).fill(takes={2: 1}).shot("takes").submit()
    back.wait_for("Completed")
    assert shop.paid == before + CLIPS + 1


def test_cancelled_then_run_again(studio: Studio) -> None:
    shop, before = studio.shop, studio.shop.paid
    shop.emulator.set_settings(SLOW)
    run = filled(studio, "cancelled").submit()
    wait_for_jobs(shop, "cancelled", "submitted", 2)
    run.wait_for("Running")
    run.cancel()
    run.wait_for("Cancelled")
    run.shot("cancelled")
    shop.emulator.set_settings(PROVIDERS_OF_SHOP)
    studio.ui.copy(run).submit().wait_for("Completed")
    assert shop.paid == before + CLIPS
