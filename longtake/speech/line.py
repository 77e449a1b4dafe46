"""A line of text becomes levelled sound on the frame grid, wherever in whatever video it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from longtake.assets import Prepared, Recipe, Store, find_prepared, prepare_once
from longtake.assets.recipes import Facts
from longtake.grid import SAMPLES_PER_SECOND
from longtake.loudness import LoudnessPreset
from longtake.prepared import CutPoint, Moment, PreparedLine, TimedText
from longtake.speech.calibration import CALIBRATION_TEXT, fixed_gain_db
from longtake.speech.kept import spoken_sentence
from longtake.speech.layout import Layout, lay_out
from longtake.speech.levelling import SHORTEST_MEASURED_SECONDS, level_line
from longtake.speech.moments import spoken_moments, written_moments
from longtake.speech.once import OnceAtATime
from longtake.speech.utterances import Delivery, delivery_of
from longtake.speech.voice import SpokenWord, Voice
from longtake.storyboard import Line

_preparing: OnceAtATime[Prepared] = OnceAtATime(most_at_once=64)


async def prepare_spoken_line(
    line: Line,
    *,
    voice: Voice,
    language: str,
    preset: LoudnessPreset,
    store: Store,
    say: Mapping[str, str] = MappingProxyType({}),
) -> PreparedLine:
    """The line spoken, paused, levelled and stored; found again when the same words were prepared before.

    Its sound depends on what is spoken, the pauses, the voice and the preset, and on nothing around it. Raises
    ScriptError when there is nothing to say, VoiceFailed when the voice gives no sound.
    """
    delivery = delivery_by(voice, line, language, say)
    recipe = line_recipe(delivery, voice, preset)
    prepared = await asyncio.to_thread(find_prepared, store, recipe)
    if prepared is None:
        prepared = await _preparing.get(
            f"{store!r} {recipe.key}", lambda: _prepare(recipe, delivery, voice, preset, store)
        )
    return _as_line(prepared, delivery)


def delivery_by(voice: Voice, line: Line, language: str, say: Mapping[str, str]) -> Delivery:
    """How a voice says a line. Raises ScriptError when nothing can be spoken."""
    return delivery_of(
        line,
        language,
        maximum_characters=voice.maximum_characters,
        best_characters=voice.best_characters,
        say=say,
    )


def line_recipe(delivery: Delivery, voice: Voice, preset: LoudnessPreset) -> Recipe:
    """What a line's sound depends on. The voice's fixed gain follows from the voice and the text it is measured on."""
    return Recipe(
        name="spoken-line",
        number=1,
        inputs={
            "voice": voice.identity,
            "calibration": CALIBRATION_TEXT,
            "said": [[each.spoken, each.pause_seconds, each.kind] for each in delivery.utterances],
            "tail_seconds": delivery.tail_seconds,
            "integrated_lufs": preset.integrated_lufs,
            "true_peak_dbtp": preset.true_peak_dbtp,
        },
    )


async def _prepare(recipe: Recipe, delivery: Delivery, voice: Voice, preset: LoudnessPreset, store: Store) -> Prepared:
    sentences = await _all_spoken(delivery, voice, store)
    speech_seconds = sum(sentence.facts["speech_seconds"] for sentence in sentences)
    gain = await fixed_gain_db(voice, preset, store) if speech_seconds < SHORTEST_MEASURED_SECONDS else None
    return await asyncio.to_thread(
        prepare_once, store, recipe, lambda folder: _make(folder, delivery, sentences, preset, gain, store)
    )


async def _all_spoken(delivery: Delivery, voice: Voice, store: Store) -> list[Prepared]:
    """Every sentence. One that fails does not stop the others: what was paid is kept for the next try."""
    spoken = (
        spoken_sentence(each.spoken, voice=voice, store=store, before=each.before, after=each.after)
        for each in delivery.utterances
    )
    results = await asyncio.gather(*spoken, return_exceptions=True)
    sentences = [result for result in results if isinstance(result, Prepared)]
    if len(sentences) < len(results):
        raise next(result for result in results if isinstance(result, BaseException))
    return sentences


def _make(
    folder: Path,
    delivery: Delivery,
    sentences: Sequence[Prepared],
    preset: LoudnessPreset,
    gain_db: float | None,
    store: Store,
) -> tuple[Path, Facts]:
    raw, levelled = folder / "line.pcm", folder / "line.wav"
    layout = lay_out(delivery, sentences, store, raw)
    level_line(raw, layout, preset, gain_db, levelled)
    return levelled, {
        "frames": layout.frames,
        "tail_seconds": round(layout.tail_seconds, 6),
        "cuts": [cut.model_dump(mode="json") for cut in layout.cuts],
        "spans": [[span.start_sample, span.end_sample] for span in layout.spans],
        "moments": list(_moments(delivery, sentences, layout)),
    }


def _moments(delivery: Delivery, sentences: Sequence[Prepared], layout: Layout) -> Iterator[tuple[Moment, ...]]:
    """For each sentence, when the words of its spoken text sound; nothing where the voice does not tell."""
    for utterance, sentence, span in zip(delivery.utterances, sentences, layout.spans, strict=True):
        words = [SpokenWord.model_validate(word) for word in sentence.facts.get("words", ())]
        seconds = (span.end_sample - span.start_sample) / SAMPLES_PER_SECOND
        yield spoken_moments(utterance.spoken, words, trimmed_seconds=span.trimmed_seconds, seconds=seconds)


def _as_line(prepared: Prepared, delivery: Delivery) -> PreparedLine:
    facts = prepared.facts
    spans = facts["spans"]
    moments = facts.get("moments") or [[]] * len(spans)  # lines that were kept before words had times have none
    return PreparedLine(
        audio=prepared.asset,
        frames=facts["frames"],
        tail_seconds=facts["tail_seconds"],
        cuts=tuple(CutPoint.model_validate(cut) for cut in facts["cuts"]),
        sentences=tuple(
            TimedText(
                text=utterance.written,
                start_seconds=round(start / SAMPLES_PER_SECOND, 6),
                end_seconds=round(end / SAMPLES_PER_SECOND, 6),
                moments=written_moments(utterance.written, utterance.spoken, [tuple(each) for each in told]),
            )
            for utterance, (start, end), told in zip(delivery.utterances, spans, moments, strict=True)
        ),
    )
