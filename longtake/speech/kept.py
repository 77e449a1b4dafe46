"""Sentences that were spoken: each is spoken once, and kept as the voice gave it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from longtake.assets import HOSTED_SENTENCE, Prepared, Recipe, Store, find_prepared, prepare_once
from longtake.errors import VoiceFailed
from longtake.speech.once import OnceAtATime
from longtake.speech.sound import trim_silence
from longtake.speech.voice import Speech, Voice

_speaking: OnceAtATime[Prepared] = OnceAtATime(most_at_once=16)


def sentence_recipe(text: str, voice: Voice, *, before: str = "", after: str = "") -> Recipe:
    """What a sentence's sound depends on: for a voice that hears what stands around it, on that too."""
    around = {"before": before, "after": after} if voice.hears_context else {}
    name = HOSTED_SENTENCE if voice.is_hosted else "spoken-sentence"
    return Recipe(name=name, number=1, inputs={"voice": voice.identity, "text": text, **around})


async def spoken_sentence(text: str, *, voice: Voice, store: Store, before: str = "", after: str = "") -> Prepared:
    """The sentence as a WAV at the voice's own rate: found, or spoken now.

    Facts: `speech_seconds` without the silence at its ends, and `words` with their times. Raises VoiceFailed.
    """
    recipe = sentence_recipe(text, voice, before=before, after=after)

    async def find() -> Prepared | None:
        return await asyncio.to_thread(find_prepared, store, recipe)

    async def keep(speech: Speech) -> Prepared:
        facts = await asyncio.to_thread(_facts, speech, text, voice)
        return await asyncio.to_thread(prepare_once, store, recipe, lambda folder: (_written(speech, folder), facts))

    async def speak() -> Prepared:
        return await voice.speak_once(text, before=before, after=after, find=find, keep=keep)

    return await find() or await _speaking.get(f"{store!r} {recipe.key}", speak)


def _facts(speech: Speech, text: str, voice: Voice) -> dict[str, Any]:
    heard = trim_silence(speech.samples, speech.sample_rate_hz)
    if not heard.size:
        shown = repr(text if len(text) <= 80 else text[:77] + "...")
        raise VoiceFailed(f"the voice {voice.name} gave only silence for {shown}")
    seconds = round(len(heard) / speech.sample_rate_hz, 6)
    return {"speech_seconds": seconds, "words": [word.model_dump(mode="json") for word in speech.words]}


def _written(speech: Speech, folder: Path) -> Path:
    path = folder / "sentence.wav"
    soundfile.write(path, speech.samples, speech.sample_rate_hz, subtype="PCM_16")
    return path


def read_sentence(sentence: Prepared, store: Store) -> tuple[NDArray[np.int16], int]:
    """The kept samples and their rate. Raises AssetMissing or AssetCorrupt."""
    with store.local(sentence.asset) as path:
        samples, rate = soundfile.read(path, dtype="int16")
    return samples, rate
