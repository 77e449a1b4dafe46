"""The finished m4a, judged by ffmpeg's own meter and decoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import ffmpeg
import numpy as np
import pytest

from longtake import ffmpeg as runner
from longtake.loudness import (
    MASTER_PRIMING_SAMPLES,
    PRESETS,
    MasterReport,
    encode_master,
    level_samples,
    measure_samples,
    preset_named,
)
from tests.loudness_media import (
    RATE,
    Samples,
    clipped,
    decoded,
    ffmpeg_loudness,
    in_blocks,
    lag,
    noise,
    scaled,
    speech,
    tone,
)

PODCAST = preset_named("podcast")

MIXED = np.concatenate(
    [speech(4, peak_db=-14), np.zeros(RATE, np.int16), speech(3, peak_db=-3, seed=7), noise(1, peak_db=-20)]
)
MATERIAL: dict[str, tuple[Samples, float]] = {
    "levelled": (speech(8), 0.3),
    "too quiet": (speech(8), -5.0),
    "too loud": (speech(8), 4.0),
    "clipped": (clipped(speech(6)), 0.5),
    "short": (speech(1.2), -0.5),
    "mixed": (MIXED, 0.0),
    "square": (scaled(np.sign(tone(3, 110)), -3), -1.0),
}


def mastered(samples: Samples, output: Path, *, preset=PODCAST, block: int = 48_000) -> MasterReport:
    return encode_master(lambda: iter(in_blocks(samples, block)), preset=preset, output=output)


def near_target(samples: Samples, off_lu: float, preset) -> Samples:
    """The sound as levelling would leave it, `off_lu` away from the target."""
    loudness = measure_samples(samples).integrated_lufs
    assert loudness is not None
    return level_samples(samples, preset.integrated_lufs + off_lu - loudness, preset)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize("material", MATERIAL)
def test_the_finished_file_meets_its_target(tmp_path: Path, preset, material: str) -> None:
    samples = near_target(*MATERIAL[material], preset)
    report = mastered(samples, tmp_path / "master.m4a", preset=preset)
    loudness, peak = ffmpeg_loudness(tmp_path / "master.m4a")
    assert abs(loudness - preset.integrated_lufs) <= 0.5
    assert peak <= preset.true_peak_dbtp + 0.2
    assert report.integrated_lufs == pytest.approx(loudness, abs=0.15)
    assert report.true_peak_dbtp == pytest.approx(peak, abs=0.15)
    assert report.seconds == len(samples) / RATE
    assert list(tmp_path.iterdir()) == [tmp_path / "master.m4a"]


def test_levelled_sound_is_corrected_by_tenths_only(tmp_path: Path) -> None:
    report = mastered(near_target(speech(8), 0.3, PODCAST), tmp_path / "master.m4a")
    assert -0.5 <= report.correction_db < 0


def test_every_sample_comes_out_at_its_place(tmp_path: Path) -> None:
    samples = near_target(speech(6.04), 0, PODCAST)
    mastered(samples, tmp_path / "master.m4a")
    heard = decoded(tmp_path / "master.m4a")
    assert len(heard) == len(samples)
    assert lag(heard, samples) == 0
    assert np.corrcoef(heard, samples)[0, 1] > 0.999


def test_its_packets_start_with_the_priming(tmp_path: Path) -> None:
    mastered(near_target(speech(2), 0, PODCAST), tmp_path / "master.m4a")
    with av.open(str(tmp_path / "master.m4a")) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.layout.name) == ("aac", RATE, "mono")
        assert stream.profile == "LC"
        times = [(packet.pts, packet.duration) for packet in container.demux(stream) if packet.pts is not None]
    assert times[0] == (-MASTER_PRIMING_SAMPLES, MASTER_PRIMING_SAMPLES)
    assert times[1][0] == 0
    assert times[-1][0] + times[-1][1] == 2 * RATE


def test_copied_into_another_mp4_not_a_sample_is_shifted(tmp_path: Path) -> None:
    mastered(near_target(speech(3), 0, PODCAST), tmp_path / "master.m4a")
    options = {"movie_timescale": "1000", "movflags": "faststart"}
    with (
        av.open(str(tmp_path / "master.m4a")) as source,
        av.open(str(tmp_path / "copy.mp4"), "w", options=options) as copy,
    ):
        stream = copy.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    heard, again = decoded(tmp_path / "master.m4a"), decoded(tmp_path / "copy.mp4")
    assert len(heard) == 3 * RATE
    assert (heard == again).all()


def test_the_same_sound_gives_the_same_bytes(tmp_path: Path) -> None:
    samples = near_target(speech(5), -0.4, PODCAST)
    files = []
    for block in (1_920, 48_000, 1_000_000):
        mastered(samples, tmp_path / f"{block}.m4a", block=block)
        files.append((tmp_path / f"{block}.m4a").read_bytes())
    assert files[0] == files[1] == files[2]
    assert b"Lav" not in files[0]


def test_silence_is_encoded_as_it_is(tmp_path: Path) -> None:
    report = mastered(np.zeros(3 * RATE, np.int16), tmp_path / "master.m4a")
    assert (report.integrated_lufs, report.true_peak_dbtp, report.correction_db) == (None, None, 0.0)
    assert not decoded(tmp_path / "master.m4a").any()


def test_sound_so_quiet_that_it_is_noise_is_not_blown_up_without_end(tmp_path: Path) -> None:
    report = mastered(noise(3, peak_db=-50), tmp_path / "master.m4a")
    assert report.correction_db == 12.0


def test_no_sound_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no sound"):
        encode_master(lambda: iter([]), preset=PODCAST, output=tmp_path / "master.m4a")
    assert not list(tmp_path.iterdir())


def test_an_error_while_reading_leaves_no_half_file(tmp_path: Path) -> None:
    rounds: list[int] = []

    def blocks() -> Iterator[Samples]:
        rounds.append(1)
        yield speech(1)
        if len(rounds) > 1:
            raise OSError("the store is gone")

    with pytest.raises(OSError, match="the store is gone"):
        encode_master(blocks, preset=PODCAST, output=tmp_path / "master.m4a")
    assert not list(tmp_path.iterdir())


def test_it_can_be_decoded_without_a_complaint(tmp_path: Path) -> None:
    mastered(near_target(clipped(speech(3)), 0, PODCAST), tmp_path / "master.m4a")
    sound = ffmpeg.input(str(tmp_path / "master.m4a")).output("-", format="null").global_args("-loglevel", "warning")
    assert runner.run(sound).stderr == b""
