"""The page of a finished video, of any length."""

from __future__ import annotations

import csv
import io
import json

import pytest

from flows.pages.money import Money
from flows.pages.result_page import MOST_ROWS, result_text, store_result_files
from longtake.assets import FolderStore
from longtake.checks import Verdict
from longtake.manifest import Manifest
from longtake.options import RenderOptions
from longtake.pictures import joins_of
from tests.pages.shots import FRAMES, asset, clip_of, manifest_of, shots_of
from tests.pages.test_markdown import HOSTILE
from tests.pages.test_plan_page import DOOR, door, rows_of

__all__ = ["door"]


def verdict(**more: object) -> Verdict:
    return Verdict.model_validate({"passed": True, "frames": FRAMES, "expected_frames": FRAMES} | more)


@pytest.mark.usefixtures("door")
def test_it_shows_the_video_its_pictures_its_checks_and_its_money(store: FolderStore) -> None:
    shots = shots_of(3)
    clips = [
        clip_of(shots[0], verdict(frames_over=2, offset_ms=12.4)),
        clip_of(shots[1], verdict(frames_over=-1, warnings=("the face is small",)), provider="pixazo"),
        clip_of(shots[2], verdict(passed=False, problems=("it is silent",))),
    ]
    manifest = manifest_of(clips)
    files = store_result_files(manifest, store).__class__(
        manifest=asset(20, ".json"), checks=asset(21, ".csv"), poster=asset(22, ".jpg"), joins=asset(23, ".jpg"),
        shown_joins=joins_of(shots),
    )  # fmt: skip
    text = result_text(manifest, "s3://bucket/talk.mp4", files, Money(paid_micro_usd=20_000_000))
    address = {number: f"({DOOR}/asset/{asset(number).sha256}/1000" for number in (9, 10, 11, 20, 21, 22, 23)}
    captions = f"{asset(11, '.vtt').sha256}/1000.vtt"
    play = f"({DOOR}/play/{asset(9).sha256}/1000.mp4?captions={captions}&name=talk.mp4"
    assert f"![One picture of the video]{address[22]}.jpg)" in text
    assert f"**[Watch the video]{play})** · **1 min 24 s** · 1280x720 · 3 clips · -16.1 LUFS" in text
    assert f"[SRT]{address[10]}.srt?name=talk), [VTT]{address[11]}.vtt?name=talk)" in text
    assert f"[Manifest]{address[20]}.json?name=talk.manifest)" in text
    assert f"![The joins]{address[23]}.jpg)" in text
    assert "Written to `s3://bucket/talk.mp4`" in text
    measured = dict(rows_of(text, "the video")[1:])
    assert measured["verdict"] == "passed"
    assert measured["clips that begin on their frame"] == "3 of 3"
    assert measured["true peak"] == "-1.3 dBTP"
    rows = rows_of(text, "clip")[1:]
    assert [row[3:8] for row in rows] == [
        ["+2", "+12 ms", "passed", "fal", "$4.48"],
        ["-1", "–", "passed: the face is small", "pixazo", "$4.48"],
        ["0", "–", "accepted by a person: it is silent", "fal", "$4.48"],
    ]
    assert rows_of(text, "provider")[1:] == [["fal", "2", "56.0 s", "$8.96"], ["pixazo", "1", "28.0 s", "$4.48"]]
    assert "Over all its runs, this video: paid **$20.00**" in text


def test_a_preview_tells_what_its_voices_cost(store: FolderStore) -> None:
    manifest = manifest_of([clip_of(shot) for shot in shots_of(2)])
    manifest = manifest.model_copy(update={"options": RenderOptions()})
    files = store_result_files(manifest, store)
    spent = Money(paid_micro_usd=20_000, voices_micro_usd=20_000)
    assert "A preview: its clips cost nothing. Rendered" in result_text(manifest, None, files, None)
    assert "cost nothing, its voices cost **$0.02** in this run. Rendered" in result_text(manifest, None, files, spent)


def test_what_it_links_to_is_in_the_store(store: FolderStore) -> None:
    manifest = manifest_of([clip_of(shot) for shot in shots_of(2)])
    files = store_result_files(manifest, store)
    with store.open(files.manifest) as file:
        assert Manifest.model_validate(json.load(file)) == manifest
    with store.open(files.checks) as file:
        rows = list(csv.DictReader(io.StringIO(file.read().decode())))
    assert [row["clip_asset"] for row in rows] == [clip.clip.address for clip in manifest.clips]
    text = result_text(manifest, None, files, None)
    assert "](" not in text
    assert f"Watch the video (`{manifest.asset.address}`)" in text
    assert store_result_files(manifest, store) == files


@pytest.mark.usefixtures("door")
def test_of_twelve_hundred_clips_the_oddest_are_shown(store: FolderStore) -> None:
    shots = shots_of(1200)
    odd = {7: {"frames_over": 8}, 600: {"offset_ms": -40.0}, 1200: {"passed": False, "problems": ("black",)}}
    manifest = manifest_of([clip_of(shot, verdict(**odd.get(shot.number, {}))) for shot in shots])
    files = store_result_files(manifest, store)
    text = result_text(manifest, None, files, None)
    assert len(text.encode()) < 40_000
    shown = [row[0] for row in rows_of(text, "clip")[1:]]
    assert len(shown) == MOST_ROWS
    assert {"007", "600", "1200"} <= set(shown)
    assert f"{1200 - MOST_ROWS} more: [all clips as a table (CSV)](" in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(hostile: str, store: FolderStore) -> None:
    clips = [clip_of(shot, verdict(warnings=(hostile,))) for shot in shots_of(2)]
    manifest = manifest_of(clips, title=hostile)
    text = result_text(manifest, hostile.replace("\n", " "), store_result_files(manifest, store), None)
    assert [len(row) for row in rows_of(text, "clip")] == [9, 9, 9]
    assert "](" not in text.replace("\\](", "").replace(f"`{hostile}`", "")
