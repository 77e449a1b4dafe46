"""Recordings made ready: level, grid, cuts, and that they are prepared once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from longtake.assets import FolderStore
from longtake.assets.asset import describe
from longtake.grid import SAMPLES_PER_FRAME
from longtake.loudness import PRESETS, LoudnessPreset, measure_samples, preset_named
from longtake.pauses import find_cuts
from longtake.recordings import PreparedRecording, level_recording, measure_recording, prepare_recording, wav
from tests.loudness_media import RATE, clipped, ffmpeg_loudness, lag, noise, save, speech, tone

PODCAST = preset_named("podcast")


def levelled(path: Path, store: FolderStore, *, preset: LoudnessPreset = PODCAST, gain_db=None) -> PreparedRecording:
    return level_recording(path, source=describe(path), preset=preset, store=store, gain_db=gain_db)


def sound_of(recording: PreparedRecording, store: FolderStore) -> np.ndarray:
    with store.local(recording.line.audio) as path:
        return soundfile.read(path, dtype="int16")[0]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize("peak_db", [-3, -30])
def test_a_recording_is_brought_to_the_level(tmp_path: Path, store: FolderStore, preset, peak_db: float) -> None:
    recording = levelled(save(tmp_path / "talk.wav", speech(8, peak_db=peak_db)), store, preset=preset)
    with store.local(recording.line.audio) as path:
        loudness, peak = ffmpeg_loudness(path)
    assert abs(loudness - preset.integrated_lufs) <= 0.55
    assert peak <= preset.true_peak_dbtp + 0.2
    assert recording.gain_db % 0.5 == 0
    assert recording.levelled.integrated_lufs == pytest.approx(loudness, abs=0.1)


def test_it_is_whole_frames_of_48_khz_mono_and_nothing_is_shifted(tmp_path: Path, store: FolderStore) -> None:
    samples = speech(5.013)
    recording = levelled(save(tmp_path / "talk.wav", samples), store)
    with store.local(recording.line.audio) as path:
        info = soundfile.info(path)
    assert (info.format, info.subtype, info.samplerate, info.channels) == ("WAV", "PCM_16", RATE, 1)
    assert info.frames == recording.line.frames * SAMPLES_PER_FRAME == 126 * SAMPLES_PER_FRAME
    sound = sound_of(recording, store)
    assert not sound[len(samples) :].any()
    assert lag(sound, samples) == 0


def test_its_cuts_are_those_of_its_envelope(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", speech(20))
    measure = measure_recording(path)
    assert measure.envelope_db.dtype == np.float32
    assert len(measure.envelope_db) == 2_000
    line = prepare_recording(path, source=describe(path), preset=PODCAST, store=store)
    assert line.cuts == find_cuts(measure.envelope_db, line.frames)
    assert sum(cut.kind == "pause" for cut in line.cuts) >= 5
    assert all(0 < cut.frame < line.frames for cut in line.cuts)


def test_the_silence_at_the_end_is_measured(tmp_path: Path, store: FolderStore) -> None:
    samples = np.concatenate([noise(2.5, peak_db=-10), np.zeros(round(0.73 * RATE), np.int16)])
    assert levelled(save(tmp_path / "talk.wav", samples), store).line.tail_seconds == pytest.approx(0.74, abs=0.011)
    samples = np.concatenate([np.zeros(RATE, np.int16), noise(2, peak_db=-10)])
    assert levelled(save(tmp_path / "full.wav", samples), store).line.tail_seconds == 0


def test_what_was_prepared_is_found_without_the_file(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", speech(3))
    source = describe(path)
    first = level_recording(path, source=source, preset=PODCAST, store=store)
    path.unlink()
    assert level_recording(path, source=source, preset=PODCAST, store=store) == first


def test_a_pinned_gain_is_used_instead(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", speech(3))
    own = levelled(path, store)
    assert levelled(path, store, gain_db=own.gain_db).line.audio == own.line.audio
    other = levelled(path, store, gain_db=own.gain_db - 6.2)
    assert other.gain_db == own.gain_db - 6
    assert own.levelled.integrated_lufs - other.levelled.integrated_lufs == pytest.approx(6, abs=0.7)
    assert other.line.cuts == own.line.cuts


def test_where_the_limiter_takes_loudness_the_gain_is_raised(tmp_path: Path, store: FolderStore) -> None:
    """Clicks hold the peaks up while the rest is quiet: the plain gain misses the target."""
    samples = speech(6, peak_db=-20)
    samples[:: RATE // 3] = 30_000
    recording = levelled(save(tmp_path / "clicks.wav", samples), store)
    plain = round((PODCAST.integrated_lufs - recording.facts.integrated_lufs) * 2) / 2
    assert recording.gain_db > plain
    assert abs(recording.levelled.integrated_lufs - PODCAST.integrated_lufs) <= 0.6


def test_two_machines_prepare_the_same_bytes(tmp_path: Path) -> None:
    path = save(tmp_path / "talk.wav", speech(3), rate=44_100)
    lines = [
        prepare_recording(path, source=describe(path), preset=PODCAST, store=FolderStore(tmp_path / name))
        for name in ("one", "two")
    ]
    assert lines[0] == lines[1]


def test_more_than_four_gib_become_rf64(tmp_path: Path, store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "talk.wav", speech(2))
    plain = sound_of(levelled(path, store), store)
    monkeypatch.setattr(wav, "_LARGEST_WAV_BYTES", 100_000)
    big = FolderStore(tmp_path / "big")
    recording = levelled(path, big)
    with big.local(recording.line.audio) as audio:
        assert audio.read_bytes()[:4] == b"RF64"
    assert (sound_of(recording, big) == plain).all()


def test_a_very_short_recording_is_levelled_too(tmp_path: Path, store: FolderStore) -> None:
    samples = speech(1)[RATE // 10 : RATE // 10 + 12_000]
    recording = levelled(save(tmp_path / "yes.wav", samples), store)
    assert recording.line.frames == 7
    assert measure_samples(sound_of(recording, store)[:12_000]).integrated_lufs == pytest.approx(-16, abs=1)


def test_a_clipped_recording_is_accepted_with_a_warning(tmp_path: Path, store: FolderStore) -> None:
    recording = levelled(save(tmp_path / "loud.wav", clipped(speech(4))), store)
    assert 0.01 < recording.facts.clipped_share < 0.9
    assert any("recorded too loud" in warning for warning in recording.warnings)
    assert not levelled(save(tmp_path / "fine.wav", speech(4)), store).warnings


def test_a_very_quiet_recording_is_accepted_with_a_warning(tmp_path: Path, store: FolderStore) -> None:
    recording = levelled(save(tmp_path / "quiet.wav", speech(4, peak_db=-42)), store)
    assert any("very quiet" in warning for warning in recording.warnings)


def test_floats_above_full_scale_are_turned_down_not_clipped(tmp_path: Path, store: FolderStore) -> None:
    wave = speech(4, peak_db=0) / 32768 * 3.0
    recording = levelled(save(tmp_path / "float.wav", wave.astype(np.float32), subtype="FLOAT"), store, gain_db=-18)
    assert np.corrcoef(sound_of(recording, store)[: len(wave)], wave)[0, 1] > 0.9999


def test_channels_that_cancel_each_other_out_are_not_silence(tmp_path: Path, store: FolderStore) -> None:
    samples = speech(3)
    recording = levelled(save(tmp_path / "wired.wav", np.column_stack([samples, -samples])), store)
    assert recording.facts.left_only
    assert any("cancel each other out" in warning for warning in recording.warnings)
    assert lag(sound_of(recording, store), samples) == 0


def test_a_voice_on_one_side_only_is_levelled_all_the_same(tmp_path: Path, store: FolderStore) -> None:
    samples = speech(6)
    recording = levelled(save(tmp_path / "left.wav", np.column_stack([samples, 0 * samples])), store)
    assert abs(recording.levelled.integrated_lufs - PODCAST.integrated_lufs) <= 0.55


def test_a_steady_tone_has_no_tail(tmp_path: Path, store: FolderStore) -> None:
    assert levelled(save(tmp_path / "tone.wav", tone(3, 440)), store).line.tail_seconds == 0
