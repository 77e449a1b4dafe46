"""Measuring and levelling inside the process, against ffmpeg's own meter and against known tones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.errors import SettingError
from longtake.loudness import PRESETS, Loudness, level_samples, measure_blocks, measure_samples, preset_named
from tests.loudness_media import RATE, clipped, ffmpeg_loudness, in_blocks, lag, noise, save, scaled, speech, tone

PODCAST = preset_named("podcast")


def test_presets_are_found_by_name() -> None:
    assert (PODCAST.integrated_lufs, PODCAST.true_peak_dbtp) == (-16.0, -1.5)
    assert preset_named("YouTube ").integrated_lufs == -14.0
    assert preset_named("broadcast").true_peak_dbtp == -1.0


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingError, match=r"no loudness preset 'radio'.*podcast, youtube, broadcast"):
        preset_named("radio")


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_a_tone_of_known_level_is_measured_as_such(rate: int) -> None:
    """By the standard's own calibration, a 997 Hz sine that peaks at -20 dBFS on both sides reads -20 LUFS."""
    measured = measure_samples(tone(3, 997, peak_db=-20, rate=rate), rate)
    assert measured.integrated_lufs == pytest.approx(-20, abs=0.15)
    assert measured.true_peak_dbtp == pytest.approx(-20, abs=0.1)


def test_the_true_peak_between_samples_is_found() -> None:
    """At a quarter of the rate and this phase, each sample is 3 dB below the peak between two of them."""
    samples = tone(1, RATE / 4, peak_db=-10, phase=np.pi / 4)
    samples = np.rint(samples * np.hanning(RATE)).astype(np.int16)
    assert 20 * np.log10(np.abs(samples.astype(int)).max() / 32768) == pytest.approx(-10, abs=0.01)
    assert measure_samples(samples).true_peak_dbtp == pytest.approx(-7, abs=0.2)


@pytest.mark.parametrize("seconds", [0.4, 0.999, 3.05, 20])
def test_it_agrees_with_ffmpegs_meter(tmp_path: Path, seconds: float) -> None:
    for number, samples in enumerate((speech(seconds), noise(seconds), clipped(speech(seconds)))):
        samples[-960:] = 0  # ffmpeg's meter does not look at what a filter rings after the last sample
        loudness, peak = ffmpeg_loudness(save(tmp_path / f"{number}.wav", samples))
        measured = measure_samples(samples)
        assert measured.integrated_lufs == pytest.approx(loudness, abs=0.1)
        assert measured.true_peak_dbtp == pytest.approx(peak, abs=0.1)


def test_silence_has_no_loudness() -> None:
    assert measure_samples(np.zeros(RATE, np.int16)) == Loudness(integrated_lufs=None, true_peak_dbtp=None)
    assert measure_samples(np.zeros(0, np.int16)) == Loudness(integrated_lufs=None, true_peak_dbtp=None)


@pytest.mark.parametrize("samples", [480, 4_799, 4_800, 9_601, 19_199, 19_200, 19_201])
def test_a_sound_shorter_than_the_standards_window_is_measured_too(samples: int) -> None:
    loud = measure_samples(tone(samples / RATE, 1000, peak_db=-20))
    assert loud.integrated_lufs == pytest.approx(-20, abs=0.5)


def test_a_stream_measures_the_same_however_it_is_cut() -> None:
    samples = speech(4.321)
    whole = measure_samples(samples)
    for size in (777, 1_920, 48_000):
        assert measure_blocks(in_blocks(samples, size)) == whole
    short = samples[RATE : RATE + 9_000]
    assert measure_blocks(in_blocks(short, 1_000)) == measure_samples(short)


def test_floats_above_full_scale_are_measured_as_they_are() -> None:
    wave = 2.0 * tone(2, 997, peak_db=0) / 32768
    loud = measure_blocks([wave.astype(np.float32)], dtype=np.float32)
    assert loud.integrated_lufs == pytest.approx(6.0, abs=0.1)
    assert loud.true_peak_dbtp == pytest.approx(6.0, abs=0.1)


def test_a_gain_that_meets_no_ceiling_is_only_a_gain() -> None:
    samples = speech(2, peak_db=-30)
    assert (level_samples(samples, 0, PODCAST) == samples).all()
    expected = np.rint(samples * 10 ** (6 / 20)).astype(np.int16)
    assert (level_samples(samples, 6, PODCAST) == expected).all()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize(
    ("sound", "gain_db"),
    [
        (speech(6), 14.0),
        (clipped(speech(6)), 0.0),
        (noise(2), 20.0),
        (tone(1, 12_000, peak_db=-3, phase=np.pi / 4), 3.0),
        (scaled(np.sign(tone(1, 110)), -3), 6.0),
        (speech(0.25), 14.0),
    ],
    ids=["speech", "clipped", "noise", "12kHz", "square", "short"],
)
def test_no_true_peak_passes_the_ceiling(tmp_path: Path, preset, sound, gain_db: float) -> None:
    levelled = level_samples(sound, gain_db, preset)
    assert len(levelled) == len(sound)
    assert levelled.dtype == np.int16
    padded = np.concatenate(
        [levelled, np.zeros(RATE // 2, np.int16)]
    )  # ffmpeg's meter skips a last 0.1 s that is not full
    assert ffmpeg_loudness(save(tmp_path / "out.wav", padded))[1] <= preset.true_peak_dbtp + 0.05
    assert np.abs(levelled).max() > 0.5 * 32768 * 10 ** (preset.true_peak_dbtp / 20)


def test_the_limiter_shifts_nothing_and_leaves_the_quiet_alone() -> None:
    quiet = speech(3, peak_db=-26)
    samples = np.concatenate([quiet, speech(1, peak_db=-1, seed=5), quiet])
    levelled = level_samples(samples, 10, PODCAST)
    assert lag(levelled, samples) == 0
    before = slice(0, 2 * RATE)
    assert (levelled[before] == np.rint(samples[before] * 10 ** (10 / 20))).all()


def test_threads_do_not_disturb_each_other() -> None:
    lines = [speech(1.5, seed=seed) for seed in range(12)]
    alone = [level_samples(line, 12, PODCAST) for line in lines]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda line: level_samples(line, 12, PODCAST), lines))
    assert all((a == b).all() for a, b in zip(alone, together, strict=True))


@settings(max_examples=40, deadline=None)
@given(
    length=st.integers(0, 6_000),
    seed=st.integers(0, 2**32 - 1),
    loudness=st.sampled_from([1, 200, 8_000, 32_767]),
    gain_db=st.floats(-60, 40),
)
def test_any_sound_comes_out_whole_and_under_the_ceiling(length: int, seed: int, loudness: int, gain_db: float) -> None:
    samples = np.random.default_rng(seed).integers(-loudness, loudness, length, dtype=np.int16, endpoint=True)
    levelled = level_samples(samples, gain_db, PODCAST)
    assert len(levelled) == length
    peak = measure_samples(levelled).true_peak_dbtp
    assert peak is None or peak <= PODCAST.true_peak_dbtp + 0.01
