"""The first clip alone: rendered so that a person can see it before all others are paid."""

from __future__ import annotations

from flows.accounts import Purse, clip_maker
from flows.clips import prepare_clips
from flows.pages.run_pages import pages_of
from flows.recipe import prepare
from longtake.run import Run
from longtake.shots import Shot
from longtake.storyboard import Storyboard


async def render_one_clip(storyboard: Storyboard, run: Run, purse: Purse, wanted: Shot) -> None:
    """Render this clip and no other; it is found in the store from then on. Raises HolesLeft.

    Nothing is rendered when the video would be cut otherwise by now.
    """
    async with pages_of(storyboard, run, purse) as pages, clip_maker(run, purse) as maker:
        run, timeline, shots = await prepare(storyboard, run, purse)
        same = [shot for shot in shots if (shot.number, shot.fingerprint) == (wanted.number, wanted.fingerprint)]
        await prepare_clips(timeline, same, maker, run, pages)
