"""Pictures are encoded once and shown many times: each frame shows what it should, in any decoder."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.ffmpeg import run
from longtake.preview import render_preview
from longtake.preview.bank import coded_pictures
from longtake.preview.groups import KEYS, LOUD, REST, STATES, State, grouped
from longtake.preview.numbering import Slice, read_numbers
from longtake.preview.stage import Stage
from longtake.preview.voice import LOUDEST, voice_levels
from tests.conftest import component
from tests.preview_media import lumas, silence, speech_like, write_chunk, write_portrait

some_levels = st.lists(st.integers(0, LOUDEST), min_size=1, max_size=200)
runs_of_levels = st.lists(st.tuples(st.integers(0, LOUDEST), st.integers(1, 70)), min_size=1, max_size=6).map(
    lambda runs: [level for level, length in runs for _ in range(length)]
)


def shown(groups) -> list[State]:
    states = []
    for group in groups:
        states += [group.first, *group.states, group.last][: group.end - group.start]
    return states


@given(levels=some_levels | runs_of_levels)
def test_groups_cover_every_frame_and_show_its_level(levels: list[int]) -> None:
    groups = grouped(levels)
    assert [group.start for group in groups] == [0, *(group.end for group in groups[:-1])]
    assert groups[-1].end == len(levels)
    states = shown(groups)
    keys = {frame for group in groups for frame in (group.start, group.end - 1)}
    for group in groups:
        assert 1 <= group.end - group.start <= 32
        assert {group.first.level, group.last.level} <= set(KEYS)
    for frame, (state, level) in enumerate(zip(states, levels, strict=True)):
        assert state in STATES
        assert frame in keys or state.level == level


@given(levels=some_levels | runs_of_levels)
def test_a_group_begins_with_the_key_that_the_last_one_ended_with(levels: list[int]) -> None:
    groups = grouped(levels)
    for one, following in pairwise(groups):
        assert one.last == following.first


def test_silence_is_shown_at_rest_and_speech_alternates_its_keys() -> None:
    assert set(shown(grouped([0] * 200))) == {State(REST, 0)}
    levels = voice_levels((speech_like(40.0) * 32767).astype(np.int16)).tolist()
    groups = grouped(levels)
    same = sum(group.first == group.last for group in groups)
    assert same <= len(groups) / 10
    states = shown(groups)
    off = [abs(state.level - level) for state, level in zip(states, levels, strict=True)]
    assert np.mean(off) < 0.15


def test_levels_follow_the_voice() -> None:
    loud, soft = speech_like(4.0, loud=0.8), speech_like(4.0, loud=0.05)
    samples = (np.concatenate([silence(100), loud, silence(100), soft]) * 32767).astype(np.int16)
    levels = voice_levels(samples)
    assert levels.shape == (400,)
    assert not levels[:100].any()
    assert not levels[205:300].any()
    for part in (levels[100:200], levels[300:]):
        assert part.max() == LOUDEST
        assert len(set(part.tolist())) >= 6
    assert not voice_levels(np.zeros(1920, np.int16)).any()
    assert not voice_levels(np.random.default_rng(0).integers(-20, 20, 96_000).astype(np.int16)).any()
    assert voice_levels(np.full(1920, 32767, np.int16)).tolist() == [LOUDEST]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    chunk = write_chunk(folder / "chunk.wav", np.concatenate([speech_like(10.0), silence(80), speech_like(5.0)]))
    render_preview(write_portrait(folder / "p.jpg"), chunk, folder / "clip.mp4", label="012")
    return folder / "clip.mp4"


def states_of(clip: Path) -> list[State]:
    with av.open(str(clip.with_name("chunk.wav"))) as media:
        samples = np.concatenate([frame.to_ndarray().ravel() for frame in media.decode(audio=0)])
    return shown(grouped(voice_levels(samples).tolist()))


def nearest(picture: np.ndarray, candidates: dict[State, np.ndarray]) -> State:
    return min(candidates, key=lambda state: float(np.abs(candidates[state] - picture).mean()))


def test_each_frame_shows_its_own_state(clip: Path) -> None:
    stage = Stage(clip.with_name("p.jpg"), "012")
    drawn = {state: stage.frame(state).to_ndarray()[: stage.height].astype(np.int16) for state in STATES}
    pictures = lumas(clip)
    assert [nearest(picture, drawn) for picture in pictures] == states_of(clip)
    errors = [np.abs(picture - drawn[state]).mean() for picture, state in zip(pictures, states_of(clip), strict=True)]
    assert max(errors) < 2


def test_decoders_have_nothing_to_complain_about(clip: Path) -> None:
    strict = ffmpeg.input(str(clip), err_detect="explode+crccheck+bitstream+careful").output("-", format="null")
    done = run(strict.global_args("-loglevel", "warning", "-xerror"))
    assert done.stderr.decode().strip() == ""


def test_pictures_that_no_other_needs_can_be_left_out(clip: Path) -> None:
    """A player in need skips them; the others come out as they were."""
    whole = lumas(clip)
    with av.open(str(clip)) as media:
        stream = media.streams.video[0]
        stream.codec_context.skip_frame = "NONREF"
        kept = {round(frame.time * 25): frame.to_ndarray()[: frame.height] for frame in media.decode(stream)}
    assert 20 < len(kept) < len(whole) / 5
    assert all(np.array_equal(picture, whole[frame]) for frame, picture in kept.items())


def test_seeking_lands_on_the_frame(clip: Path) -> None:
    whole = lumas(clip)
    with av.open(str(clip)) as media:
        stream = media.streams.video[0]
        for wanted in (0, 33, 151, 260, 299, 454):
            media.seek(round(wanted / 25 / stream.time_base), stream=stream)
            frame = next(frame for frame in media.decode(stream) if round(frame.time * 25) >= wanted)
            assert round(frame.time * 25) == wanted
            assert np.array_equal(frame.to_ndarray()[: frame.height], whole[wanted])


def test_it_plays_and_seeks_in_a_browser(clip: Path) -> None:
    chromium = component("chromium", "chromium", "chromium-browser", "google-chrome")
    from tests.stitch_browser import player

    stage = Stage(clip.with_name("p.jpg"), "012")
    green = {state: stage.frame(state).to_ndarray(format="rgb24")[..., 1].astype(np.int16) for state in STATES}
    states = states_of(clip)
    with player(chromium, clip.parent) as browser:
        facts = browser.load(clip.name)
        assert (facts["width"], facts["height"]) == (640, 360)
        assert facts["seconds"] == pytest.approx(len(states) / 25, abs=0.1)
        for frame in (0, 40, 77, 123, 200, 310, 400, 454):
            shown_there = browser.seek((frame + 0.5) / 25)
            assert nearest(shown_there, green) == states[frame]
        times, _ = browser.play(0, 1.5)
        assert len(times) > 5
        assert times == sorted(times)


def test_a_slice_can_be_numbered_and_is_its_old_self_otherwise(tmp_path: Path) -> None:
    stage = Stage(write_portrait(tmp_path / "p.jpg"), "1")
    with av.open(str(tmp_path / "x.mp4"), "w") as container:
        from longtake.preview.render import _video_stream

        stream = _video_stream(container, stage)
        container.start_encoding()
        numbers = read_numbers(bytes(stream.codec_context.extradata or b""))
        pictures = list(coded_pictures(stage, grouped([0, 3, 5, 7, 2, 4, 1, LOUD, REST]), stream))
    assert numbers.longest_group_frames == 32
    for picture in pictures[1:]:
        unit = Slice(picture.data, numbers)
        assert unit.shown_at(picture.shown_frame) == picture.data
        assert len({unit.shown_at(frame) for frame in range(32)}) == 32
        assert {len(unit.shown_at(frame)) for frame in range(32)} == {len(picture.data)}
