"""The planner: of all ways to cut a timeline into chunks, the best one, by dynamic programming.

For N cuts of which w lie within one limit it takes O(N w) time. What it optimises is told in `weights`. It follows that
- after an edit, no chunk outside the clips that held the edited line is new, and
- inside them, at most one new chunk before the line and one behind it hold nothing of the line: the rest of a clip
  that the line was part of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from longtake.plan.cuts import Cut, SlotSpan, check_cuts
from longtake.plan.weights import DEFAULT_WEIGHTS, Weights

IsKnown = Callable[[int, int], bool]


def plan_slots(
    total_frames: int,
    cuts: Sequence[Cut],
    *,
    limit_frames: int,
    is_known: IsKnown | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
) -> tuple[SlotSpan, ...]:
    """The slots of a timeline of `total_frames`, in order: no gap, no overlap, none longer than `limit_frames`.

    `cuts` ascend strictly inside the timeline. `is_known(start_frame, end_frame)` tells whether a chunk's clip exists;
    it is asked at most once for a pair, and only for pairs within the limit. Of equal plans the one with the longer
    chunks at its end is taken, always the same. Raises NoCover where the cuts are further apart than the limit.
    """
    if not total_frames:
        return ()
    check_cuts(total_frames, cuts, limit_frames)
    search = _Search(total_frames, cuts, limit_frames, weights, is_known)
    nodes = search.best_nodes()
    return tuple(_slot(search.frames[start], search.frames[end], cuts, end) for start, end in nodes)


def spans_within(total_frames: int, cuts: Sequence[Cut], *, limit_frames: int) -> Iterator[tuple[int, int]]:
    """Every [start, end) that a chunk may have: between two cuts, no longer than the limit, over no forced cut."""
    frames = [0, *(cut.frame for cut in cuts), total_frames]
    forced = [True, *(cut.forced for cut in cuts), True]
    first = 0
    for node in range(1, len(frames)):
        if forced[node - 1]:
            first = node - 1
        while frames[node] - frames[first] > limit_frames:
            first += 1
        yield from ((frames[start], frames[node]) for start in range(first, node))


def _slot(start_frame: int, end_frame: int, cuts: Sequence[Cut], node: int) -> SlotSpan:
    if node > len(cuts):
        return SlotSpan(start_frame=start_frame, end_frame=end_frame, pause_seconds=0, kind=None)
    cut = cuts[node - 1]
    return SlotSpan(start_frame=start_frame, end_frame=end_frame, pause_seconds=cut.pause_seconds, kind=cut.kind)


class _Search:
    """Finds the cheapest path over the nodes: 0 is the start, then each cut, then the end."""

    def __init__(
        self, total_frames: int, cuts: Sequence[Cut], limit_frames: int, weights: Weights, is_known: IsKnown | None
    ) -> None:
        self.frames = [0, *(cut.frame for cut in cuts), total_frames]
        self._seams = [0, *(weights.chunk + weights.seam(cut) for cut in cuts), weights.chunk]
        self._forced = [True, *(cut.forced for cut in cuts), True]
        self._limit_frames = limit_frames
        self._weights = weights
        self._is_known = is_known
        self._cost = [0] * len(self.frames)  # of the best plan that ends at a node
        self._unpaid = [0] * len(self.frames)  # the same, less all frames up to the node

    def best_nodes(self) -> list[tuple[int, int]]:
        """The chunks of the best plan, each as the nodes it starts and ends at."""
        before = [0] * len(self.frames)
        first = tail = last_forced = 0
        for node in range(1, len(self.frames)):
            end = self.frames[node]
            if self._forced[node - 1]:
                last_forced = node - 1
            while end - self.frames[first] > self._limit_frames:
                first += 1
            first = max(first, last_forced)
            while tail < node and end - self.frames[tail] >= self._weights.tail_frames:
                tail += 1
            before[node] = self._settle(node, first, max(first, tail))
        path = [len(self.frames) - 1]
        while path[-1]:
            path.append(before[path[-1]])
        path.reverse()
        return list(pairwise(path))

    def _settle(self, node: int, first: int, tail: int) -> int:
        """Settle a node's cost; answers where its last chunk starts: from `first` on; from `tail` on it is short."""
        all_frames = self._weights.frame * self.frames[node]
        choices = []
        if first < tail:
            start = min(range(first, tail), key=self._unpaid.__getitem__)
            choices.append((self._unpaid[start] + all_frames, start))
        if tail < node:
            start = min(range(tail, node), key=self._unpaid.__getitem__)
            choices.append((self._unpaid[start] + all_frames + self._weights.tail, start))
        best = min(choices)
        if self._is_known:
            for start in range(first, node):
                known = (self._cost[start] + (self._weights.tail if start >= tail else 0), start)
                if known < best and self._is_known(self.frames[start], self.frames[node]):
                    best = known
        cost = best[0] + self._seams[node]
        self._cost[node] = cost
        self._unpaid[node] = cost - all_frames
        return best[1]
