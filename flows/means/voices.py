"""The voices of a run: hosted ones opened with their keys and paid from the video's budget, or stood in for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import replace

from flows.means.accounts import Purse, open_the_ledger
from flows.server.reach import blocks_in_reach
from longtake import progress
from longtake.run import Run
from longtake.settings import load_settings
from longtake.speech import LOCAL, HostedVoice, VoiceBook, may_be_hosted
from longtake.storyboard import Storyboard
from longtake.voices import HostedBook, Till, costs_money, unspoken_of


@asynccontextmanager
async def speaking(storyboard: Storyboard, run: Run, purse: Purse) -> AsyncIterator[Run]:
    """The run with the voices that it speaks with, for as long as the context lasts."""
    async with _voices_of(storyboard, run, purse) as book:
        yield replace(run, book=book)


@asynccontextmanager
async def _voices_of(storyboard: Storyboard, run: Run, purse: Purse) -> AsyncIterator[VoiceBook]:
    """The book of those voices. A preview for which no budget was named pays nothing: there, others stand in for them.

    Raises SettingError for a key that is missing.
    """
    if not _hosted_names(storyboard):
        yield LOCAL
        return
    if purse.spending.budget_micro_usd is None or (run.options.is_preview and not purse.spending.is_named):
        async with voices_of_plan(storyboard) as book:
            await _tell_stand_ins(storyboard, book, run)
            yield book
        return
    async with AsyncExitStack() as held:
        ledger = purse.ledger
        if ledger is None:
            ledger = await asyncio.to_thread(open_the_ledger, purse.settings)
            held.callback(ledger.dispose)
        till = Till(
            ledger,
            video=run.video,
            run_id=purse.run_id,
            video_micro_usd=purse.spending.budget_micro_usd,
            day_micro_usd=purse.spending.day_micro_usd,
            pace=purse.settings.pace,
        )
        book = HostedBook(await _opened(storyboard, purse), till)
        held.push_async_callback(book.aclose)
        yield book


@asynccontextmanager
async def voices_of_plan(storyboard: Storyboard) -> AsyncIterator[VoiceBook]:
    """The voices that a video is planned with. Nothing is paid, and no key is needed; what is free speaks."""
    names = _hosted_names(storyboard)
    if not names:
        yield LOCAL
        return
    from blocks.voices.opening import open_hosted, open_unkeyed

    async with reaching(names):
        opened = {name: await open_unkeyed(name, storyboard.language) for name in names}
        for name, voice in opened.items():
            if not costs_money(voice):
                opened[name] = await open_hosted(name, storyboard.language, load_settings().pace) or voice
    book = HostedBook(opened, None)
    try:
        yield book
    finally:
        await book.aclose()


def _hosted_names(storyboard: Storyboard) -> tuple[str, ...]:
    """The hosted voices of a storyboard, as its script names them."""
    speakers = dict.fromkeys(line.speaker for scene in storyboard.scenes for line in scene.lines if line.text)
    names = dict.fromkeys(storyboard.speaker(name).voice for name in speakers)
    return tuple(name for name in names if name and may_be_hosted(name))


def reaching(names: Iterable[str]) -> AbstractAsyncContextManager[None]:
    """Within, the blocks that these voices' names hold can be read."""
    has_block = any("@" in name.partition(":")[0] for name in names)
    return blocks_in_reach(load_settings()) if has_block else nullcontext()


async def _opened(storyboard: Storyboard, purse: Purse) -> dict[str, HostedVoice]:
    from blocks.voices.opening import open_hosted

    names, pace = _hosted_names(storyboard), purse.settings.pace
    async with reaching(names):
        opened = {name: await open_hosted(name, storyboard.language, pace) for name in names}
    return {name: voice for name, voice in opened.items() if voice}


async def _tell_stand_ins(storyboard: Storyboard, book: VoiceBook, run: Run) -> None:
    unspoken = await asyncio.to_thread(unspoken_of, storyboard, book, run.preset, run.store)
    if unspoken:
        progress.note(
            f"Without a budget of its own a preview pays nothing: this machine's voice stands in for {unspoken.text}"
        )
