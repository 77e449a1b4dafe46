"""A price is asked about on the run's page: a no spends nothing, the first clip comes alone, a yes renders the rest."""

from __future__ import annotations

from tests.paid.test_lasting import wait_for_jobs
from tests.ui.conftest import CLIPS, HOLD, Studio

PRICE = f"Rendering {CLIPS} of the {CLIPS} clips of lighthouse"


def test_refused_then_the_first_clip_then_all(studio: Studio) -> None:
    shop, before = studio.shop, studio.shop.paid
    run = studio.filled("lighthouse", approve_above_usd=0).submit()
    run.wait_for("Suspended")
    run.wait_for_log("Waits for a person: Rendering")
    run.shot("suspended", keep=True)
    plan = run.open_artifact("Plan:")
    assert f"To be paid: {CLIPS} clips" in plan.text
    assert plan.pictures == ["The portraits"]
    plan.shot("plan", keep=True)

    run.open()
    run.resume(PRICE)
    run.wait_for("Declined")
    assert run.message() == "A person said no to the price; nothing was spent. Retry asks again."
    assert shop.paid == before

    run.retry()
    run.wait_for("Suspended")
    run.resume(PRICE, shot="approve", keep=True, Decision="First clip only, then ask again")
    run.wait_for("Suspended")
    assert shop.paid == before + 1
    with shop.faults(HOLD):
        run.resume("Clip 1 is rendered: watch it.", shot="first-clip", Decision="Yes, render all")
        run.wait_for("Running")
        wait_for_jobs(shop, "lighthouse", "submitted", CLIPS - 1)
        clips = run.open_artifact("Clips:")
        clips.wait_for(f"1 of {CLIPS} clips")
        clips.wait_for("fal: IN_PROGRESS")
        clips.shot("clips", keep=True)
    run.open()
    run.wait_for("Completed")
    assert shop.paid == before + CLIPS

    result = run.open_artifact("Result:")
    assert f"{CLIPS} clips" in result.text
    assert result.pictures == ["One picture of the video", "The joins"]
    result.shot("result", keep=True)
