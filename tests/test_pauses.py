"""Where a recording may be cut: at the end of its pauses, and somewhere in any case."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longtake.pauses import (
    HOPS_PER_FRAME,
    LONGEST_GAP_SECONDS,
    find_cuts,
    long_gap_cuts,
    measure_envelope,
    silence_threshold_db,
)
from longtake.prepared import CutPoint

SPEECH_DB, ROOM_DB = -20.0, -60.0
HOUR_FRAMES = 3600 * 25


def envelope(*parts: tuple[float, float]) -> NDArray[np.float32]:
    """Parts of (seconds, dB), one behind the other."""
    return np.concatenate([np.full(round(seconds * 100), level, np.float32) for seconds, level in parts])


def cuts_of(hops: NDArray[np.float32]) -> tuple[CutPoint, ...]:
    return find_cuts(hops, len(hops) // HOPS_PER_FRAME)


def gaps_frames(cuts: tuple[CutPoint, ...], frames: int) -> list[int]:
    return [end - start for start, end in pairwise([0, *(cut.frame for cut in cuts), frames])]


def test_a_cut_lies_at_the_end_of_the_pause() -> None:
    cuts = cuts_of(envelope((3, SPEECH_DB), (0.5, ROOM_DB), (3, SPEECH_DB), (0.2, ROOM_DB), (2, SPEECH_DB)))
    assert [(cut.frame, cut.pause_seconds, cut.kind) for cut in cuts] == [(87, 0.5, "pause"), (167, 0.2, "pause")]


@pytest.mark.parametrize(("hops", "found"), [(11, 0), (12, 1)])
def test_a_pause_lasts_at_least_120_ms(hops: int, found: int) -> None:
    sound = envelope((3, SPEECH_DB), (hops / 100, ROOM_DB), (2.9, SPEECH_DB), (1.0, ROOM_DB))
    assert len(cuts_of(sound[: len(sound) // 4 * 4])) == found


def test_silence_at_the_start_and_at_the_end_is_no_pause() -> None:
    cuts = cuts_of(envelope((2, ROOM_DB), (3, SPEECH_DB), (0.4, ROOM_DB), (1, SPEECH_DB), (2, ROOM_DB)))
    assert [cut.frame for cut in cuts] == [135]


def test_the_threshold_follows_the_room() -> None:
    quiet = envelope((5, SPEECH_DB), (5, ROOM_DB))
    assert silence_threshold_db(quiet) == pytest.approx(SPEECH_DB - 28)
    assert silence_threshold_db(envelope((5, SPEECH_DB), (5, -38))) == pytest.approx(-32)


def test_steady_noise_and_music_are_no_pauses() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(-30, 1, HOUR_FRAMES * 4).astype(np.float32)
    swelling = (-20 + 5 * np.sin(np.arange(HOUR_FRAMES * 4) / 37)).astype(np.float32)
    assert {cut.kind for sound in (noise, swelling) for cut in find_cuts(sound, HOUR_FRAMES)} == {"energy"}


def test_a_few_words_in_a_long_silence_are_found() -> None:
    rng = np.random.default_rng(5)
    sound = envelope((60, ROOM_DB), *([(1.5, SPEECH_DB), (20, ROOM_DB)] * 12)) + rng.normal(0, 1, 60_00 + 12 * 2150)
    pauses = [cut for cut in cuts_of(sound.astype(np.float32)) if cut.kind == "pause"]
    assert [cut.frame for cut in pauses] == [1500 + int((index * 21.5) * 25) for index in range(1, 12)]


def test_a_long_gap_is_cut_where_it_is_quietest() -> None:
    sound = envelope((6, SPEECH_DB), (0.08, -40), (6, SPEECH_DB), (0.8, ROOM_DB), (1.12, SPEECH_DB))
    first, second = cuts_of(sound)
    assert (first.frame, first.kind, first.pause_seconds) == (151, "energy", 0)
    assert (second.frame, second.kind) == (322, "pause")


@pytest.mark.parametrize("name", ["tone", "noise", "silence", "infinite", "nan", "short", "long silence"])
def test_every_sound_can_be_cut(name: str) -> None:
    rng = np.random.default_rng(5)
    hops = {
        "tone": np.full(HOUR_FRAMES * 4, -12.0),
        "noise": rng.normal(-30, 3, HOUR_FRAMES * 4),
        "silence": np.full(HOUR_FRAMES * 4, -120.0),
        "infinite": np.full(HOUR_FRAMES * 4, -np.inf),
        "nan": np.full(HOUR_FRAMES * 4, np.nan),
        "short": np.full(1000, -20.0),
        "long silence": np.concatenate((np.full(5000, -20.0), np.full(90_000, -70.0), np.full(5000, -20.0))),
    }[name].astype(np.float32)
    cuts = find_cuts(hops, HOUR_FRAMES)
    gaps = gaps_frames(cuts, HOUR_FRAMES)
    assert max(gaps) <= LONGEST_GAP_SECONDS * 25
    assert min(gaps) >= 1
    assert sum(gaps) == HOUR_FRAMES


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 120)), min_size=1, max_size=12),
    st.integers(0, 3),
    st.randoms(use_true_random=False),
)
def test_what_follows_a_pause_cut_begins_with_sound(parts, odd, random) -> None:
    hops = envelope(*(pair for sound, rest in parts for pair in ((sound / 100, SPEECH_DB), (rest / 100, ROOM_DB))))
    hops = np.concatenate((hops, np.full(4 + odd, SPEECH_DB, np.float32)))
    frames = len(hops) // HOPS_PER_FRAME
    threshold = silence_threshold_db(hops[: frames * 4])
    for cut in find_cuts(hops, frames):
        if cut.kind == "pause":
            at = cut.frame * HOPS_PER_FRAME
            silent = hops < threshold
            assert silent[at - 1], "the chunk before ends in the pause"
            assert not silent[at : at + HOPS_PER_FRAME].all(), "the chunk behind begins with sound within a frame"
            first_sound = at + int(np.argmin(silent[at:]))
            assert silent[first_sound - round(cut.pause_seconds * 100) : first_sound].all()
    gaps = gaps_frames(find_cuts(hops, frames), frames)
    assert min(gaps) >= 1
    assert max(gaps) <= LONGEST_GAP_SECONDS * 25


def test_cuts_within_a_short_sound_are_left_alone() -> None:
    given_cuts = (CutPoint(frame=100, pause_seconds=0.35, kind="sentence"),)
    hops = envelope((2, SPEECH_DB), (0.9, ROOM_DB), (6, SPEECH_DB))
    assert long_gap_cuts(hops, 207, given_cuts) == given_cuts


def test_a_long_sentence_gets_cuts_at_its_pauses_and_minima() -> None:
    sentence = CutPoint(frame=125, pause_seconds=0.35, kind="sentence")
    hops = envelope(
        (2, SPEECH_DB),
        (0.9, ROOM_DB),
        (2.7, SPEECH_DB),
        (5, SPEECH_DB),
        (0.8, ROOM_DB),
        (6, SPEECH_DB),
        (0.1, -40),
        (9, SPEECH_DB),
    )
    cuts = long_gap_cuts(hops, len(hops) // 4, (sentence,))
    assert [cut.kind for cut in cuts] == ["sentence", "pause", "energy", "energy"]
    assert [cut.frame for cut in cuts][:2] == [125, 285]
    assert cuts[2].frame == 436
    assert max(gaps_frames(cuts, len(hops) // 4)) <= 200


def test_an_envelope_is_the_rms_of_each_ten_milliseconds() -> None:
    tone = (np.sin(np.arange(48_000) * 2 * np.pi * 1000 / 48_000) * 16384).astype(np.int16)
    sound = np.concatenate((np.zeros(24_000, np.int16), tone, np.zeros(100, np.int16)))
    hops = measure_envelope(sound, 48_000)
    assert len(hops) == 151
    assert hops.dtype == np.float32
    assert hops[:50].tolist() == pytest.approx([-120.0] * 50)
    assert hops[50:150] == pytest.approx(np.full(100, -9.03), abs=0.01)
