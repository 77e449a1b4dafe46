"""Generating a clip: found, or made and checked. Safe to repeat: what exists is never made again."""

from __future__ import annotations

import asyncio
import os
from typing import Protocol

from longtake.assets import Store
from longtake.errors import ClipRejected
from longtake.memory import give_back_memory
from longtake.options import PREVIEW
from longtake.orders import ClipRecord, find_clip
from longtake.preview import render_preview
from longtake.settings import load_settings
from longtake.work import ClipFiles, Made, Work, judged, keep_clip, opened


class ClipMaker(Protocol):
    """Whoever turns an order into a clip."""

    @property
    def at_once(self) -> int:
        """How many clips it is worth to work on at once."""

    def wants_anew(self, record: ClipRecord, work: Work) -> bool:
        """Whether a clip that exists should be made again all the same; never true where that costs money."""

    async def use(self, record: ClipRecord, work: Work) -> ClipRecord:
        """A clip that exists is used as it is: whatever is still open about it is closed."""

    async def make(self, work: Work, store: Store) -> ClipRecord:
        """Make, check and keep the clip. It must be safe to call again after a crash at any point."""


class PreviewMaker:
    """Draws previews: a stand-in for a provider that costs nothing and says so in the picture."""

    @property
    def at_once(self) -> int:
        """One for each core, unless the settings say otherwise."""
        return load_settings().workers or os.cpu_count() or 1

    def wants_anew(self, record: ClipRecord, work: Work) -> bool:
        """A preview shows its number; when an edit moved the clip, it is drawn again with the new one."""
        return record.label != work.label

    async def use(self, record: ClipRecord, work: Work) -> ClipRecord:  # noqa: ARG002
        """Nothing is ever open about a preview."""
        return record

    async def make(self, work: Work, store: Store) -> ClipRecord:
        """Draw the clip."""
        with opened(work, store) as files:
            await asyncio.to_thread(_draw, files, work.label)
            verdict = await judged(files, work, whole=False)
            if not verdict.passed:
                raise ClipRejected(f"clip {work.label} is not what was ordered: {'; '.join(verdict.problems)}")
            return await keep_clip(files, work, verdict, Made(provider=PREVIEW, label=work.label), store)


def _draw(files: ClipFiles, label: str) -> None:
    render_preview(files.image, files.chunk, files.clip, label=label)
    give_back_memory()


async def generate_clip(work: Work, maker: ClipMaker, store: Store) -> ClipRecord:
    """The clip that fulfils the order. Raises ClipRejected when what came is not what was ordered."""
    found = await asyncio.to_thread(find_clip, store, work.order)
    if found and not maker.wants_anew(found, work):
        return await maker.use(found, work)
    return await maker.make(work, store)
