"""Which clips of a timeline exist already, asked for any stretch of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from longtake.assets import Recipe, Store, recall
from longtake.options import RenderOptions
from longtake.orders import CLIP_RECORDS, FittedLook, Order, Takes, earlier_takes, find_clip, order_for, read_clip
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
        self._minimum_seconds = options.minimum_seconds
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

    def look_up(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Look all of these up before they are asked for: side by side, where the store is far away."""
        if not self._chunks:
            return
        names = {pair: self._recipe(*pair).record_name for pair in pairs}
        self._best = dict.fromkeys(names, (False, False))
        named = {pair: name for pair, name in names.items() if name in self._chunks}
        self._store.read_ahead(named.values())
        orders = {pair: order for pair in named if (order := self._order(*pair))}
        stored = set(self._store.record_names(CLIP_RECORDS))
        takes = {pair: (order, *earlier_takes(order)) for pair, order in orders.items()}
        standing = {take for each in takes.values() for take in each if take.record_name in stored}
        self._store.read_ahead(take.record_name for take in standing)
        records = {take: record for take in standing if (record := read_clip(self._store, take))}
        present = self._store.present(record.asset for record in records.values())
        for pair, each in takes.items():
            here = [take in records and records[take].asset in present for take in each]
            self._best[pair] = (any(here), here[0])

    def _recipe(self, start_frame: int, end_frame: int) -> Recipe:
        sent = sent_frames(end_frame - start_frame, self._minimum_seconds)
        return chunk_recipe(fingerprint(self._digests, start_frame, end_frame, sent))

    def _order(self, start_frame: int, end_frame: int) -> Order | None:
        recipe = self._recipe(start_frame, end_frame)
        if recipe.record_name not in self._chunks:
            return None
        chunk = recall(self._store, recipe)
        if chunk is None:
            return None
        return order_for(self._look_at(start_frame), chunk.asset, self._options, self._takes)

    def _has(self, order: Order) -> bool:
        return find_clip(self._store, order, verify=False) is not None
