"""The accounts of a run, from Prefect blocks or the environment; its ledger; the maker of its clips."""

from __future__ import annotations

import importlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from longtake.costs import Spending, usd_per_second
from longtake.errors import SettingError
from longtake.generation import ClipMaker, PreviewMaker
from longtake.jobs import Account, PaidMaker
from longtake.ledger import Ledger, open_ledger
from longtake.models import Offer, Resolution
from longtake.options import RenderOptions
from longtake.run import Run
from longtake.settings import Settings

Names = Mapping[str, str | None]
"""The chosen providers, each with the name of its block, or None for what the environment says."""


BLOCKS = {
    "fal": ("blocks.fal", "FalProvider", "FAL_KEY"),
    "aimlapi": ("blocks.aimlapi", "AimlapiProvider", "AIML_API_KEY"),
    "pixazo": ("blocks.pixazo", "PixazoProvider", "PIXAZO_API_KEY"),
}
"""Where each provider's block is, and the variable of its key where no block is named."""


def open_the_ledger(settings: Settings) -> Ledger:
    """The ledger of this machine's settings."""
    settings.home_path.mkdir(parents=True, exist_ok=True)
    return open_ledger(
        settings.ledger_address, timezone=settings.timezone, stale_after_seconds=settings.pace.stale_after_seconds
    )


async def open_accounts(
    names: Names,
    offers: Mapping[str, Offer],
    resolution: Resolution,
    settings: Settings,
    stated_usd_per_second: float | None,
    *,
    to_submit: bool = True,
) -> tuple[Account, ...]:
    """The accounts in order. Raises SettingError for a key, an address or a price that is missing.

    An account that nothing is submitted to needs no place to put inputs.
    """
    accounts = []
    try:
        for name, block_name in names.items():
            rate = _rate(offers[name], resolution, stated_usd_per_second)
            block = await _block(name, block_name, settings.in_progress)
            account = Account(block.open(settings.pace), offers[name], rate)
            accounts.append(account)
            if to_submit:
                _ = account.provider.inputs  # where its inputs go is told before anything is spent
    except BaseException:
        for account in accounts:
            await account.provider.aclose()
        raise
    return tuple(accounts)


def _rate(offer: Offer, resolution: Resolution, stated_usd_per_second: float | None) -> float:
    rate = usd_per_second(offer, resolution, stated_usd_per_second)
    if rate is None:
        raise SettingError(
            f"{offer.provider} states no price for {offer.model}.",
            where="--price-per-second",
            hint="Say what a second costs at most: nothing is spent at an unknown price.",
        )
    return rate


async def _block(name: str, block_name: str | None, in_progress: Mapping[str, int]) -> Any:
    module, kind_name, _ = BLOCKS[name]
    kind = getattr(importlib.import_module(module), kind_name)
    if block_name is None:
        return kind(**({"in_progress_limit": in_progress[name]} if name in in_progress else {}))
    try:
        return await kind.aload(block_name)
    except ValueError as error:
        raise SettingError(
            f"there is no block {kind.get_block_type_slug()}/{block_name}.",
            where="--provider",
            hint=f"Make one in Prefect's UI, or leave out :{block_name} and set the key in the environment.",
        ) from error


def check_money(options: RenderOptions, spending: Spending) -> None:
    """Raise SettingError when a paid provider is asked and no budget is set."""
    if not options.is_preview and spending.budget_micro_usd is None:
        raise SettingError(
            "a paid provider needs a budget.",
            where="--budget",
            hint="Say what this video may cost in dollars, over all its runs: --budget 20, or LONGTAKE_BUDGET_USD.",
        )


def check_accounts(names: Names, options: RenderOptions, spending: Spending, *, keys_are_here: bool) -> None:
    """Raise SettingError for a price or a key that is missing. Imports no block, so it can come before all else."""
    for offer in options.offers():
        _rate(offer, options.resolution, spending.usd_per_second)
        variable = BLOCKS[offer.provider][2]
        if keys_are_here and names[offer.provider] is None and not _is_set(variable):
            raise SettingError(
                f"there is no key for {offer.provider}.",
                where=variable,
                hint=f"Set this variable, or name a block that holds it: --provider {offer.provider}:BLOCK.",
            )


def _is_set(variable: str) -> bool:
    """Whether a key is in the environment. fal's may come in two parts, as its own client takes it."""
    parts = ("FAL_KEY_ID", "FAL_KEY_SECRET")
    return bool(os.environ.get(variable)) or (variable == "FAL_KEY" and all(map(os.environ.get, parts)))


@dataclass(frozen=True)
class Purse:
    """What a run may spend and where: None for the ledger is a preview, which spends nothing."""

    names: Names
    spending: Spending
    ledger: Ledger | None
    settings: Settings
    run_id: str
    draft: bool = False
    redo: tuple[int, ...] = ()
    plan_key: str | None = None
    """The plan that may be paid; None: whichever it is."""


@asynccontextmanager
async def clip_maker(run: Run, purse: Purse) -> AsyncIterator[ClipMaker]:
    """Who makes the run's clips, for as long as the context lasts."""
    if purse.ledger is None:
        yield PreviewMaker()
        return
    from blocks.webhook_server import receiving_calls
    from flows.means.slots import within_limits

    offers = {offer.provider: offer for offer in run.options.offers()}
    settings, spending = purse.settings, purse.spending
    async with receiving_calls(settings) as calls:
        accounts = await open_accounts(purse.names, offers, run.options.resolution, settings, spending.usd_per_second)
        async with PaidMaker(
            accounts,
            purse.ledger,
            run.store,
            spending=spending,
            pace=settings.pace,
            video=run.video,
            run_id=purse.run_id,
            calls=calls,
        ) as maker:
            yield await within_limits(maker, purse.names)
