"""All that is spoken, before anything else: how long a video is, and so its price, is known only then."""

from __future__ import annotations

from flows.means.accounts import Purse
from flows.means.voices import speaking
from flows.recipe import prepare_sound
from longtake.run import Run
from longtake.storyboard import Storyboard


async def speak_all(storyboard: Storyboard, run: Run, purse: Purse) -> None:
    """Have every line spoken; each is found in the store from then on."""
    async with speaking(storyboard, run, purse) as voiced:
        await prepare_sound(storyboard, voiced)
