"""What is still to be spoken by voices that cost money: how much text, and at what price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field

from longtake.assets import Store, find_prepared
from longtake.frozen import Frozen
from longtake.loudness import LoudnessPreset
from longtake.money import usd_text
from longtake.speech import CALIBRATION_TEXT, is_calibrated
from longtake.speech.book import VoiceBook
from longtake.speech.kept import sentence_recipe
from longtake.speech.levelling import SHORTEST_MEASURED_SECONDS
from longtake.speech.line import delivery_by, line_recipe
from longtake.speech.voice import HostedVoice, Voice
from longtake.storyboard import Line, Storyboard
from longtake.voices.paid import speech_micro_usd


class Unspoken(Frozen):
    """Text that paid voices have not spoken yet. Its place in a plan is an estimate."""

    lines: int = Field(description="Lines with some of it.")
    places: tuple[int, ...] = Field((), description="Where those lines stand among all lines of the storyboard.")
    characters: int
    micro_usd: int = Field(description="What speaking it costs.")
    certain_micro_usd: int = Field(
        0, description="Of that, what is for the script's own text, and so surely to be paid."
    )
    voices: tuple[str, ...]

    @property
    def text(self) -> str:
        """In words."""
        return f"{self.characters:,} characters to be spoken by {', '.join(self.voices)} for {usd_text(self.micro_usd)}"


def costs_money(voice: Voice) -> bool:
    """Whether a voice is to be paid. One without a stated price is."""
    return isinstance(voice, HostedVoice) and voice.price_usd_per_character != 0


def unspoken_of(storyboard: Storyboard, book: VoiceBook, preset: LoudnessPreset, store: Store) -> Unspoken | None:
    """What of a storyboard is still to be paid for as speech; None when nothing is."""
    texts: dict[str, tuple[Voice, str]] = {}
    places: list[int] = []
    specs = {spec for _, _, spec in _spoken_lines(storyboard)}
    voices = {spec: book.named(spec, storyboard.language) for spec in specs}
    for place, line, spec in _spoken_lines(storyboard):
        voice = voices[spec]
        if not costs_money(voice):
            continue
        missing = missing_texts(line, voice, storyboard.language, storyboard.say, preset, store)
        places += [place] if missing else []
        texts |= {key: (voice, text) for key, text in missing.items()}
    if not texts:
        return None
    prices = {key: speech_micro_usd(len(text), voice) for key, (voice, text) in texts.items()}
    return Unspoken(
        lines=len(places),
        places=tuple(places),
        characters=sum(len(text) for _, text in texts.values()),
        micro_usd=sum(prices.values()),
        certain_micro_usd=sum(prices[key] for key, (_, text) in texts.items() if text != CALIBRATION_TEXT),
        voices=tuple(dict.fromkeys(voice.name for voice, _ in texts.values())),
    )


def missing_texts(
    line: Line, voice: Voice, language: str, say: Mapping[str, str], preset: LoudnessPreset, store: Store
) -> dict[str, str]:
    """What a voice would have to speak for a line, that is not kept: by the name that each is kept under.

    A short line takes the voice's calibration, too; so may one of which it is not known how long it will be.
    """
    delivery = delivery_by(voice, line, language, say)
    if find_prepared(store, line_recipe(delivery, voice, preset)):
        return {}
    missing: dict[str, str] = {}
    seconds = 0.0
    for each in delivery.utterances:
        recipe = sentence_recipe(each.spoken, voice, before=each.before, after=each.after)
        kept = find_prepared(store, recipe)
        if kept:
            seconds += kept.facts["speech_seconds"]
        else:
            missing[recipe.key] = each.spoken
    may_be_short = bool(missing) or seconds < SHORTEST_MEASURED_SECONDS
    if may_be_short and not is_calibrated(voice, store):
        missing[sentence_recipe(CALIBRATION_TEXT, voice).key] = CALIBRATION_TEXT
    return missing


def _spoken_lines(storyboard: Storyboard) -> Iterator[tuple[int, Line, str | None]]:
    """The lines that are texts, each with its place among all lines and its speaker's voice."""
    lines = (line for scene in storyboard.scenes for line in scene.lines)
    for place, line in enumerate(lines):
        if line.text is not None:
            yield place, line, storyboard.speaker(line.speaker).voice
