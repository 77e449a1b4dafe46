"""Seeing that a run has what it needs, before a person is asked about its price and before anything is paid."""

from __future__ import annotations

from flows.means.accounts import Purse, open_accounts
from flows.means.voices import speaking
from longtake.run import Run
from longtake.storyboard import Storyboard


async def check_means(storyboard: Storyboard, run: Run, purse: Purse) -> None:
    """Open the accounts and voices of a run, and let go of them: a key, block or price that is missing is told here.

    Raises SettingError.
    """
    if not run.options.is_preview:
        offers = {offer.provider: offer for offer in run.options.offers()}
        stated = purse.spending.usd_per_second
        for account in await open_accounts(purse.names, offers, run.options.resolution, purse.settings, stated):
            await account.provider.aclose()
    async with speaking(storyboard, run, purse):
        pass
