"""The joins of a video: the last picture before each beside the first one after it, on one sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from longtake.assets import Asset, Recipe, Store, find_prepared, prepare_once
from longtake.frozen import Frozen
from longtake.grid import frames_to_seconds
from longtake.memory import give_back_memory
from longtake.pictures.frames import Frames, opened_frames
from longtake.pictures.sheets import BETWEEN, GAP, MARGIN, SHEET_WIDTH, Tile, draw_sheet, fitted, write_jpeg
from longtake.shots import Shot

MOST_JOINS = 12
"""As many as can be looked at one by one."""

_IN_ROW = 3
_TALLEST = 210
_BEFORE_SECONDS = 0.002
"""Padding that players never see lies in the last fifth of a millisecond before a join."""


class Join(Frozen):
    """A place where one clip ends and the next one begins."""

    before: str
    after: str
    frame: int
    same_look: bool

    @property
    def seconds(self) -> float:
        """From the video's start."""
        return frames_to_seconds(self.frame)

    @property
    def text(self) -> str:
        """Both clips and the time, as the sheet names them."""
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(int(minutes), 60)
        clock = f"{hours}:{minutes:02d}:{seconds:05.2f}" if hours else f"{minutes}:{seconds:05.2f}"
        return f"{self.before} | {self.after}   {clock}"


def joins_of(shots: Sequence[Shot], most: int = MOST_JOINS) -> tuple[Join, ...]:
    """The joins to look at, in order: all, or `most` of them spread over the video.

    Where the picture stays the same a jump would be seen, so those come first; a new picture is meant to be seen.
    """
    joins = [
        Join(before=before.label, after=after.label, frame=after.start_frame, same_look=before.look == after.look)
        for before, after in pairwise(shots)
    ]
    same = [join for join in joins if join.same_look]
    chosen = list(_spread(same, most))
    chosen += _spread([join for join in joins if not join.same_look], most - len(chosen))
    return tuple(sorted(chosen, key=lambda join: join.frame))


def _spread(joins: Sequence[Join], most: int) -> Sequence[Join]:
    if len(joins) <= most:
        return joins
    if most <= 1:
        return joins[: max(0, most)]
    return [joins[round(place * (len(joins) - 1) / (most - 1))] for place in range(most)]


def join_sheet(
    video: Asset, joins: Sequence[Join], store: Store, *, enough: Callable[[], bool] = lambda: False
) -> Asset | None:
    """The sheet of these joins of a video, in the store; drawn once. None without joins.

    When `enough` says that time is up, the sheet holds those that are drawn, spread over the video, and is not found
    again. Raises MediaError, AssetMissing.
    """
    if not joins:
        return None
    inputs = {"video": video.sha256, "joins": [[join.text, join.frame] for join in joins]}
    recipe = Recipe(name="picture-joins", number=1, inputs=inputs)
    found = find_prepared(store, recipe)
    if found:
        return found.asset
    tiles = _drawn(video, joins, store, enough)
    if not tiles:
        return None
    with store.scratch() as folder:
        sheet = write_jpeg(draw_sheet([tiles[join] for join in joins if join in tiles]), folder / "joins.jpg")
        if len(tiles) < len(joins):
            return store.put(sheet, move=True)
        return prepare_once(store, recipe, lambda _: (sheet, {"joins": len(joins)})).asset


def _drawn(video: Asset, joins: Sequence[Join], store: Store, enough: Callable[[], bool]) -> dict[Join, Tile]:
    tiles = {}
    with store.local(video) as path, opened_frames(path) as frames:
        size = fitted(frames.size, ((SHEET_WIDTH - 2 * MARGIN + GAP) // _IN_ROW - GAP - BETWEEN) // 2, _TALLEST)
        for join in _halving(joins):
            if enough():
                break
            tiles[join] = _tile(frames, join, size)
    give_back_memory()
    return tiles


def _halving(joins: Sequence[Join]) -> Iterator[Join]:
    """All joins, in an order in which the first few are spread over all."""
    spans = [(0, len(joins))]
    while spans:
        start, end = spans.pop(0)
        if start < end:
            middle = (start + end) // 2
            yield joins[middle]
            spans += [(start, middle), (middle + 1, end)]


def _tile(frames: Frames, join: Join, size: tuple[int, int]) -> Tile:
    last = frames.at(join.seconds - _BEFORE_SECONDS, size)
    first = frames.at(join.seconds, size)
    return Tile((last, first), join.text)
