"""The planner: exact, within the limit, true to what is forced, and the best there is."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.plan import DEFAULT_WEIGHTS, Cut, NoCover, SlotSpan, Weights, limit_frames_of, plan_slots, sent_frames

Pair = tuple[int, int]

KINDS = st.sampled_from(["line", "sentence", "pause", "energy", "energy"])
PAUSES = st.sampled_from([0.0, 0.12, 0.2, 0.35, 0.5, 0.7, 1.4])


@st.composite
def timelines(draw: st.DrawFn, most_cuts: int, longest_gap: int = 120) -> tuple[int, list[Cut]]:
    """A length in frames and cuts inside it; every gap is within `longest_gap`."""
    at, cuts = draw(st.integers(1, longest_gap)), []
    for gap in draw(st.lists(st.integers(1, longest_gap), max_size=most_cuts)):
        kind = draw(KINDS)
        forced = draw(st.integers(0, 5)) == 0
        cuts.append(
            Cut(
                frame=at,
                pause_seconds=0 if kind == "energy" else draw(PAUSES),
                kind="speaker" if forced else kind,
                forced=forced,
            )
        )
        at += gap
    return at, cuts


def ends_of(slots: Sequence[SlotSpan]) -> list[int]:
    return [slot.end_frame for slot in slots]


def cost_of(total: int, cuts: Sequence[Cut], ends: Sequence[int], known: set[Pair]) -> tuple[int, int, int]:
    """Frames to render, energy cuts, points: what the planner promises to keep low, in this order."""
    by_frame = {cut.frame: cut for cut in cuts}
    weights = DEFAULT_WEIGHTS
    frames = energies = points = 0
    for start, end in pairwise([0, *ends, total]):
        frames += 0 if (start, end) in known else end - start
        points += weights.chunk + (weights.tail if end - start < weights.tail_frames else 0)
        cut = by_frame.get(end)
        if cut and not cut.forced:
            energies += cut.kind == "energy"
            points += 0 if cut.kind == "energy" else weights.pause(cut.pause_seconds)
            points += weights.inside_line if cut.kind == "sentence" else 0
    return frames, energies, points


def all_covers(total: int, cuts: Sequence[Cut], limit: int) -> Iterator[list[int]]:
    forced = [cut.frame for cut in cuts if cut.forced]
    free = [cut.frame for cut in cuts if not cut.forced]
    for count in range(len(free) + 1):
        for chosen in combinations(free, count):
            ends = sorted([*forced, *chosen])
            if all(end - start <= limit for start, end in pairwise([0, *ends, total])):
                yield ends


@settings(deadline=None)
@given(timelines(60), st.integers(120, 800), st.integers(1, 5))
def test_a_plan_covers_exactly_within_the_limit_and_keeps_forced_cuts(timeline, limit, every) -> None:
    total, cuts = timeline
    slots = plan_slots(total, cuts, limit_frames=limit, is_known=lambda start, end: (start + end) % every == 0)
    assert [0, *ends_of(slots)] == [*(slot.start_frame for slot in slots), total]
    assert all(0 < slot.frames <= limit for slot in slots)
    by_frame = {cut.frame: cut for cut in cuts}
    assert {cut.frame for cut in cuts if cut.forced} <= set(ends_of(slots))
    for slot in slots[:-1]:
        cut = by_frame[slot.end_frame]
        assert (slot.kind, slot.pause_seconds) == (cut.kind, cut.pause_seconds)
    assert (slots[-1].kind, slots[-1].pause_seconds) == (None, 0)


@settings(max_examples=150, deadline=None)
@given(timelines(11), st.integers(120, 400), st.data())
def test_a_plan_is_the_best_of_all(timeline, limit, data) -> None:
    total, cuts = timeline
    nodes = [0, *(cut.frame for cut in cuts), total]
    pairs = [(start, end) for start, end in combinations(nodes, 2) if end - start <= limit]
    known = set(data.draw(st.lists(st.sampled_from(pairs), max_size=6)))
    slots = plan_slots(total, cuts, limit_frames=limit, is_known=lambda start, end: (start, end) in known)
    costs = [cost_of(total, cuts, ends, known) for ends in all_covers(total, cuts, limit)]
    assert cost_of(total, cuts, ends_of(slots)[:-1], known) == min(costs)


def coverable(nodes: Sequence[int], limit: int) -> bool:
    return all(end - start <= limit for start, end in pairwise(nodes))


@settings(deadline=None)
@given(timelines(40), st.integers(120, 500))
def test_no_energy_cut_stands_where_pauses_would_do(timeline, limit) -> None:
    total, cuts = timeline
    slots = plan_slots(total, cuts, limit_frames=limit)
    pauses = [cut.frame for cut in cuts if cut.kind != "energy"]
    bounds = [0, *ends_of(slots)]
    energies = {slot.end_frame for slot in slots if slot.kind == "energy"}
    for start, end in combinations(bounds, 2):
        inside = [frame for frame in pauses if start < frame < end]
        if coverable([start, *inside, end], limit):
            assert not [frame for frame in energies if start < frame < end]
    if coverable([0, *pauses, total], limit):
        assert not energies


@settings(deadline=None)
@given(timelines(40), st.integers(120, 500))
def test_a_pair_is_asked_for_once_and_only_within_the_limit(timeline, limit) -> None:
    total, cuts = timeline
    asked: list[Pair] = []

    def is_known(start: int, end: int) -> bool:
        asked.append((start, end))
        return (start * 31 + end) % 7 == 0

    plan_slots(total, cuts, limit_frames=limit, is_known=is_known)
    assert len(asked) == len(set(asked))
    assert all(0 < end - start <= limit for start, end in asked)
    forced = [cut.frame for cut in cuts if cut.forced]
    assert not [(start, end) for start, end in asked if any(start < frame < end for frame in forced)]


@settings(deadline=None)
@given(timelines(40), st.integers(120, 500))
def test_a_plan_that_is_rendered_is_the_plan(timeline, limit) -> None:
    total, cuts = timeline
    first = plan_slots(total, cuts, limit_frames=limit)
    rendered = {(slot.start_frame, slot.end_frame) for slot in first}
    assert plan_slots(total, cuts, limit_frames=limit, is_known=lambda *pair: pair in rendered) == first
    assert plan_slots(total, cuts, limit_frames=limit, is_known=lambda *_: True) == first


def test_tails_are_avoided() -> None:
    cuts = [Cut(frame=frame, pause_seconds=0.5, kind="line") for frame in (300, 400, 500, 600, 700)]
    slots = plan_slots(760, cuts, limit_frames=700)
    assert len(slots) == 2
    assert min(slot.frames for slot in slots) >= DEFAULT_WEIGHTS.tail_frames


def test_a_forced_tail_is_kept_as_it_is() -> None:
    cuts = [Cut(frame=frame, pause_seconds=0.5, kind="speaker", forced=True) for frame in (30, 50)]
    assert ends_of(plan_slots(400, cuts, limit_frames=700)) == [30, 50, 400]


def test_a_longer_pause_is_worth_a_shorter_chunk() -> None:
    cuts = [Cut(frame=500, pause_seconds=0.9, kind="pause"), Cut(frame=700, pause_seconds=0.16, kind="pause")]
    assert ends_of(plan_slots(1200, cuts, limit_frames=743)) == [500, 1200]


def test_a_clip_that_exists_is_used_though_its_cut_is_poor() -> None:
    cuts = [Cut(frame=400, pause_seconds=0.13, kind="pause"), Cut(frame=500, pause_seconds=1.0, kind="line")]
    assert ends_of(plan_slots(900, cuts, limit_frames=743)) == [500, 900]
    assert ends_of(plan_slots(900, cuts, limit_frames=743, is_known=lambda *pair: pair == (0, 400))) == [400, 900]


def test_edges() -> None:
    assert plan_slots(0, [], limit_frames=743) == ()
    assert ends_of(plan_slots(1, [], limit_frames=743)) == [1]
    assert ends_of(plan_slots(743, [], limit_frames=743)) == [743]
    every_frame = [Cut(frame=frame, pause_seconds=0.2, kind="pause") for frame in range(1, 1000)]
    assert len(plan_slots(1000, every_frame, limit_frames=1)) == 1000
    with pytest.raises(ValueError, match="ascend"):
        plan_slots(100, [every_frame[5], every_frame[5]], limit_frames=743)
    with pytest.raises(ValueError, match="ascend"):
        plan_slots(100, [every_frame[99]], limit_frames=743)


def test_a_gap_without_cuts_is_named() -> None:
    with pytest.raises(NoCover, match=r"between 4\.00 s and 34\.00 s .* at most 29\.72 s") as caught:
        plan_slots(1600, [Cut(frame=f, pause_seconds=1, kind="line") for f in (100, 850)], limit_frames=743)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.start_frame, again.end_frame, str(again)) == (100, 850, str(caught.value))


def test_ten_hours_ask_for_as_many_pairs_as_lie_within_the_limit() -> None:
    frames = range(60, 900_000, 60)
    cuts = [Cut(frame=frame, pause_seconds=(frame % 7) / 10, kind="pause") for frame in frames]
    asked = 0

    def is_known(start: int, end: int) -> bool:
        nonlocal asked
        asked += 1
        return False

    slots = plan_slots(900_000, cuts, limit_frames=743, is_known=is_known)
    assert slots[-1].end_frame == 900_000
    assert asked <= (len(cuts) + 1) * (743 // 60)


def test_limits_and_minimums_in_frames() -> None:
    assert limit_frames_of(30) == 743
    assert limit_frames_of(60) == 1493
    assert limit_frames_of(10) == 243
    assert sent_frames(10, 1.0) == 25
    assert sent_frames(25, 1.0) == 25
    assert sent_frames(700, 1.0) == 700
    assert sent_frames(10, 0.41) == 11


def test_points_fall_with_the_pause() -> None:
    weights = Weights()
    points = [weights.pause(seconds / 100) for seconds in range(200)]
    assert points == sorted(points, reverse=True)
    assert (points[0], points[15], points[40], points[100], points[199]) == (400, 200, 20, 0, 0)


def test_the_ranks_do_not_reach_each_other() -> None:
    """All that ten hours can gather in one rank, with a chunk at every frame, is less than one step of the next."""
    weights, chunks = DEFAULT_WEIGHTS, 900_000
    look = weights.chunk + weights.tail + weights.inside_line + weights.pause(0)
    assert look * chunks < weights.energy
    assert (weights.energy + look) * chunks < weights.frame
    assert weights.pause(0.4) + weights.tail < weights.chunk, (
        "a clean cut, though it leaves a tail, beats a third chunk"
    )
