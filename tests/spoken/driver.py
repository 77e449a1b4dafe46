"""Speaks a script's lines with paid voices in a bare process, without Prefect's flow, and can kill itself at a point.

python -m tests.spoken.driver SCRIPT --budget 1 [--kill-at spoken --at-count 2]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from blocks.voices.opening import open_hosted
from flows.means.accounts import open_the_ledger
from longtake import progress
from longtake.errors import LongtakeError
from longtake.loudness import preset_named
from longtake.money import micro_usd
from longtake.passages import Passage, prepare_lines, speak_passage
from longtake.prepared import PreparedLine
from longtake.script import read_script
from longtake.settings import load_settings
from longtake.voices import HostedBook, Till
from tests.paid.driver import Lines, kill_at


async def run(script: Path, *, budget_usd: float, run_id: str) -> list[str]:
    """The sounds of all lines, by their hashes."""
    progress.listen(Lines())
    settings = load_settings()
    store, ledger, preset = settings.open_store(), open_the_ledger(settings), preset_named("podcast")
    storyboard = read_script(script)
    names = {speaker.voice for speaker in storyboard.speakers.values() if speaker.voice}
    hosted = {name: await open_hosted(name, storyboard.language, settings.pace) for name in names}
    till = Till(
        ledger,
        video="talk",
        run_id=run_id,
        video_micro_usd=micro_usd(budget_usd),
        day_micro_usd=None,
        pace=settings.pace,
    )
    book = HostedBook({name: voice for name, voice in hosted.items() if voice}, till)

    async def speak(passage: Passage) -> tuple[PreparedLine, ...]:
        return await speak_passage(passage, preset, store, book)

    try:
        lines = await prepare_lines(storyboard, speak, speak, book)
    finally:
        await book.aclose()
        ledger.dispose()
    return [line.audio.sha256 for scene in lines for line in scene]


def main() -> None:
    """Print the lines' hashes as JSON; exit code 1 with the error's kind when they could not be spoken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("script")
    parser.add_argument("--budget", type=float, default=1.0)
    parser.add_argument("--run-id", default="a run")
    parser.add_argument("--kill-at")
    parser.add_argument("--at-count", type=int, default=1)
    words = parser.parse_args()
    if words.kill_at:
        kill_at(words.kill_at, words.at_count)
    try:
        print(json.dumps(asyncio.run(run(Path(words.script), budget_usd=words.budget, run_id=words.run_id))))
    except LongtakeError as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
