"""How loud some sound is, by EBU R 128: integrated loudness and true peak."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from longtake.frozen import Frozen
from longtake.loudness.graphs import filtered

_EBUR128 = ("ebur128", "peak=true:dualmono=true:metadata=1:framelog=quiet")
_GATE_LUFS = -69.9  # below the standard's absolute gate ebur128 answers -70
_BLOCKS_PER_SECOND = 10
_BLOCKS_OF_A_WINDOW = 4


class Loudness(Frozen):
    """What a sound measures; None where there is nothing to measure (silence, or nothing above the -70 LUFS gate)."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None


def measure_samples(samples: NDArray[np.int16], sample_rate_hz: int = 48_000) -> Loudness:
    """The loudness of mono samples, as both sides of a stereo player give it.

    The standard's window is 0.4 s: what is shorter is measured as if it were said again until it fills one.
    About 500 times real time, under 1 ms to set up; may run in many threads at once.
    """
    window = _BLOCKS_OF_A_WINDOW * sample_rate_hz // _BLOCKS_PER_SECOND
    if 0 < samples.size < window:
        samples = np.tile(samples, -(-window // samples.size))
    return measure_blocks([samples], sample_rate_hz)


def measure_blocks(blocks: Iterable[NDArray[np.int16]], sample_rate_hz: int = 48_000) -> Loudness:
    """The same for a stream of mono blocks of any length; nothing is kept. Needs 0.4 s of sound."""
    meter = _Meter(sample_rate_hz)
    for frame in filtered(meter.padded(blocks), sample_rate_hz, [_EBUR128], np.int16):
        meter.read(frame.metadata, frame.samples)
    return meter.result()


class _Meter:
    """Reads ebur128's running figures off its frames of 0.1 s.

    ebur128 says nothing about a last frame that is not full, so silence is put behind it: enough for the true peak's
    filter to see the last sample, and the integrated loudness is taken before it.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._step = sample_rate_hz // _BLOCKS_PER_SECOND
        self._samples_in = 0
        self._samples_out = 0
        self._sample_peak = 0
        self._ended = False
        self._integrated = -math.inf
        self._true_peak = 0.0

    def padded(self, blocks: Iterable[NDArray[np.int16]]) -> Iterator[NDArray[np.int16]]:
        for block in blocks:
            if block.size:
                self._samples_in += block.size
                self._sample_peak = max(self._sample_peak, int(block.max()), -int(block.min()))
                yield block
        self._ended = True
        yield np.zeros(2 * self._step - self._samples_in % self._step, dtype=np.int16)

    def read(self, figures: dict[str, str], samples: int) -> None:
        self._samples_out += samples
        if "lavfi.r128.true_peak" in figures:
            self._true_peak = float(figures["lavfi.r128.true_peak"])
        if "lavfi.r128.I" in figures and (not self._ended or self._samples_out <= self._samples_in):
            self._integrated = float(figures["lavfi.r128.I"])

    def result(self) -> Loudness:
        peak = max(self._true_peak, self._sample_peak / 32768)
        return Loudness(
            integrated_lufs=round(self._integrated, 2) if self._integrated > _GATE_LUFS else None,
            true_peak_dbtp=round(20 * math.log10(peak), 2) if peak else None,
        )
