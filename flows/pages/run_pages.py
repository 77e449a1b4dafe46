"""A run's pages as its recipe meets them: told what happens, they never fail it and hardly make it wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from flows.means.accounts import Purse
from flows.pages.board import Board, complain, run_with_pages
from flows.pages.live_page import CLIPS, LivePage, Standing
from flows.pages.money import Money, money_of
from flows.pages.plan_page import PLAN, PlanFacts, write_plan
from flows.pages.result_page import RESULT, ResultFiles, result_text, store_result_files
from longtake.assets import Asset
from longtake.costs import Estimate
from longtake.finish import PLAIN, Finish
from longtake.manifest import Manifest
from longtake.orders import ClipRecord
from longtake.pictures import Join, join_sheet, joins_of, poster
from longtake.run import Run
from longtake.shots import Shot
from longtake.storyboard import Storyboard

PICTURES_SECONDS = 1.5
"""For so long a finished run waits for its pictures, which are drawn while it is checked."""

BESIDE_SECONDS = 2 * 60 * 60
"""A longer video is drawn when its check is over: to open ten hours takes a quarter of a gigabyte, once at a time."""

RESULT_SECONDS = 5.0
LEFT_OVER_SECONDS = 1.0


class Pages:
    """The pages of the present run. Without a board there are none."""

    def __init__(self, board: Board | None, storyboard: Storyboard, run: Run, purse: Purse) -> None:
        self._board = board
        self._storyboard = storyboard
        self._run = run
        self._purse = purse
        self._doing: set[asyncio.Task[None]] = set()
        self._live: LivePage | None = None
        self._writing: asyncio.Task[None] | None = None
        self._joins: tuple[Join, ...] = ()
        self._drawing: asyncio.Task[tuple[Asset | None, Asset | None]] | None = None
        self._late_at = float("inf")

    def planned(self, shots: Sequence[Shot], prices: Sequence[Estimate], finish: Finish = PLAIN) -> None:
        """What will be rendered is known: its page is written, and the page of what is going on is begun."""
        if self._board is None:
            return
        due = [shot for shot in shots if not shot.rendered]
        run, spending = self._run, self._purse.spending
        facts = PlanFacts(self._storyboard, run.video, run.options, spending, shots, prices, due, finish)
        planned = self._do(PLAN, write_plan(self._board, facts, run.store))
        standing = Standing(shots, spending.budget_micro_usd)
        self._live = LivePage(self._board, standing, self._purse.ledger, run.video)
        self._writing = asyncio.create_task(self._live.keep(planned))

    def begun(self, shot: Shot) -> None:
        """Somebody works on a clip."""
        if self._live:
            self._live.standing.begin(shot)

    def ended(self, shot: Shot, made: ClipRecord | BaseException) -> None:
        """A clip is there, or cannot be had."""
        if self._live:
            self._live.standing.end(shot, made)

    def joined(self, video: Asset, shots: Sequence[Shot], seconds: float) -> None:
        """The video is there: its pictures are drawn while it is checked."""
        if self._board is None:
            return
        self._joins = joins_of(shots)
        if seconds <= BESIDE_SECONDS:
            self._begin_to_draw(video, seconds)

    async def finished(self, manifest: Manifest, output: str | None, *, voices_micro_usd: int = 0) -> None:
        """The video is checked, and written where it was wanted. `voices_micro_usd` was paid in this run."""
        if self._board is None:
            return
        if self._drawing is None:
            self._begin_to_draw(manifest.asset, manifest.stitch.seconds)
        try:
            async with asyncio.timeout(RESULT_SECONDS):
                money = await self._money(manifest.video, voices_micro_usd)
                await self._publish_result(self._board, manifest, output, money)
        except Exception as error:  # a store or a ledger that is away: the video is finished all the same
            complain(RESULT, error)

    async def _money(self, video: str, voices_micro_usd: int) -> Money | None:
        ledger = self._purse.ledger
        if ledger:
            jobs = await asyncio.to_thread(ledger.jobs, video=video)
            return money_of(jobs, await asyncio.to_thread(ledger.speech, video=video))
        if voices_micro_usd:
            return Money(paid_micro_usd=voices_micro_usd, voices_micro_usd=voices_micro_usd)
        return None

    async def _publish_result(self, board: Board, manifest: Manifest, output: str | None, money: Money | None) -> None:
        files = await asyncio.to_thread(store_result_files, manifest, self._run.store)
        files = await self._with_pictures(files)
        await board.put(RESULT, result_text(manifest, output, files, money))

    async def _with_pictures(self, files: ResultFiles) -> ResultFiles:
        """The files with those pictures that are drawn in time."""
        if self._drawing is None:
            return files
        self._late_at = time.monotonic() + PICTURES_SECONDS
        await asyncio.wait([self._drawing], timeout=2 * PICTURES_SECONDS)
        if not self._drawing.done():
            return files
        drawn, joins = self._drawing.result()
        return replace(files, poster=drawn, joins=joins, shown_joins=self._joins)

    def _begin_to_draw(self, video: Asset, seconds: float) -> None:
        self._drawing = asyncio.create_task(asyncio.to_thread(self._draw, video, seconds))

    def _draw(self, video: Asset, seconds: float) -> tuple[Asset | None, Asset | None]:
        """The poster, and the sheet of joins."""
        drawn = joins = None
        try:
            drawn = poster(video, seconds, self._run.store)
            joins = join_sheet(video, self._joins, self._run.store, enough=self._is_late)
        except Exception as error:  # a picture that cannot be drawn costs the picture
            complain("A picture of the video", error)
        return drawn, joins

    def _is_late(self) -> bool:
        return time.monotonic() > self._late_at

    def _do(self, what: str, work: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Do it beside all else."""

        async def done() -> None:
            try:
                await work
            except Exception as error:  # whatever becomes of a page
                complain(what, error)

        task = asyncio.create_task(done())
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
        return task

    async def close(self) -> None:
        """Write the last state of what is going on, and end what is still being done."""
        self._late_at = 0.0
        if self._writing:
            self._writing.cancel()
        if self._live:
            await self._live.end()
        if self._doing:
            await asyncio.wait(self._doing, timeout=LEFT_OVER_SECONDS)
        for task in self._doing:
            task.cancel()


@asynccontextmanager
async def pages_of(storyboard: Storyboard, run: Run, purse: Purse) -> AsyncIterator[Pages]:
    """The pages of the present run, for as long as the context lasts. None where there is no deployment's run."""
    run_id = run_with_pages()
    pages = Pages(Board(run_id, run.video) if run_id else None, storyboard, run, purse)
    try:
        yield pages
    finally:
        try:
            await pages.close()
        except Exception as error:  # whatever becomes of a page
            complain(CLIPS, error)
