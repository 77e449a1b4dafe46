"""The main path, as a user walks it: a script becomes an exact video, again is free, an edit costs only itself."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from tests.command_line import longtake, portrait, render, small_talk


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("main-path")


@pytest.fixture(scope="module")
def talk(home: Path) -> Path:
    """A rendered talk: script, video and all that lies beside it."""
    folder = home / "a talk, schön"
    render(home / "home", small_talk(folder), folder / "talk.mp4")
    return folder


def frames_of(path: Path) -> list[int]:
    """The pts of all pictures in order, in units of 1/90000 s."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base.denominator == 90_000
        return sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)


def test_every_clip_starts_on_its_frame_and_the_sound_is_as_long(talk: Path) -> None:
    manifest = json.loads((talk / "talk.manifest.json").read_text())
    starts = [clip["shot"]["start_frame"] for clip in manifest["clips"]]
    assert len(starts) == 3
    pts = set(frames_of(talk / "talk.mp4"))
    assert all(start * 3600 in pts for start in starts)
    end = manifest["clips"][-1]["shot"]["end_frame"]
    with av.open(str(talk / "talk.mp4")) as container:
        assert container.duration == pytest.approx(end * 40_000, abs=22_000)
        assert container.metadata["title"] == "Small talk"
        assert "review" in container.metadata["comment"]
        assert len(container.streams.audio) == 1
        assert len(container.streams.subtitles) == 1


def test_captions_lie_beside_the_video_and_say_what_is_said(talk: Path) -> None:
    for suffix in (".srt", ".vtt"):
        text = (talk / f"talk{suffix}").read_text(encoding="utf-8")
        assert "Good morning." in text
        assert "pause" not in text


def test_the_manifest_names_no_path_of_this_machine(talk: Path) -> None:
    assert str(talk.parent) not in (talk / "talk.manifest.json").read_text()


def test_a_second_call_answers_at_once_and_without_prefect(home: Path, talk: Path, tmp_path: Path) -> None:
    (tmp_path / "prefect.py").write_text("raise SystemExit('prefect was imported')")
    before = (talk / "talk.mp4").stat().st_mtime_ns
    again = render(home / "home", talk / "talk.md", talk / "talk.mp4", PYTHONPATH=str(tmp_path))
    assert again["from_manifest"]
    assert again["new_clips"] == 0
    assert (talk / "talk.mp4").stat().st_mtime_ns == before


def test_a_damaged_video_is_made_whole_again(home: Path, talk: Path) -> None:
    video = talk / "talk.mp4"
    good = video.read_bytes()
    video.write_bytes(good[:-1000])
    result = render(home / "home", talk / "talk.md", video)
    assert not result["from_manifest"]
    assert result["new_clips"] == 0
    assert video.read_bytes() == good


def test_another_home_gives_the_very_same_bytes(talk: Path, tmp_path: Path) -> None:
    render(tmp_path / "home", talk / "talk.md", tmp_path / "talk.mp4")
    assert (tmp_path / "talk.mp4").read_bytes() == (talk / "talk.mp4").read_bytes()
    ours, theirs = (json.loads((folder / "talk.manifest.json").read_text()) for folder in (tmp_path, talk))
    assert ours == theirs


def test_an_edited_line_makes_only_its_own_clip_new(home: Path, talk: Path) -> None:
    script = small_talk(talk, edit="I was asked to say something else here, and so I do.")
    plan = json.loads(longtake(home / "home", "plan", str(script), "--json").stdout)
    assert [shot["rendered"] for shot in plan["shots"]] == [True, False, True]
    result = render(home / "home", script, talk / "edited.mp4")
    assert (result["clips"], result["new_clips"]) == (3, 1)
    small_talk(talk)


def test_the_plan_tells_what_it_would_cost_and_renders_nothing(tmp_path: Path) -> None:
    script = small_talk(tmp_path / "script")
    done = longtake(tmp_path / "home", "plan", str(script))
    assert "001" in done.stdout
    assert "Good morning." in done.stdout
    assert "fal: $" in done.stdout
    assert not list(tmp_path.rglob("*.mp4"))


def test_a_recording_and_a_portrait_are_enough(home: Path, talk: Path, tmp_path: Path) -> None:
    result = json.loads(
        longtake(
            home / "home",
            *("render", "--audio", str(talk / "talk.mp4"), "--image", str(portrait(tmp_path / "p.png"))),
            *("-o", str(tmp_path / "again.mp4"), "--json"),
        ).stdout
    )
    with av.open(str(talk / "talk.mp4")) as container:
        assert result["seconds"] == pytest.approx(container.duration / 1e6, abs=0.1)
    assert result["clips"] == 1


def test_plain_text_needs_only_a_portrait(home: Path, tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_text("Hello. This is plain text.\n\nIt has two paragraphs.")
    result = render(
        home / "home", tmp_path / "hello.txt", tmp_path / "hello.mp4", "--image", str(portrait(tmp_path / "p.png"))
    )
    assert result["video"] == "hello"
    assert result["width"] == 1280


def test_a_file_of_somebody_else_is_not_written_over(home: Path, tmp_path: Path) -> None:
    script = small_talk(tmp_path)
    holiday = tmp_path / "holiday.mp4"
    holiday.write_bytes(b"not ours")
    done = longtake(home / "home", "render", str(script), "-o", str(holiday), code=2)
    assert "holiday.mp4" in done.stderr
    assert holiday.read_bytes() == b"not ours"


def test_a_video_whose_manifest_a_crash_has_prevented_is_known_as_ours(home: Path, talk: Path) -> None:
    (talk / "talk.manifest.json").unlink()
    result = render(home / "home", talk / "talk.md", talk / "talk.mp4")
    assert result["new_clips"] == 0
    assert (talk / "talk.manifest.json").exists()
