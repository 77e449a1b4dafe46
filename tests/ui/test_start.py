"""A producer starts a video in Prefect's UI with a portrait that was uploaded in the browser, and watches it."""

from __future__ import annotations

from tests.command_line import ROOT
from tests.ui.conftest import Studio

TEXT = "Good morning to all of you.\n\n[pause 0.8] This is a second thought, and it takes a little longer."


def test_from_an_upload_and_a_form_to_a_finished_video(studio: Studio) -> None:
    before = studio.shop.asked
    face = studio.door.upload(ROOT / "examples/ada.png", shot="upload")
    assert face.endswith(".png")
    form = studio.ui.custom_run().fill(text=TEXT, image=face, video="morning").shot("form", above=695, keep=True)
    run = form.submit()
    run.wait_for("Completed")
    run.tab("Artifacts")
    run.shot("artifacts")

    plan = run.open_artifact("Plan:")
    assert "This is a preview: its clips cost nothing." in plan.text
    assert plan.pictures == ["The portraits"]
    plan.shot("plan-of-a-preview")

    run.open()
    clips = run.open_artifact("Clips:")
    assert "1 of 1 clips" in clips.text
    clips.shot("clips")

    run.open()
    result = run.open_artifact("Result:")
    assert "1280x720" in result.text
    assert result.pictures == ["One picture of the video"]
    result.shot("result-of-a-preview")
    video = result.follow("Watch the video").locator("video")
    video.evaluate("video => video.readyState || new Promise(go => { video.onloadedmetadata = go })")
    assert video.evaluate("video => [video.videoWidth, video.videoHeight]") == [1280, 720]
    studio.ui.shots.take(studio.ui.page, "watch")
    assert studio.shop.asked == before


def test_wrong_input_is_one_sentence_on_the_page(studio: Studio) -> None:
    run = studio.ui.custom_run().fill(text="Good morning.", image="/nowhere/ada.png", video="wrong").submit()
    run.wait_for("Failed")
    assert run.message() == "image: no such file: /nowhere/ada.png Check the path."
    run.shot("wrong")
