"""How loud some sound is, by EBU R 128: integrated loudness and true peak."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from longtake.frozen import Frozen
from longtake.loudness.graphs import Sample, filtered

_GATE_LUFS = -69.9  # below the standard's absolute gate ebur128 answers -70
_STEPS_PER_SECOND = 10
_STEPS_OF_A_WINDOW = 4


class Loudness(Frozen):
    """What a sound measures; None where there is nothing to measure (silence, or nothing above the -70 LUFS gate)."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None


def measure_samples(samples: NDArray[np.int16], sample_rate_hz: int = 48_000) -> Loudness:
    """The loudness of mono samples, as both sides of a stereo player give it.

    The standard's window is 0.4 s: what is shorter is measured as if it were said again until it fills one.
    About 500 times real time, under 1 ms to set up; may run in many threads at once.
    """
    return measure_blocks([samples], sample_rate_hz)


def measure_blocks(
    blocks: Iterable[NDArray[Sample]],
    sample_rate_hz: int = 48_000,
    *,
    dtype: type[Sample] = np.int16,
    true_peak: bool = True,
) -> Loudness:
    """The same for a stream of mono blocks of any length, of `dtype`; nothing is kept.

    Without `true_peak` it is twice as fast, and the answer's peak is the highest sample.
    """
    meter = _Meter(sample_rate_hz, dtype)
    peak = "true" if true_peak else "none"
    options = f"peak={peak}:dualmono=true:metadata=1:framelog=quiet"
    for frame in filtered(meter.fed(blocks), sample_rate_hz, [("ebur128", options)], dtype):
        meter.read(frame.metadata, frame.samples)
    return meter.result()


class _Meter:
    """Reads ebur128's running figures off its frames of 0.1 s.

    ebur128 says nothing about a last frame that is not full, so silence is put behind it: enough for the true peak's
    filter to see the last sample, and the integrated loudness is taken before it.
    """

    def __init__(self, sample_rate_hz: int, dtype: type[Sample]) -> None:
        self._dtype = dtype
        self._full_scale = 32768 if dtype is np.int16 else 1
        self._step = sample_rate_hz // _STEPS_PER_SECOND
        self._samples_in = 0
        self._samples_out = 0
        self._sample_peak = 0.0
        self._ended = False
        self._integrated = -math.inf
        self._true_peak = 0.0

    def fed(self, blocks: Iterable[NDArray[Sample]]) -> Iterator[NDArray[Sample]]:
        window = _STEPS_OF_A_WINDOW * self._step
        short: list[NDArray[Sample]] = []
        for block in blocks:
            if block.size:
                self._samples_in += block.size
                self._sample_peak = max(self._sample_peak, float(block.max()), -float(block.min()))
                if self._samples_in < window:
                    short.append(block)
                yield block
        if 0 < self._samples_in < window:
            again = np.tile(np.concatenate(short), window // self._samples_in)
            self._samples_in += again.size
            yield again
        self._ended = True
        yield np.zeros(2 * self._step - self._samples_in % self._step, dtype=self._dtype)

    def read(self, figures: dict[str, str], samples: int) -> None:
        self._samples_out += samples
        if "lavfi.r128.true_peak" in figures:
            self._true_peak = float(figures["lavfi.r128.true_peak"])
        if "lavfi.r128.I" in figures and (not self._ended or self._samples_out <= self._samples_in):
            self._integrated = float(figures["lavfi.r128.I"])

    def result(self) -> Loudness:
        peak = max(self._true_peak, self._sample_peak / self._full_scale)
        return Loudness(
            integrated_lufs=round(self._integrated, 2) if self._integrated > _GATE_LUFS else None,
            true_peak_dbtp=round(decibels(peak), 2) if peak else None,
        )


def decibels(linear: float) -> float:
    """A linear level as dB of full scale; silence is -180 dB."""
    return 20 * math.log10(max(linear, 1e-9))


def linear(decibels: float) -> float:
    """A level or gain in dB as a linear one."""
    return float(10 ** (decibels / 20))
