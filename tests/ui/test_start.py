"""A producer starts a video in Prefect's UI with files that were uploaded in the browser, and is told what is wrong."""

from __future__ import annotations

from pathlib import Path

from tests.command_line import portrait
from tests.ui.conftest import Studio

TEXT = "Good morning to all of you.\n\nThis is a second thought, and it takes a little longer."


def test_from_an_upload_and_a_form_to_a_finished_video(studio: Studio, tmp_path: Path) -> None:
    face = studio.door.upload(portrait(tmp_path / "ada.png"), shot="upload")
    script = tmp_path / "talk.txt"
    script.write_text(TEXT)
    words = studio.door.upload(script)
    assert face.endswith(".png")
    assert words.endswith(".txt")
    form = studio.ui.custom_run().fill(script=words, image=face, video="morning").shot("form", keep=True)
    run = form.submit()
    run.wait_for("Completed")
    run.shot("completed")
    assert studio.shop.paid == 0


def test_wrong_input_is_one_sentence_on_the_page(studio: Studio, tmp_path: Path) -> None:
    run = studio.ui.custom_run().fill(script="/nowhere/talk.md", video="wrong").submit()
    run.wait_for("Failed")
    told = run.message()
    run.shot("wrong")
    assert "/nowhere/talk.md" in told
    assert "Traceback" not in told
    assert "\n" not in told
