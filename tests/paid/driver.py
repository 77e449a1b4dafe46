"""Runs works through the paid maker in a bare process, without Prefect's flow, and can kill itself at a named point.

python -m tests.paid.driver WORKS --provider fal --budget 100 [--kill-at posted --at-count 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from flows.means.accounts import open_accounts, open_the_ledger
from longtake import progress
from longtake.costs import spending_of
from longtake.errors import LongtakeError
from longtake.generation import generate_clip
from longtake.jobs import PaidMaker
from longtake.models import offers_of
from longtake.options import named_accounts
from longtake.settings import load_settings
from tests.paid.works import MODEL, RESOLUTION, read_works


def kill_at(point: str, count: int) -> None:
    """Be gone, without a last word, the `count`th time that the point is reached."""
    reached: Counter[str] = Counter()

    def hear(name: str) -> None:
        reached[name] += 1
        if name == point and reached[name] == count:
            os.kill(os.getpid(), signal.SIGKILL)

    progress.at_milestones(hear)


class Lines:
    """Prints what is told."""

    def stage(self, name: str, total: int, unit: str) -> None:
        pass

    def advance(self, name: str, steps: int, seconds: float) -> None:
        pass

    def note(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


async def run(words: argparse.Namespace) -> dict[str, str]:
    progress.listen(Lines())
    settings = load_settings()
    ledger = open_the_ledger(settings)
    names = named_accounts(words.provider)
    offers = {offer.provider: offer for offer in offers_of(MODEL)}
    resolution = RESOLUTION[next(iter(names))]
    accounts = await open_accounts(names, offers, resolution, settings, words.price_per_second)
    spending = spending_of(settings, words.budget, words.max_repeat_usd, words.price_per_second)
    store = settings.open_store()
    works = read_works(words.works)
    begun = time.monotonic()
    try:
        async with PaidMaker(
            accounts, ledger, store, spending=spending, pace=settings.pace, video=words.video, run_id=str(os.getpid())
        ) as maker:
            ended = await asyncio.gather(*(generate_clip(work, maker, store) for work in works), return_exceptions=True)
    finally:
        ledger.dispose()
    print(f"seconds: {time.monotonic() - begun:.3f}", file=sys.stderr)
    told = {}
    for work, made in zip(works, ended, strict=True):
        if isinstance(made, LongtakeError):
            told[work.label] = f"{type(made).__name__}: {made}"
        elif isinstance(made, BaseException):
            raise made
        else:
            told[work.label] = f"clip {made.asset.sha256}"
    return told


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("works", type=Path)
    parser.add_argument("--provider", default="fal")
    parser.add_argument("--video", default="talk")
    parser.add_argument("--budget", type=float, default=1000.0)
    parser.add_argument("--price-per-second", type=float, default=0.2)
    parser.add_argument("--max-repeat-usd", type=float, default=0.0)
    parser.add_argument("--kill-at", default="")
    parser.add_argument("--at-count", type=int, default=1)
    words = parser.parse_args()
    if words.kill_at:
        kill_at(words.kill_at, words.at_count)
    print(json.dumps(asyncio.run(run(words))))


if __name__ == "__main__":
    main()
