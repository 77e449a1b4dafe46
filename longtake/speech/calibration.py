"""How loud a voice is by itself: for lines that are too short to be measured."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from longtake.assets import Prepared, Recipe, Store, find_prepared, prepare_once
from longtake.assets.recipes import Facts
from longtake.errors import VoiceFailed
from longtake.loudness import LoudnessPreset, measure_samples
from longtake.speech.kept import read_sentence, spoken_sentence
from longtake.speech.voice import Voice

CALIBRATION_TEXT = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12."
"""Digits, for every language has words for them."""


def _recipe(voice: Voice) -> Recipe:
    return Recipe(name="voice-loudness", number=1, inputs={"voice": voice.identity, "text": CALIBRATION_TEXT})


def is_calibrated(voice: Voice, store: Store) -> bool:
    """Whether it is known how loud a voice is."""
    return find_prepared(store, _recipe(voice)) is not None


async def fixed_gain_db(voice: Voice, preset: LoudnessPreset, store: Store) -> float:
    """The gain that brings the voice's calibration text to the preset. Measured once for a voice, and kept."""
    recipe = _recipe(voice)
    kept = await asyncio.to_thread(find_prepared, store, recipe)
    if kept is None:
        sentence = await spoken_sentence(CALIBRATION_TEXT, voice=voice, store=store)
        kept = await asyncio.to_thread(_measure, recipe, sentence, voice, store)
    return preset.integrated_lufs - float(kept.facts["integrated_lufs"])


def _measure(recipe: Recipe, sentence: Prepared, voice: Voice, store: Store) -> Prepared:
    def make(folder: Path) -> tuple[Path, Facts]:
        samples, rate = read_sentence(sentence, store)
        measured = measure_samples(samples, rate).integrated_lufs
        if measured is None:
            raise VoiceFailed(f"the voice {voice.name} is too quiet to be measured")
        facts = {"integrated_lufs": measured}
        path = folder / "loudness.json"
        path.write_text(json.dumps(facts), encoding="utf-8")
        return path, facts

    return prepare_once(store, recipe, make)
