"""A small talk that is planned and cut, for tests that need its orders and no server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from flows.asking.quote import Quote, orders_of, quote_of
from flows.request import Request
from longtake.assets import FolderStore, prepare_once
from longtake.inputs import pin_inputs, read_inputs
from longtake.ledger import Ledger
from longtake.models import DEFAULT_MODEL
from longtake.planning import VideoPlan
from longtake.slices import chunk_recipe
from tests.paid.shop import write_talk


@dataclass(frozen=True)
class Story:
    """A request for three clips, none of which exists."""

    request: Request
    plan: VideoPlan
    store: FolderStore

    def quote(self, ledger: Ledger, *, max_repeat_usd: int = 0, redo: tuple[int, ...] = ()) -> Quote:
        """The quote by what the ledger says."""
        spending = self.request.spending.model_copy(update={"repeat_micro_usd": max_repeat_usd * 1_000_000})
        request = self.request.model_copy(update={"spending": spending, "redo": redo})
        quote = quote_of(request, self.plan, ledger, self.store, "this run")
        assert quote
        return quote

    def orders(self, ledger: Ledger) -> list[str]:
        """The keys of the clips' orders."""
        return [order.key for _, order in orders_of(self.plan, self.request, ledger, self.store) if order]


def make_story(folder: Path) -> Story:
    """The talk, planned; its chunks are cut from nothing."""
    store = FolderStore(folder / "store")
    words = {"provider": "fal", "model": DEFAULT_MODEL, "loudness": "podcast", "budget_usd": 20}
    storyboard = pin_inputs(read_inputs(write_talk(folder, "talk")), store)
    request = Request.from_parameters("talk", storyboard, words)
    plan = asyncio.run(request.plan(store, {}))
    for shot in plan.shots:
        prepare_once(store, chunk_recipe(shot.fingerprint), lambda scratch: (_written(scratch), {}))
    return Story(request, plan, store)


def _written(folder: Path) -> Path:
    path = folder / "chunk.wav"
    path.write_bytes(folder.name.encode())
    return path
