"""Music under the talking: prepared once, and played as often as it takes, each time faded into itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from longtake.around import Music
from longtake.assets import Recipe, Store, prepare_once
from longtake.errors import MediaError
from longtake.finish.conform_sound import decode, has_audio, loudness_of
from longtake.finish.finish import Bed
from longtake.grid import SAMPLES_PER_SECOND
from longtake.inputs import asset_of
from longtake.slices.reading import UnfitAudio, opened

CROSSFADE_SECONDS = 3.0
_MOST_OF_MUSIC = 4  # a short loop is crossfaded over a quarter of it
_LEAST_SECONDS = 0.5
_BLOCK_SAMPLES = 10 * SAMPLES_PER_SECOND

Samples = NDArray[np.float32]


def prepare_bed(music: Music, store: Store) -> Bed:
    """The music of a pinned storyboard, decoded now or found. Raises MediaError when it holds no sound."""
    where = "music"
    source = asset_of(music.file)

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        output = folder / "music.wav"
        with store.local(source) as path:
            if not has_audio(path, where):
                raise MediaError("there is no sound in it.", where=where, hint="Name a sound file, such as an MP3.")
            decode(path, output, where=where)
        samples = soundfile.info(output).frames
        if samples < _LEAST_SECONDS * SAMPLES_PER_SECOND:
            raise MediaError(f"it is shorter than {_LEAST_SECONDS} s.", where=where)
        return output, {"samples": samples, "integrated_lufs": loudness_of(output).integrated_lufs}

    prepared = prepare_once(store, Recipe(name="music", number=1, inputs={"source": source.sha256}), make)
    return Bed(
        sound=prepared.asset,
        samples=int(prepared.facts["samples"]),
        integrated_lufs=prepared.facts["integrated_lufs"],
        level_db=music.level_db,
        duck_db=music.duck_db,
    )


class Loop:
    """The music without an end, read as it is needed; full scale is 1.0.

    Where it begins anew its end and its beginning sound together, each with the power that the other leaves.
    """

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._blocks = _endless(file)
        self._over = np.zeros(0, np.float32)

    def take(self, samples: int) -> Samples:
        """The next so many samples."""
        parts = [self._over]
        missing = samples - self._over.size
        while missing > 0:
            parts.append(next(self._blocks))
            missing -= parts[-1].size
        found = np.concatenate(parts)
        self._over = found[samples:]
        return found[:samples]


def _endless(file: soundfile.SoundFile) -> Iterator[Samples]:
    cross = min(round(CROSSFADE_SECONDS * SAMPLES_PER_SECOND), file.frames // _MOST_OF_MUSIC)
    file.seek(0)
    head = _read(file, cross)
    angle = (np.arange(cross, dtype=np.float32) + np.float32(0.5)) * np.float32(np.pi / 2 / cross)
    yield head
    while True:
        file.seek(cross)
        left = file.frames - 2 * cross
        while left:
            block = _read(file, min(left, _BLOCK_SAMPLES))
            left -= block.size
            yield block
        yield _read(file, cross) * np.cos(angle) + head * np.sin(angle)


def _read(file: soundfile.SoundFile, samples: int) -> Samples:
    block: Samples = file.read(samples, dtype="float32")
    if block.size < samples:
        raise UnfitAudio("the music ends before its header says")
    return block


@contextmanager
def looped(bed: Bed, store: Store) -> Iterator[Loop]:
    """The bed's music, open for as long as the context lasts."""
    with opened(bed.sound, store) as file:
        yield Loop(file)
