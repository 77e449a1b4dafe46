"""When pictures are shown: for every length, rate and slot, in order and inside the slot."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import ClipRejected
from longtake.stitch.avcc import ParameterSets, merge_sets, parse_avcc, write_avcc
from longtake.stitch.fit import TICKS_PER_FRAME, TICKS_PER_SECOND, check_length, fit_to_slot, shown_of_padded
from longtake.stitch.languages import three_letters

RATES = [Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(30), Fraction(50), Fraction(60)]


def times(frames: int, rate: Fraction) -> np.ndarray:
    return np.array([round(n * TICKS_PER_SECOND / rate) for n in range(frames)], dtype=np.int64)


@given(slot=st.integers(1, 1500), off=st.integers(-5, 8), rate=st.sampled_from(RATES))
def test_all_pictures_fit_their_slot(slot: int, off: int, rate: Fraction) -> None:
    expected = round(Fraction(slot, 25) * rate)
    frames = max(1, expected + off)
    check_length(frames, rate, slot, number=1)
    ticks = slot * TICKS_PER_FRAME
    shown = fit_to_slot(times(frames, rate), rate, ticks)
    frame = TICKS_PER_SECOND / rate
    assert len(shown) == frames
    assert shown[0] == 0
    assert np.all(np.diff(shown) > 0)
    assert shown[-1] < ticks
    untouched = max(0, frames - 24)
    assert np.array_equal(shown[:untouched], times(frames, rate)[:untouched])
    if off <= 0:
        assert np.array_equal(shown, times(frames, rate))
    if frames >= 40:
        assert ticks - shown[-1] >= frame * 2 // 5, "the last picture is gone in a flash"


@given(slot=st.integers(1, 1500), sent=st.integers(0, 100), rate=st.sampled_from(RATES))
def test_padding_begins_where_the_slot_ends(slot: int, sent: int, rate: Fraction) -> None:
    all_times = times(round((slot + sent) * rate / 25) + 1, rate)
    shown = shown_of_padded(all_times, slot * TICKS_PER_FRAME)
    assert 1 <= shown <= len(all_times)
    assert all_times[shown - 1] < slot * TICKS_PER_FRAME
    assert np.all(all_times[shown:] >= slot * TICKS_PER_FRAME - 90)


@given(slot=st.integers(1, 1500), rate=st.sampled_from(RATES))
def test_more_than_eight_frames_too_long_is_refused(slot: int, rate: Fraction) -> None:
    expected = round(Fraction(slot, 25) * rate)
    check_length(expected + 8, rate, slot, number=3)
    with pytest.raises(ClipRejected, match="clip 3 is 9 frames longer"):
        check_length(expected + 9, rate, slot, number=3)


@given(gaps=st.lists(st.integers(300, 200_000), min_size=1, max_size=60), slot=st.integers(1, 100))
def test_uneven_clips_fit_too(gaps: list[int], slot: int) -> None:
    uneven = np.concatenate([[0], np.cumsum(gaps)])
    rate = Fraction(len(gaps) * TICKS_PER_SECOND, int(uneven[-1]))
    shown = fit_to_slot(uneven, rate, slot * TICKS_PER_FRAME)
    if shown[-1] >= slot * TICKS_PER_FRAME:
        pytest.fail(f"a picture is shown behind its slot: {shown}")
    assert shown[0] == 0


def sets(number: int, *, profile: int = 100) -> ParameterSets:
    bits = "1" if number == 0 else f"{number + 1:b}".zfill(2 * (number + 1).bit_length() - 1)
    code = int((bits + "1").ljust(16, "0"), 2).to_bytes(2, "big")
    return ParameterSets(
        profile=profile,
        compatibility=0,
        level=30 + number,
        sequence=(bytes([0x67, profile, 0, 30]) + code,),
        picture=(b"\x68" + code,),
        tail=b"\xfd\xf8\xf8\x00" if profile == 100 else b"",
    )


@given(number=st.integers(0, 30), other=st.integers(0, 30))
def test_parameter_sets_survive_writing_and_merging(number: int, other: int) -> None:
    assert parse_avcc(write_avcc(sets(number))) == sets(number)
    merged = merge_sets(sets(number, profile=77), sets(other))
    again = parse_avcc(write_avcc(merged))
    assert again == merged
    assert (merged.profile, merged.level, merged.tail) == (100, 30 + max(number, other), sets(other).tail)
    assert merged.free_number() == min({0, 1, 2} - {number, other})


@given(st.binary(max_size=80))
def test_no_bytes_upset_the_reading_of_a_record(data: bytes) -> None:
    parse_avcc(data)
    parse_avcc(b"\x01" + data)


def test_language_tags() -> None:
    tags = ["en", "en-GB", "pt_BR", "zh-Hans", "deu", "xx", ""]
    assert [three_letters(tag) for tag in tags] == ["eng", "eng", "por", "zho", "deu", "und", "und"]
