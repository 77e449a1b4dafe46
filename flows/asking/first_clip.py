"""The first clip alone: rendered so that a person can see it before all others are paid."""

from __future__ import annotations

from dataclasses import replace

from flows.clips import prepare_clips
from flows.means.accounts import Purse, clip_maker
from flows.means.voices import speaking
from flows.pages.run_pages import pages_of
from flows.recipe import prepare
from longtake import progress
from longtake.assets import begin_epoch, epoch
from longtake.errors import AssetCorrupt, AssetMissing
from longtake.run import Run
from longtake.shots import Shot
from longtake.storyboard import Storyboard


async def render_one_clip(storyboard: Storyboard, run: Run, purse: Purse, wanted: Shot) -> None:
    """Render this clip and no other; it is found in the store from then on. Raises HolesLeft.

    Nothing is rendered when the video would be cut otherwise by now. What is missing in the store, or damaged, is made
    anew once.
    """
    try:
        await _rendered(storyboard, run, purse, wanted)
    except (AssetMissing, AssetCorrupt) as error:
        progress.note(f"{error.message}; making it anew.")
        begin_epoch(run.store)
        await _rendered(storyboard, replace(run, epoch=epoch(run.store)), purse, wanted)


async def _rendered(storyboard: Storyboard, run: Run, purse: Purse, wanted: Shot) -> None:
    async with (
        pages_of(storyboard, run, purse) as pages,
        clip_maker(run, purse) as maker,
        speaking(storyboard, run, purse) as voiced,
    ):
        run, _, timeline, shots = await prepare(storyboard, voiced, purse)
        same = [shot for shot in shots if (shot.number, shot.fingerprint) == (wanted.number, wanted.fingerprint)]
        await prepare_clips(timeline, same, maker, run, pages)
