"""An opening, a closing and music, as a user writes them into a script: no clip is rendered for them."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from tests.command_line import longtake, render, small_talk
from tests.finish.media import make_film
from tests.loudness_media import ffmpeg_loudness, noise, save

HEAD = """intro: opening.mp4
outro: closing.mp4
music: {file: bed.wav, level_db: -15}
"""


def with_head(script: Path, more: str) -> Path:
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("title: Small talk\n", f"title: Small talk\n{more}"), encoding="utf-8")
    return script


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("finish-home")


@pytest.fixture(scope="module")
def folder(home: Path) -> Path:
    folder = home / "it's a talk"
    folder.mkdir()
    make_film(folder / "opening.mp4", size=(640, 640), rate="30000/1001", seconds=2)
    make_film(folder / "closing.mp4", rate="60", seconds=1, sound=None)
    save(folder / "bed.wav", noise(3))
    return folder


def test_what_stands_around_the_talking_is_put_on_and_changes_no_clip(home: Path, folder: Path) -> None:
    made = render(home / "home", with_head(small_talk(folder), HEAD), folder / "made.mp4")
    assert (made["new_clips"], made["clips"], made["problems"]) == (3, 3, [])
    manifest = json.loads((folder / "made.manifest.json").read_text())
    plain = json.loads(longtake(home / "home", "plan", str(small_talk(folder)), "--json").stdout)
    assert [shot["rendered"] for shot in plain["shots"]] == [True] * 3, "without it the clips are the very same"
    lead = manifest["finish"]["intro"]["frames"]
    starts = [clip["shot"]["start_frame"] for clip in manifest["clips"]]
    assert starts == [lead + shot["start_frame"] for shot in plain["shots"]]
    assert manifest["stitch"]["copied_clips"] == 5
    assert made["seconds"] == pytest.approx(plain["seconds"] + 3, abs=0.1)
    with av.open(str(folder / "made.mp4")) as container:
        times = {packet.pts for packet in container.demux(container.streams.video[0]) if packet.pts is not None}
    assert {start * 3600 for start in starts} <= times
    assert ffmpeg_loudness(folder / "made.mp4")[0] == pytest.approx(-16, abs=0.5)


def test_a_plan_tells_what_stands_around_the_talking_and_refuses_what_cannot(home: Path, folder: Path) -> None:
    (folder / "words.png").write_bytes(b"this is no picture")
    script = with_head(small_talk(folder), HEAD)
    shown = longtake(home / "home", "plan", str(script), "--captions", "burn").stdout
    wanted = "an opening of 2.0 s, a closing of 1.0 s, music, captions drawn in; all of it is encoded anew at the end"
    assert f"Around and over it: {wanted}." in " ".join(shown.split())
    refused = longtake(home / "home", "plan", str(with_head(script, "logo: words.png\n")), code=2)
    assert "logo" in refused.stderr


def test_an_opening_that_is_no_film_is_refused_before_a_clip_is_rendered(home: Path, folder: Path) -> None:
    (folder / "broken.mp4").write_bytes(b"this is no film")
    script = with_head(small_talk(folder, edit="Something new is said."), "intro: broken.mp4\n")
    before = len(list((home / "home" / "store").rglob("*.mp4")))
    done = longtake(home / "home", "render", str(script), "-o", str(folder / "c.mp4"), code=2)
    assert "intro" in done.stderr
    assert len(list((home / "home" / "store").rglob("*.mp4"))) == before + 1, "the opening itself, and no clip"
