"""Between two speakers it is silent for a shorter time than between two paragraphs of one."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from longtake.assets import FolderStore
from longtake.loudness import preset_named
from longtake.prepared import PreparedLine
from longtake.slices import fingerprint, iter_blocks
from longtake.speech import LINE_PAUSE_SECONDS, open_voice, prepare_spoken_line
from longtake.storyboard import Line, Scene, Speaker, Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from longtake.turns import QUICK_TURN_PAUSE_SECONDS, TURN_PAUSE_SECONDS

FRAME = 0.04
LONG = "This is a sentence that takes its speaker quite a bit longer than two seconds."
VOICES = {"Ada": "en-gb+f3", "Ben": "en-us+m3"}
SPEAKERS = {name: Speaker(voice=voice) for name, voice in VOICES.items()}


def timeline_of(store: FolderStore, *scenes: tuple[tuple[str, str], ...]) -> VideoTimeline:
    board = Storyboard(
        speakers=SPEAKERS,
        scenes=tuple(Scene(lines=tuple(Line(speaker=name, text=text) for name, text in scene)) for scene in scenes),
    )

    async def spoken(line: Line) -> PreparedLine:
        voice = open_voice(VOICES[line.speaker], "en")
        return await prepare_spoken_line(line, voice=voice, language="en", preset=preset_named("podcast"), store=store)

    async def all_spoken() -> list[list[PreparedLine]]:
        return [[await spoken(line) for line in scene.lines] for scene in board.scenes]

    return build_timeline(board, asyncio.run(all_spoken()), store)


def pauses(timeline: VideoTimeline) -> list[float]:
    """The silence between sentences of different lines, as sentences are timed."""
    return [round(two.start_seconds - one.end_seconds, 6) for one, two in pairwise(timeline.sentences)]


@pytest.mark.parametrize(
    ("text", "least"),
    [
        (LONG, TURN_PAUSE_SECONDS),
        (f"{LONG[:-1]}, is it not?", QUICK_TURN_PAUSE_SECONDS),
        (f'He asked: "{LONG[:-1]}?"', QUICK_TURN_PAUSE_SECONDS),
        ("Oh no.", QUICK_TURN_PAUSE_SECONDS),
    ],
)
def test_an_answer_comes_sooner_than_a_paragraph(text: str, least: float, store: FolderStore) -> None:
    (turn,) = pauses(timeline_of(store, (("Ada", text), ("Ben", "Well then."))))
    (paragraph,) = pauses(timeline_of(store, (("Ada", text), ("Ada", "Well then."))))
    assert least - 1e-6 <= turn < least + FRAME
    assert LINE_PAUSE_SECONDS - 1e-6 <= paragraph < LINE_PAUSE_SECONDS + FRAME


def test_the_pause_is_silent_and_every_cut_knows_how_long_it_is(store: FolderStore) -> None:
    timeline = timeline_of(store, (("Ada", LONG), ("Ben", "Is it so?"), ("Ada", "It is so.")))
    sound = np.concatenate(list(iter_blocks(timeline.sound, store)))
    assert len(sound) == timeline.frames * 1920
    for cut, pause in zip(timeline.cuts, pauses(timeline), strict=True):
        assert cut.pause_seconds == pytest.approx(pause, abs=1e-5)
        assert not sound[cut.frame * 1920 - round(pause * 48_000) + 1 : cut.frame * 1920].any()
        assert np.abs(sound[cut.frame * 1920 : cut.frame * 1920 + 1920].astype(int)).max() > 100


def test_a_pause_that_the_script_asks_for_stays(store: FolderStore) -> None:
    asked = f"{LONG} [pause 0.6]"
    (turn,) = pauses(timeline_of(store, (("Ada", asked), ("Ben", "Well then."))))
    assert LINE_PAUSE_SECONDS + 0.6 <= turn < LINE_PAUSE_SECONDS + 0.6 + FRAME


def test_a_scene_ends_as_it_does_in_a_monologue(store: FolderStore) -> None:
    one, two = (("Ada", LONG),), (("Ben", "Well then."),)
    dialogue = timeline_of(store, one, two)
    (pause,) = pauses(dialogue)
    assert 0.9 <= pause < 0.9 + 2 * FRAME


def test_what_the_other_says_changes_nothing_of_a_turn(store: FolderStore) -> None:
    here = timeline_of(store, (("Ada", LONG), ("Ben", "Is it so?"), ("Ada", LONG)))
    there = timeline_of(store, (("Ada", LONG), ("Ben", "I would never have thought of that."), ("Ada", LONG)))
    for place in (0, 2):
        spans = [(timeline, timeline.lines[place]) for timeline in (here, there)]
        prints = [fingerprint(t.digests, s.start_frame, s.end_frame, 0) for t, s in spans]
        assert prints[0] == prints[1]


def test_sentences_tell_their_speaker_only_in_a_dialogue(store: FolderStore) -> None:
    assert [s.speaker for s in timeline_of(store, (("Ada", LONG), ("Ada", "Well then."))).sentences] == [None, None]
    assert [s.speaker for s in timeline_of(store, (("Ada", LONG), ("Ben", "Well then."))).sentences] == ["Ada", "Ben"]
