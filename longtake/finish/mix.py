"""What viewers hear: the opening, the talking with the music under it, the closing. Made anew each time it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from longtake.assets import Store
from longtake.finish.bed import looped
from longtake.finish.ducking import Fader, Shares, ducked_share, speaking_frames
from longtake.finish.finish import Around, Bed, Finish
from longtake.grid import SAMPLES_PER_FRAME
from longtake.loudness import LoudnessPreset
from longtake.slices import Piece, Timeline, iter_blocks
from longtake.timeline import VideoTimeline

SEAM_SAMPLES = 240
"""5 ms: a sound that is cut off or begins abruptly at a seam is faded over so much, or it would click."""

Samples = NDArray[np.float32]


def mixed(
    timeline: VideoTimeline, finish: Finish, preset: LoudnessPreset, store: Store
) -> Callable[[], Iterator[Samples]]:
    """The sound of the whole video, to be read any number of times: 48 kHz mono blocks whose full scale is 1.0.

    The music lies under the talking only. Only its ducking is kept in memory: 4 bytes a frame.
    """
    whole = Timeline(
        (*_piece(finish.intro), *timeline.pieces, *_piece(finish.outro)),
    )
    talk_start = finish.lead_frames * SAMPLES_PER_FRAME
    talk_end = talk_start + timeline.frames * SAMPLES_PER_FRAME
    seams = [*([talk_start] if finish.intro else []), *([talk_end] if finish.outro else [])]
    share = _share(timeline, store) if finish.music else None

    def blocks() -> Iterator[Samples]:
        sound = _without_clicks(iter_blocks(whole, store), seams)
        if finish.music and share is not None and finish.music.integrated_lufs is not None:
            return _with_music(sound, finish.music, share, talk_start, preset, store)
        return sound

    return blocks


def _piece(around: Around | None) -> tuple[Piece, ...]:
    return (Piece(audio=around.sound, frames=around.frames),) if around else ()


def _share(timeline: VideoTimeline, store: Store) -> Shares:
    return ducked_share(speaking_frames(iter_blocks(timeline.sound, store), timeline.lines))


def _without_clicks(blocks: Iterable[NDArray[np.int16]], seams: Sequence[int]) -> Iterator[Samples]:
    first = 0
    for block in blocks:
        samples = block.astype(np.float32) / np.float32(32768)
        for seam in seams:
            if first - SEAM_SAMPLES < seam < first + block.size + SEAM_SAMPLES:
                away = np.abs(np.arange(first, first + block.size) + 0.5 - seam)
                samples *= np.minimum(away / SEAM_SAMPLES, 1).astype(np.float32)
        yield samples
        first += block.size


def _with_music(
    sound: Iterator[Samples], bed: Bed, share: Shares, talk_start: int, preset: LoudnessPreset, store: Store
) -> Iterator[Samples]:
    """The sound with the music under that part of it which begins at `talk_start` and has ducking of its own."""
    assert bed.integrated_lufs is not None
    fader = Fader(share, gain_db=preset.integrated_lufs + bed.level_db - bed.integrated_lufs, duck_db=bed.duck_db)
    talk_end = talk_start + (share.size - 1) * SAMPLES_PER_FRAME
    first = 0
    with looped(bed, store) as loop:
        for block in sound:
            begin, end = max(first, talk_start), min(first + block.size, talk_end)
            if begin < end:
                music = loop.take(end - begin) * fader.gains(begin - talk_start, end - begin)
                block[begin - first : end - first] += music.astype(np.float32)
            yield block
            first += block.size
