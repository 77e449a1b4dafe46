"""Measuring the finished file: what its packets say is compared with what was meant."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np

from longtake.errors import LongtakeError
from longtake.probe import open_clip
from longtake.stitch.fit import TICKS_PER_SECOND, Ticks


def shown_times(path: Path) -> Ticks:
    """When each picture of a finished file is shown, in order, in ticks. Raises LongtakeError on a faulty order."""
    with open_clip(path) as (container, stream):
        assert stream.time_base is not None
        if stream.time_base.denominator != TICKS_PER_SECOND:
            raise LongtakeError(f"the joined file counts in {stream.time_base} s")
        pairs = ((packet.pts, packet.dts) for packet in container.demux(stream) if packet.size)
        times = np.fromiter(chain.from_iterable(pairs), dtype=np.int64).reshape(-1, 2)
    if np.any(np.diff(times[:, 1]) <= 0) or np.any(times[:, 1] > times[:, 0]):
        raise LongtakeError("the joined file's packets are out of order")
    shown: Ticks = np.sort(times[:, 0])
    return shown


def worst_start_error_ms(shown: Ticks, starts: Ticks) -> float:
    """The largest distance of a slot's start from the picture nearest to it."""
    after = np.minimum(np.searchsorted(shown, starts), len(shown) - 1)
    before = np.maximum(after - 1, 0)
    errors = np.minimum(np.abs(shown[after] - starts), np.abs(shown[before] - starts))
    return float(errors.max()) * 1000 / TICKS_PER_SECOND
