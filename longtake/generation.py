"""Generating a clip: found, or made and checked. Safe to repeat: what exists is never made again."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from pydantic import Field

from longtake.assets import Asset, Store
from longtake.checks import Verdict, check_clip
from longtake.errors import ClipRejected, SettingError
from longtake.frozen import Frozen
from longtake.memory import give_back_memory
from longtake.options import PREVIEW, RenderOptions
from longtake.orders import ClipRecord, Order, find_clip, save_clip
from longtake.preview import render_preview
from longtake.shots import Shot


class MadeClip(Frozen):
    """A clip file that a provider gave, and what it cost."""

    provider: str
    price_micro_usd: int = Field(0, ge=0)
    label: str | None = None


class ClipFiles(Frozen):
    """The local files that an order is fulfilled with, and where the clip is to be written."""

    chunk: Path
    image: Path
    mask: Path | None
    output: Path


class Provider(Protocol):
    """Whoever turns an order into a clip file."""

    def wants_anew(self, record: ClipRecord, shot: Shot) -> bool:
        """Whether a clip that exists should be made again all the same; never true where that costs money."""

    async def make(self, order: Order, shot: Shot, files: ClipFiles) -> MadeClip:
        """Write the clip to `files.output`. It must be safe to call again after a crash at any point."""


class PreviewProvider:
    """Draws previews: a stand-in for a provider that costs nothing and says so in the picture."""

    def wants_anew(self, record: ClipRecord, shot: Shot) -> bool:
        """A preview shows its number; when an edit moved the clip, it is drawn again with the new one."""
        return record.label != shot.label

    async def make(self, order: Order, shot: Shot, files: ClipFiles) -> MadeClip:  # noqa: ARG002
        """Draw the clip."""
        await asyncio.to_thread(_draw, files, shot.label)
        return MadeClip(provider=PREVIEW, label=shot.label)


def _draw(files: ClipFiles, label: str) -> None:
    render_preview(files.image, files.chunk, files.output, label=label)
    give_back_memory()


def provider_for(options: RenderOptions) -> Provider:
    """Who renders the clips. Raises SettingError for a provider that can only be planned for."""
    if not options.is_preview:
        raise SettingError(
            f"{', '.join(options.providers)} cannot render yet, only be planned for.",
            where="--provider",
            hint=f"Render with --provider {PREVIEW}.",
        )
    return PreviewProvider()


async def generate_clip(
    order: Order, shot: Shot, chunk: Asset, sources: tuple[Asset, ...], provider: Provider, store: Store
) -> ClipRecord:
    """The clip that fulfils the order. Raises ClipRejected when what came is not what was ordered."""
    found = await asyncio.to_thread(find_clip, store, order)
    if found and not provider.wants_anew(found, shot):
        return found
    look = shot.look
    with ExitStack() as open_files:
        folder = open_files.enter_context(store.scratch())
        files = ClipFiles(
            chunk=open_files.enter_context(store.local(chunk)),
            image=open_files.enter_context(store.local(look.image)),
            mask=open_files.enter_context(store.local(look.mask)) if look.mask else None,
            output=folder / "clip.mp4",
        )
        made = await provider.make(order, shot, files)
        verdict = await asyncio.to_thread(_judge, files, shot, whole=made.provider != PREVIEW)
        if not verdict.passed:
            raise ClipRejected(f"clip {shot.label} is not what was ordered: {'; '.join(verdict.problems)}")
        asset = await asyncio.to_thread(store.put, files.output, move=True)
    record = ClipRecord(
        order=order,
        asset=asset,
        chunk=chunk,
        image=look.image,
        mask=look.mask,
        sources=sources,
        provider=made.provider,
        price_micro_usd=made.price_micro_usd,
        verdict=verdict,
        label=made.label,
    )
    return await asyncio.to_thread(save_clip, store, record)


def _judge(files: ClipFiles, shot: Shot, *, whole: bool) -> Verdict:
    """The check of a clip; what was paid for is looked at whole."""
    verdict = check_clip(files.output, files.chunk, sent_frames=shot.sent_frames, every_frame=whole)
    give_back_memory()
    return verdict
