"""The sound of openings, closings and music: 48 kHz, mono, 16 bits; openings and closings at the video's level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import ffmpeg
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from longtake import ffmpeg as runner
from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.errors import MediaError, ToolFailed
from longtake.grid import SAMPLES_PER_FRAME, SAMPLES_PER_SECOND
from longtake.loudness import Loudness, LoudnessPreset, measure_blocks
from longtake.loudness.level import HEADROOM_DB, limited, to_int16
from longtake.loudness.measure import linear

MOST_GAIN_DB = 20.0
"""A clip that is quieter than that is meant to be quiet, or holds only noise."""

_BLOCK_SAMPLES = 10 * SAMPLES_PER_SECOND

Block = NDArray[np.int16]


def prepare_sound(source: Asset, frames: int, preset: LoudnessPreset, store: Store, *, where: str) -> Asset:
    """The sound of an opening or a closing of `frames` frames at the preset's loudness; silence where it has none.

    Made now or found. Raises MediaError, which names `where`.
    """

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        raw, output = folder / "raw.wav", folder / "around.wav"
        with store.local(source) as path:
            has_sound = has_audio(path, where)
            if has_sound:
                decode(path, raw, where=where)
        blocks = _levelled(raw, preset) if has_sound else iter(())
        _write(_of_length(blocks, frames * SAMPLES_PER_FRAME), output)
        raw.unlink(missing_ok=True)
        return output, {"has_sound": has_sound}

    inputs = {"source": source.sha256, "frames": frames, "preset": preset.model_dump(mode="json")}
    return prepare_once(store, Recipe(name="around-sound", number=1, inputs=inputs), make).asset


def has_audio(path: Path, where: str) -> bool:
    """Whether a file has a sound that libav can name. Raises MediaError when it cannot be opened."""
    try:
        with av.open(f"file:{path}", metadata_errors="replace") as container:
            return any(map(_has_decoder, container.streams.audio))
    except (av.error.FFmpegError, OSError) as error:
        reason = error.strerror or type(error).__name__
        raise MediaError(f"it cannot be read as audio or video ({reason}).", where=where) from error


def _has_decoder(stream: AudioStream) -> bool:
    """PyAV has no context where libav knows no decoder."""
    context: object = stream.codec_context
    return context is not None


def decode(path: Path, output: Path, *, where: str) -> None:
    """Write a file's first sound as 48 kHz mono 16-bit WAV, each sample where it is heard. Raises MediaError."""
    heard = (
        ffmpeg.input(f"file:{path}", protocol_whitelist="file")["a:0"]
        .filter("aresample", SAMPLES_PER_SECOND, **{"async": 1, "first_pts": 0})
        .filter("aformat", sample_fmts="s16", channel_layouts="mono")
    )
    try:
        runner.run(ffmpeg.output(heard, str(output), acodec="pcm_s16le", rf64="auto", map_metadata=-1, f="wav"))
    except ToolFailed as error:
        raise MediaError(f"its sound cannot be decoded ({error.message}).", where=where) from error


def sound_blocks(path: Path) -> Iterator[Block]:
    """The samples of a WAV in blocks of 10 seconds."""
    with soundfile.SoundFile(path) as file:
        while len(block := file.read(_BLOCK_SAMPLES, dtype="int16")):
            yield block


def loudness_of(path: Path) -> Loudness:
    """How loud a WAV is; its peak is the highest sample."""
    return measure_blocks(sound_blocks(path), true_peak=False)


def _levelled(path: Path, preset: LoudnessPreset) -> Iterator[Block]:
    """The sound at the preset's loudness, its peaks held down where they would pass the preset's."""
    loudness = loudness_of(path).integrated_lufs
    gain_db = 0.0 if loudness is None else preset.integrated_lufs - loudness
    factor = np.float64(linear(max(-MOST_GAIN_DB, min(gain_db, MOST_GAIN_DB))) / 32768)
    gained = (block * factor for block in sound_blocks(path))
    for block in limited(gained, preset.true_peak_dbtp - HEADROOM_DB):
        yield to_int16(block)


def _of_length(blocks: Iterable[Block], samples: int) -> Iterator[Block]:
    """So many samples: what is over is left away, what is missing is silence."""
    for block in blocks:
        yield block[:samples]
        samples -= min(samples, block.size)
        if not samples:
            return
    while samples:
        yield np.zeros(min(samples, _BLOCK_SAMPLES), np.int16)
        samples -= min(samples, _BLOCK_SAMPLES)


def _write(blocks: Iterable[Block], output: Path) -> None:
    with soundfile.SoundFile(output, "w", SAMPLES_PER_SECOND, 1, "PCM_16", format="WAV") as file:
        for block in blocks:
            file.write(block)
