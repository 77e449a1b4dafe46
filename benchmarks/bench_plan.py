"""The cut planner against greedy cutting, and what planning costs: seams, chunks and seconds.

Greedy cutters walk on from chunk to chunk: `last` takes the last pause before the limit, `longest` the longest one.
Shorter chunks always leave better pauses to choose from, so each is compared with the planner at as many chunks.
"""

from __future__ import annotations

import tempfile
import time
import wave
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from longtake.assets import FolderStore
from longtake.pauses import find_cuts
from longtake.plan import DEFAULT_WEIGHTS, Cut, Weights, limit_frames_of, plan_slots
from longtake.slices import Piece, Timeline, fingerprint, timeline_digests, write_slice

HOUR_FRAMES = 3600 * 25
ROW = "{:<34}{:>9}{:>12}{:>10}{:>9}{:>10}"

Cutter = Callable[[int, Sequence[Cut], int], list[Cut]]


def speech_envelope(hours: float, seed: int = 1) -> np.ndarray:
    """Talk and pauses in turn, as 10 ms levels: phrases of about 2 s, pauses of 0.1 to 2 s."""
    rng = np.random.default_rng(seed)
    hops, parts, length = round(hours * 360_000), [], 0
    while length < hops:
        talk, pause = round(rng.gamma(3, 60)) + 20, round(rng.gamma(1.5, 22)) + 8
        parts += [rng.normal(-22, 4, talk), rng.normal(-62, 2, pause)]
        length += talk + pause
    return np.concatenate(parts)[:hops].astype(np.float32)


def greedy_last(total_frames: int, cuts: Sequence[Cut], limit_frames: int) -> list[Cut]:
    return _greedy(total_frames, cuts, limit_frames, lambda window: window[-1])


def greedy_longest(total_frames: int, cuts: Sequence[Cut], limit_frames: int) -> list[Cut]:
    return _greedy(total_frames, cuts, limit_frames, lambda window: max(window, key=lambda cut: cut.pause_seconds))


def greedy_longest_late(total_frames: int, cuts: Sequence[Cut], limit_frames: int) -> list[Cut]:
    def choose(window: Sequence[Cut]) -> Cut:
        late = [cut for cut in window if cut.frame >= window[-1].frame - limit_frames // 3]
        return max(late, key=lambda cut: cut.pause_seconds)

    return _greedy(total_frames, cuts, limit_frames, choose)


def _greedy(total: int, cuts: Sequence[Cut], limit: int, choose: Callable[[Sequence[Cut]], Cut]) -> list[Cut]:
    frames, at, taken = [cut.frame for cut in cuts], 0, []
    while total - at > limit:
        taken.append(choose(cuts[bisect_right(frames, at) : bisect_right(frames, at + limit)]))
        at = taken[-1].frame
    return taken


def planned(total_frames: int, cuts: Sequence[Cut], limit_frames: int) -> list[Cut]:
    ends = {slot.end_frame for slot in plan_slots(total_frames, cuts, limit_frames=limit_frames)}
    return [cut for cut in cuts if cut.frame in ends]


def seam_points(taken: Sequence[Cut]) -> int:
    return sum(DEFAULT_WEIGHTS.pause(cut.pause_seconds) for cut in taken)


def with_as_many_chunks(total_frames: int, cuts: Sequence[Cut], limit_frames: int, chunks: int) -> list[Cut]:
    """The planner at the lowest price of a chunk that makes it use no more than `chunks` of them."""

    def at(price: int) -> list[Cut]:
        slots = plan_slots(total_frames, cuts, limit_frames=limit_frames, weights=Weights(chunk=price, tail=0))
        ends = {slot.end_frame for slot in slots}
        return [cut for cut in cuts if cut.frame in ends]

    low, high = 0, 1 << 16
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if len(at(middle)) < chunks else (middle + 1, high)
    return at(low)


def compare(hours: float, limit_seconds: float) -> None:
    """Print the planner and the greedy cutters side by side, and the planner once more with as many chunks as each."""
    envelope, frames = speech_envelope(hours), round(hours * HOUR_FRAMES)
    began = time.perf_counter()
    found = find_cuts(envelope, frames)
    took = time.perf_counter() - began
    cuts = [Cut(frame=cut.frame, pause_seconds=cut.pause_seconds, kind=cut.kind) for cut in found]
    limit = limit_frames_of(limit_seconds)
    print(f"\n{hours:g} h of speech, clips of at most {limit_seconds:g} s: {len(cuts)} cuts found in {took:.2f} s")
    print(ROW.format("", "chunks", "seam cost", "clean", "unsafe", "seconds"))
    cutters: dict[str, Cutter] = {
        "planner": planned,
        "greedy, longest of the last third": greedy_longest_late,
        "greedy, longest pause": greedy_longest,
        "greedy, last pause": greedy_last,
    }
    for name, cutter in cutters.items():
        began = time.perf_counter()
        taken = cutter(frames, cuts, limit)
        took = time.perf_counter() - began
        show(name, taken, f"{took:.3f}")
        if cutter is not planned:
            same = with_as_many_chunks(frames, cuts, limit, len(taken) + 1)
            saved = 100 * (1 - seam_points(same) / max(1, seam_points(taken)))
            show("  planner with as many at most", same, f"-{saved:.0f} %")


def show(name: str, taken: Sequence[Cut], last: str) -> None:
    """Print a row."""
    pauses = np.array([cut.pause_seconds for cut in taken])
    clean, unsafe = 100 * (pauses >= 0.4).mean(), 100 * (pauses < 0.15).mean()
    print(ROW.format(name, len(taken) + 1, seam_points(taken), f"{clean:.1f} %", f"{unsafe:.1f} %", last))


def known_clips(hours: float = 10, limit_seconds: float = 60) -> None:
    """Print how long a plan takes when each chunk that comes into question is looked up by its sound."""
    frames = round(hours * HOUR_FRAMES)
    found = find_cuts(speech_envelope(hours), frames)
    cuts = [Cut(frame=cut.frame, pause_seconds=cut.pause_seconds, kind=cut.kind) for cut in found]
    digests = np.random.default_rng(2).bytes(8 * frames)
    limit = limit_frames_of(limit_seconds)
    rendered = {
        fingerprint(digests, slot.start_frame, slot.end_frame, slot.frames)
        for slot in plan_slots(frames, cuts, limit_frames=limit)
    }
    for name, clips in (("every clip is there", rendered), ("other clips are there", {"none of these"})):
        asked = 0

        def is_known(start: int, end: int, clips: set[str] = clips) -> bool:
            nonlocal asked
            asked += 1
            return fingerprint(digests, start, end, end - start) in clips

        began = time.perf_counter()
        plan_slots(frames, cuts, limit_frames=limit, is_known=is_known)
        took = time.perf_counter() - began
        print(f"{hours:g} h planned anew, {name}: {asked} chunks looked up by their sound in {took:.2f} s")


def slicing(hours: float = 65 / 60, limit_seconds: float = 30) -> None:
    """Print how long digests and chunk files of a recording take."""
    frames = round(hours * HOUR_FRAMES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = FolderStore(folder / "store")
        with wave.open(str(folder / "sound.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(48_000)
            rng = np.random.default_rng(3)
            for _ in range(0, frames, 25):
                file.writeframesraw(rng.integers(-9000, 9000, 48_000, dtype=np.int16).tobytes())
        timeline = Timeline([Piece(audio=store.put(folder / "sound.wav", move=True), frames=frames)])
        times = []
        for _ in range(2):
            began = time.perf_counter()
            timeline_digests(timeline, store)
            times.append(time.perf_counter() - began)
        step = limit_frames_of(limit_seconds)
        starts = range(0, frames, step)
        began = time.perf_counter()
        for start in starts:
            end = min(start + step, frames)
            write_slice(timeline, store, start, end, end - start, folder / "chunk.wav")
        took = time.perf_counter() - began
    print(f"{60 * hours:.0f} min of sound: digests {times[0]:.2f} s, found again {times[1]:.3f} s")
    print(f"{len(starts)} chunks of {limit_seconds:g} s written in {took:.2f} s")


def main() -> None:
    """Print all comparisons."""
    for hours in (1, 10):
        for limit_seconds in (30, 60):
            compare(hours, limit_seconds)
    print()
    known_clips()
    slicing()


if __name__ == "__main__":
    main()
