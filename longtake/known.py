"""Which clips of a timeline exist already, asked for any stretch of it."""

from __future__ import annotations

from collections.abc import Callable

from longtake.assets import Store, recall
from longtake.options import RenderOptions
from longtake.orders import FittedLook, Order, Takes, earlier_takes, find_clip, order_for
from longtake.plan import sent_frames
from longtake.slices import chunk_recipe, fingerprint


class KnownClips:
    """Answers for [start, end) whether its clip exists: in the take that counts, or in any up to it.

    The store is asked once for the names of all chunks, so that each pair of cuts costs a hash and no look-up.
    """

    def __init__(
        self,
        digests: bytes,
        look_at: Callable[[int], FittedLook],
        options: RenderOptions,
        store: Store,
        takes: Takes,
    ) -> None:
        self._digests = digests
        self._look_at = look_at
        self._options = options
        self._store = store
        self._takes = takes
        self._chunks = set(store.record_names("recipes/chunk/"))
        self._best: dict[tuple[int, int], tuple[bool, bool]] = {}

    @property
    def any_take(self) -> Callable[[int, int], bool] | None:
        """What the planner asks; None when there are no chunks at all."""
        return (lambda start, end: self._found(start, end)[0]) if self._chunks else None

    def this_take(self, start_frame: int, end_frame: int) -> bool:
        """Whether the clip exists that the order asks for."""
        return bool(self._chunks) and self._found(start_frame, end_frame)[1]

    def _found(self, start_frame: int, end_frame: int) -> tuple[bool, bool]:
        pair = (start_frame, end_frame)
        if pair not in self._best:
            order = self._order(start_frame, end_frame)
            this = order is not None and self._has(order)
            older = order is not None and not this and any(map(self._has, earlier_takes(order)))
            self._best[pair] = (this or older, this)
        return self._best[pair]

    def _order(self, start_frame: int, end_frame: int) -> Order | None:
        sent = sent_frames(end_frame - start_frame, self._options.minimum_seconds)
        recipe = chunk_recipe(fingerprint(self._digests, start_frame, end_frame, sent))
        if recipe.record_name not in self._chunks:
            return None
        chunk = recall(self._store, recipe)
        if chunk is None:
            return None
        return order_for(self._look_at(start_frame), chunk.asset, self._options, self._takes)

    def _has(self, order: Order) -> bool:
        return find_clip(self._store, order, verify=False) is not None
