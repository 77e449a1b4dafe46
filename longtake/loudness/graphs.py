"""Sound through libavfilter, inside the process: a few calls that hide PyAV's graph plumbing.

A graph costs under a millisecond to set up and belongs to one call, so that any number of threads may run at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

Sample = np.int16 | np.float32 | np.float64
"""A sample's type: 16-bit, or a float whose full scale is 1.0."""

_FORMATS = {np.dtype(np.int16): "s16", np.dtype(np.float32): "flt", np.dtype(np.float64): "dbl"}


def filtered(
    blocks: Iterable[NDArray[Sample]], sample_rate_hz: int, filters: Iterable[tuple[str, str]], dtype: type[Sample]
) -> Iterator[AudioFrame]:
    """The frames that come out when mono blocks of `dtype` go through a chain of filters.

    `filters` holds pairs of a filter's name and its options as ffmpeg writes them. Samples that come out are float64.
    """
    graph = Graph()
    kind = _FORMATS[np.dtype(dtype)]
    source = graph.add_abuffer(
        format=kind, sample_rate=sample_rate_hz, layout="mono", time_base=Fraction(1, sample_rate_hz)
    )
    last = source
    for name, options in (*filters, ("aformat", "sample_fmts=dbl")):
        following = graph.add(name, options)
        last.link_to(following)
        last = following
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    for block in blocks:
        if block.size:
            source.push(frame_of(np.ascontiguousarray(block, dtype=dtype), sample_rate_hz))
            yield from _drained(sink)
    source.push(None)
    yield from _drained(sink)


def frame_of(samples: NDArray[Any], sample_rate_hz: int) -> AudioFrame:
    """A mono frame of the samples."""
    frame = AudioFrame.from_ndarray(samples[None, :], format=_FORMATS[samples.dtype], layout="mono")
    frame.sample_rate = sample_rate_hz
    return frame


def _drained(sink: Any) -> Iterator[AudioFrame]:
    while True:
        try:
            yield sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return
