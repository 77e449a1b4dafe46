"""One hour of script spoken, paused and levelled from nothing, and found again."""

from __future__ import annotations

import asyncio
import random
import resource
import tempfile
import time
from pathlib import Path

from longtake.assets import FolderStore
from longtake.loudness import preset_named
from longtake.prepared import PreparedLine
from longtake.speech import open_voice, prepare_spoken_line
from longtake.storyboard import Line

LINES = 240
VOICES = ("espeak:gmw/en", "espeak:gmw/en-US+f3")
GOAL_SECONDS, GOAL_AGAIN_SECONDS = 12, 1
TEXT = "river window seven because morning under little bring question yellow after listen number paper every"


def script() -> list[Line]:
    """About 9,000 words in 850 sentences, no two alike."""
    chance = random.Random(1)
    words = TEXT.split()

    def sentence() -> str:
        return " ".join(chance.choices(words, k=chance.randint(4, 17))).capitalize() + "."

    return [Line(text=" ".join(sentence() for _ in range(chance.choice((2, 3, 4, 4, 5))))) for _ in range(LINES)]


async def prepared(lines: list[Line], store: FolderStore) -> list[PreparedLine]:
    preset = preset_named("podcast")
    voices = [open_voice(VOICES[number % 2], "en") for number in range(len(lines))]
    return await asyncio.gather(
        *(
            prepare_spoken_line(line, voice=voice, language="en", preset=preset, store=store)
            for line, voice in zip(lines, voices, strict=True)
        )
    )


def processor_seconds() -> float:
    """What this process and its children that have ended used."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


async def timed(what: str, lines: list[Line], store: FolderStore, goal_seconds: float) -> None:
    begun, worked = time.monotonic(), processor_seconds()
    sounds = await prepared(lines, store)
    seconds = time.monotonic() - begun
    await open_voice(None, "en").close()
    processor = processor_seconds() - worked
    minutes = sum(sound.frames for sound in sounds) / 25 / 60
    sentences = sum(len(sound.sentences) for sound in sounds)
    print(
        f"{what}: {len(lines)} lines, {sentences} sentences, {minutes:.0f} min of sound in {seconds:.1f} s "
        f"(goal {goal_seconds} s; {processor:.1f} s of processor time)"
    )


def main() -> None:
    lines = script()
    print(f"{sum(len((line.text or '').split()) for line in lines)} words")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(timed("from nothing", lines, FolderStore(Path(folder)), GOAL_SECONDS))
        asyncio.run(timed("found again", lines, FolderStore(Path(folder)), GOAL_AGAIN_SECONDS))


if __name__ == "__main__":
    main()
