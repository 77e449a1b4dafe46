"""Openings and closings in the video: clips stay bit for bit, and everything is as much later as it must be."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from longtake.assembly import store_captions
from longtake.assets import FolderStore, Recipe, find_prepared
from longtake.captions import caption_cues
from longtake.checks import check_video
from longtake.finish import PLAIN, Finish, mixed, prepare_finish, slots_in_video
from longtake.loudness import measure_samples
from longtake.options import RenderOptions
from longtake.stitch import StitchReport
from tests.finish.media import PRESET, SIZE, TITLES, Talk, make_film, make_talk
from tests.loudness_media import decoded as decoded_sound
from tests.loudness_media import ffmpeg_loudness, lag
from tests.stitch_media import decoded, read_code
from tests.test_stitch_odd import picture_packets

RATE = 48_000


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    folder = tmp_path_factory.mktemp("around")
    return make_talk(folder, FolderStore(folder / "store"))


@pytest.fixture(scope="module")
def finish(talk: Talk, tmp_path_factory: pytest.TempPathFactory) -> Finish:
    folder = tmp_path_factory.mktemp("films")
    opening = make_film(folder / "o.mp4", size=(360, 640), rate="30000/1001", seconds=2.3)
    ending = make_film(folder / "e.mp4", rate="60", seconds=1.5, sound=None)
    storyboard = talk.storyboard.model_copy(
        update={"intro": talk.store.put(opening).address, "outro": talk.store.put(ending).address}
    )
    return prepare_finish(storyboard, (), SIZE, RenderOptions(), PRESET, talk.store)


@pytest.fixture(scope="module")
def video(talk: Talk, finish: Finish) -> tuple[Path, StitchReport]:
    made = talk.assemble(finish)
    return talk.path(made), made.report


def test_every_clip_is_copied_bit_for_bit_between_them(
    talk: Talk, finish: Finish, video: tuple[Path, StitchReport]
) -> None:
    path, report = video
    assert finish.intro
    assert finish.outro
    parts = [talk.store.path_of(finish.intro.picture), *talk.paths, talk.store.path_of(finish.outro.picture)]
    assert picture_packets(path) == [packet for part in parts for packet in picture_packets(part)]
    assert (report.copied_clips, report.reencoded_clips) == (len(parts), 0)


def test_every_picture_is_shown_when_it_should(talk: Talk, finish: Finish, video: tuple[Path, StitchReport]) -> None:
    path, report = video
    lead, end = finish.lead_frames, finish.lead_frames + talk.timeline.frames
    assert finish.outro
    assert finish.lead_frames in (57, 58)
    shown = list(decoded(path))
    assert [time * 25 for time, _ in shown] == list(range(end + finish.outro.frames))
    assert report.frames == len(shown)
    expected = [(n, f) for n, shot in enumerate(talk.shots, 1) for f in range(shot.end_frame - shot.start_frame)]
    assert [read_code(planes[: SIZE.height]) for _, planes in shown[lead:end]] == expected


def test_the_check_finds_nothing_wrong_and_knows_the_whole_length(
    talk: Talk, finish: Finish, video: tuple[Path, StitchReport]
) -> None:
    slots = slots_in_video(talk.shots, finish)
    report = check_video(video[0], slots=slots, preset=PRESET)
    assert report.passed, report.problems
    assert report.frames == slots[-1][1]
    assert not check_video(video[0], slots=slots[:-1], preset=PRESET).passed, "a closing that nobody expects is noticed"


def test_captions_and_chapters_are_later_by_the_opening(
    talk: Talk, finish: Finish, video: tuple[Path, StitchReport]
) -> None:
    lead_milliseconds = finish.lead_frames * 40
    with av.open(str(video[0])) as container:
        starts = [chapter["start"] * chapter["time_base"] * 1000 for chapter in container.chapters()]
        titles = [chapter["metadata"]["title"] for chapter in container.chapters()]
        said = [p.pts for p in container.demux(container.streams.subtitles[0]) if p.size > 2]
    first, second = (chapter.start_frame * 40 for chapter in talk.timeline.chapters)
    assert titles == ["Intro", "One", "Two"]
    assert starts == [0, lead_milliseconds + first, lead_milliseconds + second]
    cues = caption_cues(talk.timeline.sentences)
    assert said == [cue.start_milliseconds + lead_milliseconds for cue in cues]
    captions = store_captions(talk.timeline, talk.store, finish)
    text = talk.store.path_of(captions.srt).read_text()
    assert f"00:00:0{(cues[0].start_milliseconds + lead_milliseconds) / 1000:.3f}".replace(".", ",") in text


def test_without_chapters_none_is_made(talk: Talk, finish: Finish) -> None:
    untitled = talk.timeline.model_copy(update={"chapters": ()})
    made = Talk(talk.store, talk.storyboard, untitled, talk.shots, talk.clips, talk.paths).assemble(finish)
    with av.open(str(talk.path(made))) as container:
        assert container.chapters() == []


def test_the_sound_of_each_is_with_its_picture_and_at_one_level(
    talk: Talk, finish: Finish, video: tuple[Path, StitchReport]
) -> None:
    plain = decoded_sound(talk.store.path_of(talk.master().asset))
    whole = decoded_sound(video[0])
    start, end = finish.lead_frames * 1920, (finish.lead_frames + talk.timeline.frames) * 1920
    assert lag(whole[start:end], plain) == 0
    opening = measure_samples(whole[: start - RATE // 10].astype(np.int16)).integrated_lufs
    spoken = measure_samples(whole[start:end].astype(np.int16)).integrated_lufs
    assert opening == pytest.approx(spoken, abs=0.6)
    assert np.abs(whole[end + 2048 :]).max() < 2, "a closing without sound is silent"
    lufs, peak = ffmpeg_loudness(video[0])
    assert lufs == pytest.approx(PRESET.integrated_lufs, abs=0.3)
    assert peak <= PRESET.true_peak_dbtp + 0.1


def test_seams_do_not_click(talk: Talk, tmp_path: Path) -> None:
    """A steady 100 Hz in the opening, cut off where the talking begins: the step is gone, and faded over 5 ms."""
    film = make_film(tmp_path / "f.mp4", size=(64, 64), seconds=1, sound="sine=frequency=101:sample_rate=48000")
    storyboard = talk.storyboard.model_copy(update={"intro": talk.store.put(film).address})
    finish = prepare_finish(storyboard, (), SIZE, RenderOptions(), PRESET, talk.store)
    heard = np.concatenate(list(mixed(talk.timeline, finish, PRESET, talk.store)()))
    seam = finish.lead_frames * 1920
    steepest = np.abs(heard[: seam - RATE // 10]).max() * 2 * np.pi * 101 / RATE
    assert np.abs(np.diff(heard[seam - 2400 : seam + 100])).max() < 3 * steepest
    assert abs(heard[seam - 1]) < 0.01


def test_nothing_that_is_paid_changes_with_them(talk: Talk, finish: Finish) -> None:
    """The timeline, the chunks and the orders know nothing of an opening: only its own files and the end are made."""
    fresh = {name.split("/")[1] for name in talk.store.record_names("recipes/")}
    assert {"around-picture", "around-sound", "master", "video"} <= fresh
    assert fresh <= {"around-picture", "around-sound", "master", "video", "digests"}


def test_a_plain_video_is_found_by_the_key_that_it_always_had(talk: Talk) -> None:
    made = talk.assemble()
    master = talk.master()
    sound = {"sound": talk.timeline.sound_key, "preset": PRESET.model_dump(mode="json")}
    found = find_prepared(talk.store, Recipe(name="master", number=1, inputs=sound))
    assert found
    assert found.asset == master.asset
    inputs = {
        "clips": [
            [shot.start_frame, shot.end_frame, shot.sent_frames, clip.asset.sha256]
            for shot, clip in zip(talk.shots, talk.clips, strict=True)
        ],
        "master": master.asset.sha256,
        "captions": [
            cue.model_dump(mode="json", include={"start_milliseconds", "end_milliseconds", "lines"})
            for cue in caption_cues(talk.timeline.sentences)
        ],
        "chapters": [chapter.model_dump(mode="json") for chapter in talk.timeline.chapters],
        "titles": TITLES.model_dump(mode="json"),
        "reencode": False,
    }
    found = find_prepared(talk.store, Recipe(name="video", number=1, inputs=inputs))
    assert found
    assert found.asset == made.asset


def test_encoding_all_of_it_gives_one_set_up_and_the_same_frames(talk: Talk, finish: Finish) -> None:
    made = talk.assemble(finish, reencode=True)
    shown = list(decoded(talk.path(made)))
    lead, end = finish.lead_frames, finish.lead_frames + talk.timeline.frames
    assert made.report.copied_clips == 0
    assert finish.outro
    assert len(shown) == end + finish.outro.frames
    assert [read_code(planes[: SIZE.height])[0] for _, planes in (shown[lead], shown[end - 1])] == [1, len(talk.shots)]


def test_an_opening_alone_and_none_at_all(talk: Talk, finish: Finish) -> None:
    alone = Finish(intro=finish.intro)
    made = talk.assemble(alone)
    assert made.report.frames == finish.lead_frames + talk.timeline.frames
    assert talk.assemble(PLAIN).report.frames == talk.timeline.frames
