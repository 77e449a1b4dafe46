"""The timeline: where every line stands, where it must and may be cut, and when every sentence is heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from longtake.assets import FolderStore
from longtake.prepared import CutKind, CutPoint, PreparedLine, TimedText
from longtake.storyboard import Line, Look, Scene, Speaker, Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from tests.loudness_media import save

SCENE_PAUSE_FRAMES = 10


def line(
    store: FolderStore, folder: Path, frames: int, *, cuts: tuple[int, ...] = (), text: str | None = "Hello."
) -> PreparedLine:
    sound = np.random.default_rng(frames).integers(-9000, 9000, frames * 1920).astype(np.int16)
    return PreparedLine(
        audio=store.put(save(folder / f"{frames}.wav", sound)),
        frames=frames,
        tail_seconds=0.24,
        cuts=tuple(CutPoint(frame=cut, pause_seconds=0.3, kind="sentence") for cut in cuts),
        sentences=(TimedText(text=text, start_seconds=0.1, end_seconds=frames / 25 - 0.24),) if text else (),
    )


def storyboard(*scenes: tuple[str | None, str]) -> Storyboard:
    """Scenes by title, and their lines: a letter is that speaker's text, in upper case a recording."""
    return Storyboard(
        speakers={name: Speaker(image=f"{name}.png", prompt=f"As {name}.") for name in ("a", "b")},
        scenes=tuple(
            Scene(
                title=title,
                lines=tuple(
                    Line(speaker=letter.lower(), **({"text": "Hello."} if letter.islower() else {"audio": "r.wav"}))
                    for letter in letters
                ),
            )
            for title, letters in scenes
        ),
    )


@pytest.fixture
def timeline(store: FolderStore, tmp_path: Path) -> VideoTimeline:
    board = storyboard(("One", "aab"), (None, "bA"), ("Three", "a"))
    prepared = [
        [line(store, tmp_path, 50, cuts=(20,)), line(store, tmp_path, 60), line(store, tmp_path, 70)],
        [line(store, tmp_path, 40), line(store, tmp_path, 100, cuts=(30, 60), text=None)],
        [line(store, tmp_path, 30)],
    ]
    return build_timeline(board, prepared, store)


def test_every_line_stands_behind_the_one_before_and_a_spoken_scene_ends_in_a_pause(timeline: VideoTimeline) -> None:
    spans = [(span.start_frame, span.end_frame) for span in timeline.lines]
    assert spans == [(0, 50), (50, 110), (110, 190), (190, 230), (230, 330), (330, 370)]
    assert timeline.frames == 370
    assert timeline.seconds == 14.8
    assert [(piece.audio is None, piece.frames) for piece in timeline.pieces if piece.audio is None] == [
        (True, SCENE_PAUSE_FRAMES),
        (True, SCENE_PAUSE_FRAMES),
    ]
    assert sum(piece.frames for piece in timeline.pieces) == timeline.frames


def test_scenes_and_speakers_force_a_cut_and_nothing_else_does(timeline: VideoTimeline) -> None:
    found: list[tuple[int, CutKind, bool]] = [(cut.frame, cut.kind, cut.forced) for cut in timeline.cuts]
    assert found == [
        (20, "sentence", False),
        (50, "line", False),
        (110, "speaker", True),
        (190, "scene", True),
        (230, "speaker", True),
        (260, "sentence", False),
        (290, "sentence", False),
        (330, "scene", True),
    ]


def test_a_cut_knows_how_long_the_silence_before_it_is(timeline: VideoTimeline) -> None:
    pauses = {cut.frame: cut.pause_seconds for cut in timeline.cuts}
    assert pauses[20] == 0.3
    assert pauses[50] == pytest.approx(0.24)
    assert pauses[190] == pytest.approx(0.64)  # with the pause behind the scene
    assert pauses[330] == pytest.approx(0.24)  # a recording ends as it was recorded


def test_a_new_scene_of_the_same_speaker_is_cut_too(store: FolderStore, tmp_path: Path) -> None:
    board = storyboard(("One", "a"), ("Two", "a"))
    made = build_timeline(board, [[line(store, tmp_path, 50)], [line(store, tmp_path, 60)]], store)
    assert [(cut.frame, cut.kind, cut.forced) for cut in made.cuts] == [(60, "scene", True)]


def test_sentences_are_timed_from_the_start_of_the_video(timeline: VideoTimeline) -> None:
    starts = [sentence.start_seconds for sentence in timeline.sentences]
    assert starts == pytest.approx([0.1, 2.1, 4.5, 7.7, 13.3])
    ends = [sentence.end_seconds for sentence in timeline.sentences]
    assert ends == pytest.approx([1.76, 4.16, 6.96, 8.96, 14.16])


def test_a_transcript_names_its_own_speakers(store: FolderStore, tmp_path: Path) -> None:
    talk, recording = line(store, tmp_path, 50), line(store, tmp_path, 60)
    (sentence,) = recording.sentences
    named = recording.model_copy(update={"sentences": (sentence.model_copy(update={"speaker": "Guest"}),)})
    alone = build_timeline(storyboard(("One", "A")), [[named]], store)
    assert [each.speaker for each in alone.sentences] == ["Guest"]
    both = build_timeline(storyboard(("One", "bA")), [[talk, named]], store)
    assert [each.speaker for each in both.sentences] == ["b", "Guest"]


def test_scenes_with_a_title_are_chapters(timeline: VideoTimeline) -> None:
    assert [(chapter.start_frame, chapter.title) for chapter in timeline.chapters] == [(0, "One"), (330, "Three")]


def test_every_line_has_the_look_of_its_speaker(timeline: VideoTimeline) -> None:
    assert [span.speaker for span in timeline.lines] == list("aabbaa")
    assert timeline.lines[2].look == Look(image="b.png", mask=None, prompt="As b.")


def test_a_scene_sounds_the_same_wherever_it_stands(store: FolderStore, tmp_path: Path) -> None:
    one, two = [line(store, tmp_path, 50)], [line(store, tmp_path, 60)]
    board = storyboard(("One", "a"), ("Two", "a"))
    here, there = build_timeline(board, [one, two], store), build_timeline(board, [two, one], store)
    first, second = (50 + SCENE_PAUSE_FRAMES) * 8, (60 + SCENE_PAUSE_FRAMES) * 8
    assert here.digests[:first] == there.digests[second:]
    assert here.digests[first:] == there.digests[:second]
    assert here.sound_key != there.sound_key
    assert VideoTimeline.model_validate_json(here.model_dump_json()) == here
