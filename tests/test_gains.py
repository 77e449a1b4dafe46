"""The gains of a video's recordings: a re-cut one sounds the same before the cut, others keep their own level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from longtake.assets import FolderStore
from longtake.gains import NEAR_DB, level_pinned
from longtake.loudness import preset_named
from longtake.prepared import PreparedLine
from longtake.recordings import level_recording
from longtake.slices import Piece, Timeline, timeline_digests
from longtake.slices.digests import DIGEST_BYTES
from tests.loudness_media import RATE, Samples, save, speech

PODCAST = preset_named("podcast")
SECONDS, CUT_SECONDS = 20, 14
BEFORE_FRAMES = CUT_SECONDS * 25 - 1
"""Frames that the re-cut cannot reach: the limiter looks a few milliseconds ahead."""


def sound(*, ending: float = 1.0, peak_db: float = -14.0) -> Samples:
    """A recording; another ending is louder by that factor, as a re-cut one measures differently."""
    samples = speech(SECONDS, peak_db=peak_db).astype(np.float64)
    samples[CUT_SECONDS * RATE :] *= ending
    return samples.clip(-32768, 32767).astype(np.int16)


class Bench:
    """A store, and recordings in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FolderStore(folder / "store")

    def level(self, name: str, samples: Samples, video: str) -> PreparedLine:
        path = save(self.folder / f"{name}.wav", samples)
        return level_pinned(path, self.store.put(path), video, PODCAST, self.store)

    def own_gain(self, name: str) -> float:
        path = self.folder / f"{name}.wav"
        return level_recording(path, source=self.store.put(path), preset=PODCAST, store=self.store).gain_db

    def gain(self, name: str, line: PreparedLine) -> float:
        """How much louder the levelled recording is, in dB, by its own samples."""
        given, _ = soundfile.read(self.folder / f"{name}.wav")
        with self.store.local(line.audio) as path:
            heard, _ = soundfile.read(path)
        quiet = np.abs(given[: 2 * RATE]) < 0.1  # where no limiter works
        ratio = heard[: 2 * RATE][quiet] @ given[: 2 * RATE][quiet] / (given[: 2 * RATE][quiet] ** 2).sum()
        return float(20 * np.log10(ratio))

    def digests(self, line: PreparedLine) -> bytes:
        return timeline_digests(Timeline((Piece(audio=line.audio, frames=line.frames),)), self.store)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_recut_recording_keeps_its_gain_and_every_frame_before_the_cut(bench: Bench) -> None:
    first = bench.level("first", sound(), "talk")
    again = bench.level("again", sound(ending=1.3), "talk")
    assert bench.own_gain("first") != bench.own_gain("again"), "else nothing is shown"
    before = BEFORE_FRAMES * DIGEST_BYTES
    assert bench.digests(again)[:before] == bench.digests(first)[:before]
    assert bench.digests(again) != bench.digests(first)


def test_in_another_video_it_has_its_own_gain(bench: Bench) -> None:
    bench.level("first", sound(), "talk")
    other = bench.level("again", sound(ending=1.3), "another talk")
    assert bench.gain("again", other) == pytest.approx(bench.own_gain("again"), abs=0.05)


def test_recordings_of_another_loudness_keep_their_own_gain(bench: Bench) -> None:
    loud = bench.level("loud", sound(), "talk")
    quiet = bench.level("quiet", sound(peak_db=-26), "talk")
    assert bench.own_gain("quiet") - bench.own_gain("loud") > 10 * NEAR_DB
    assert bench.gain("loud", loud) == pytest.approx(bench.own_gain("loud"), abs=0.05)
    assert bench.gain("quiet", quiet) == pytest.approx(bench.own_gain("quiet"), abs=0.05)


def test_a_pinned_gain_stays_whatever_comes_later(bench: Bench) -> None:
    first = bench.level("first", sound(), "talk")
    bench.level("between", sound(ending=1.3, peak_db=-14.4), "talk")
    assert bench.level("first", sound(), "talk") == first
