"""A price is asked about on the run's page: a no spends nothing, the first clip comes alone, a yes renders the rest."""

from __future__ import annotations

from tests.ui.conftest import Studio
from tests.ui.test_going_on import CLIPS, filled


def test_refused_then_the_first_clip_then_all(studio: Studio) -> None:
    shop, before = studio.shop, studio.shop.paid
    run = filled(studio, "asked", approve_above_usd=0).submit()
    run.wait_for("Suspended")
    run.shot("suspended", keep=True)
    plan = run.open_artifact("Plan:")
    assert f"{CLIPS} clips" in plan.text
    assert plan.pictures == ["The portraits"]
    plan.shot("plan", keep=True)

    run.open()
    told = run.resume(shot="no")
    print(told)
    run.wait_for("Declined")
    print(run.message())
    assert shop.paid == before

    run.retry()
    run.wait_for("Suspended")
    run.resume(shot="approve", Decision="First clip only, then ask again")
    run.wait_for("Suspended")
    assert shop.paid == before + 1
    told = run.resume(shot="canary", Decision="Yes, render all")
    print(told)
    run.wait_for("Completed")
    assert shop.paid == before + CLIPS
    result = run.open_artifact("Result:")
    print(result.text)
    print(result.pictures)
    result.shot("result", keep=True)
