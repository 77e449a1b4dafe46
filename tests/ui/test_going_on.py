"""What goes wrong in mid-run goes on in the UI, and nothing is paid twice: the provider's own book says so."""

from __future__ import annotations

import os
import signal

from longtake.ledger import open_ledger
from longtake.redo import current_takes
from tests.paid.shop import Shop
from tests.paid.test_lasting import wait_for_jobs
from tests.ui.conftest import CLIPS, HOLD, Studio


def kill(shop: Shop, video: str) -> None:
    """End the process of the run without a last word."""
    owner = shop.jobs(video)[-1].owner
    assert owner, "the ledger names the process that runs the flow"
    os.kill(int(owner.split(":")[1]), signal.SIGKILL)


def takes(shop: Shop, video: str) -> list[int]:
    """Which takes count in the video, of the clips that have more than one."""
    ledger = open_ledger(f"sqlite:///{shop.home / 'ledger.sqlite'}")
    try:
        return list(current_takes(ledger, video).values())
    finally:
        ledger.dispose()


def test_killed_then_retried_then_other_takes(studio: Studio) -> None:
    shop, before = studio.shop, studio.shop.paid
    with shop.faults(HOLD):
        run = studio.filled("harbour").submit()
        run.wait_for("Running")
        wait_for_jobs(shop, "harbour", "submitted", 2)
        kill(shop, "harbour")
        run.wait_for("Crashed")
        run.shot("crashed")
    run.retry()
    run.wait_for("Completed")
    run.shot("retried")
    assert shop.paid == before + CLIPS

    again = studio.ui.copy(run).fill(redo=[2]).shot("redo", at="redo", keep=True).submit()
    again.wait_for("Completed")
    assert shop.paid == before + CLIPS + 1
    assert sorted(job.take for job in shop.jobs("harbour") if job.clip == "002") == [1, 2]
    assert takes(shop, "harbour") == [2]

    back = studio.ui.copy(run).fill(takes={2: 1}).submit()
    back.wait_for("Completed")
    assert shop.paid == before + CLIPS + 1
    assert takes(shop, "harbour") == [1]


def test_cancelled_then_run_again(studio: Studio) -> None:
    shop, before = studio.shop, studio.shop.paid
    with shop.faults(HOLD):
        run = studio.filled("garden").submit()
        run.wait_for("Running")
        wait_for_jobs(shop, "garden", "submitted", 2)
        run.cancel()
        run.wait_for("Cancelled")
        run.shot("cancelled")
    studio.ui.copy(run).submit().wait_for("Completed")
    assert shop.paid == before + CLIPS
