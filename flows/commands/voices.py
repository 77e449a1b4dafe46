"""What `longtake voices` does: list what can speak, here and elsewhere, and let one voice be heard."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import soundfile
from rich.table import Table

from flows.means.accounts import Purse
from flows.means.stores import open_store
from flows.means.voices import reaching, speaking
from flows.telling.display import plain_console
from longtake.assets import epoch, find_prepared
from longtake.costs import spending_of
from longtake.errors import SettingError
from longtake.money import usd_text
from longtake.options import PREVIEW, RenderOptions
from longtake.publish import check_target
from longtake.run import Run
from longtake.script import spoken_text
from longtake.settings import load_settings
from longtake.speech import CALIBRATION_TEXT, VoiceInfo, list_voices
from longtake.speech.kept import read_sentence, sentence_recipe, spoken_sentence
from longtake.storyboard import Line, Scene, Speaker, Storyboard
from longtake.voices import costs_money, speech_micro_usd

ENGLISH_SAMPLE = "This is how I sound. One, two, three, and that is all for now."
SAMPLES = "voice-samples"
"""The lasting name that samples are paid under, as videos are under theirs."""

KEYS = {
    "openai": ("OPENAI_API_KEY",),
    "elevenlabs": ("ELEVENLABS_API_KEY",),
    "polly": ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"),
    "fal": ("FAL_KEY",),
    "aimlapi": ("AIML_API_KEY",),
}
"""The variables that give a hosted voice its key; one of them is enough."""


def voices_command(language: str | None, at: str | None, *, as_json: bool) -> None:
    """List the voices of this machine, and what voices elsewhere cost; or those of one provider."""
    if at:
        _show_voices_at(at, language, as_json=as_json)
        return
    here = [voice for voice in list_voices() if _speaks(voice.language, language)]
    elsewhere = list(_hosted())
    if as_json:
        print(json.dumps({"here": [voice.model_dump() for voice in here], "elsewhere": elsewhere}, indent=2))  # noqa: T201
        return
    console = plain_console()
    if here:
        table = _table("here, free", "language", "")
        for voice in here:
            table.add_row(voice.name, voice.language, voice.title)
        console.print(table)
    elif language:
        console.print(f"No voice of this machine speaks {language}.")
    table = _table("\nelsewhere", "\n1,000 characters", "\nkey")
    for row in elsewhere:
        price = "no stated price" if row["usd_per_1000_characters"] is None else f"${row['usd_per_1000_characters']:g}"
        table.add_row(row["name"], price, "is set" if row["has_key"] else f"set {row['key']}")
    console.print(table)
    console.print(
        "\nespeak's voices come in variants: espeak:en-gb+f3, +m3, +croak ... A model stands before a slash, a block "
        "behind an @: openai@team:tts-1-hd/onyx."
    )


def _show_voices_at(at: str, language: str | None, *, as_json: bool) -> None:
    """The voices at a provider. Those of which it tells no language may speak any."""
    found = asyncio.run(_voices_at(at))
    found = tuple(voice for voice in found if not voice.language or _speaks(voice.language, language))
    if as_json:
        print(json.dumps([voice.model_dump() for voice in found], indent=2))  # noqa: T201
        return
    table = _table(f"at {at}", "language", "")
    for voice in found:
        table.add_row(voice.name, voice.language, voice.title)
    plain_console().print(table)


async def _voices_at(at: str) -> tuple[VoiceInfo, ...]:
    from blocks.voices.opening import list_hosted

    async with reaching([at]):
        return await list_hosted(at, load_settings().pace)


def _speaks(tag: str, wanted: str | None) -> bool:
    return wanted is None or _folded(tag) == _folded(wanted) or _folded(tag).startswith(f"{_folded(wanted)}-")


def _folded(tag: str) -> str:
    return tag.replace("_", "-").lower()


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=True)
    return table


def _hosted() -> Iterator[dict[str, Any]]:
    """A row for each model whose price is known, named as a script names its voices."""
    from blocks.voices.names import EXAMPLES, parse_name
    from blocks.voices.rates import all_rates

    for rate in all_rates():
        voice = parse_name(EXAMPLES[rate.provider]).voice
        name = f"polly:{voice}@{rate.model}" if rate.provider == "polly" else f"{rate.provider}:{rate.model}/{voice}"
        keys = KEYS[rate.provider]
        yield {
            "name": name,
            "usd_per_1000_characters": rate.usd_per_1000_characters,
            "as_of": rate.as_of.isoformat() if rate.as_of else None,
            "source": rate.source,
            "key": " or ".join(keys),
            "has_key": any(map(os.environ.get, keys)),
        }


def sample_command(name: str, language: str, text: str | None, output: str, budget_usd: float | None) -> None:
    """Have a voice say a text into a WAV file. What was said before is found again, and costs nothing."""
    said = text or (ENGLISH_SAMPLE if language.lower().startswith("en") else CALIBRATION_TEXT)
    path = Path(output)
    if path.suffix.lower() != ".wav":
        raise SettingError("a sample is a WAV file.", where="--output", hint="Name it so: sample.wav.")
    if not spoken_text(said):
        raise SettingError(f"nothing in {said[:60]!r} can be spoken.", where="--text", hint="Write some words.")
    check_target(path)
    seconds = asyncio.run(_write_sample(name, language, said, path, budget_usd))
    print(f"{path}: {name} says {seconds:.1f} s")  # noqa: T201


async def _write_sample(name: str, language: str, text: str, path: Path, budget_usd: float | None) -> float:
    settings = load_settings()
    store = open_store(settings)
    line = Line(speaker="sample", text=text)
    storyboard = Storyboard(language=language, speakers={"sample": Speaker(voice=name)}, scenes=(Scene(lines=(line,)),))
    spending = spending_of(settings, budget_usd, 0, None)
    run = Run(RenderOptions(), SAMPLES, store, epoch(store))
    purse = Purse({PREVIEW: None}, spending, None, settings, uuid4().hex)
    async with speaking(storyboard, run, purse) as voiced:  # of a preview: only a budget that is named counts
        known = voiced.book.named(name, language)
        sentence = await asyncio.to_thread(find_prepared, store, sentence_recipe(text, known))
        if sentence is None and costs_money(known) and not spending.is_named:
            raise SettingError(
                f"{name} costs money: {usd_text(speech_micro_usd(len(text), known))} for this sample.",
                where="--budget",
                hint="Say what all samples together may cost, in dollars: --budget 0.10.",
            )
        if sentence is None:
            voice = await voiced.book.voice_for(line, name, language, {}, run.preset, store)
            sentence = await spoken_sentence(text, voice=voice, store=store)
    samples, rate = await asyncio.to_thread(read_sentence, sentence, store)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return len(samples) / rate
