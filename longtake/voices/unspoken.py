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
    texts: dict[tuple[str, str], int] = {}
    places: list[int] = []
    specs = {spec for _, _, spec in _spoken_lines(storyboard)}
    voices = {spec: book.named(spec, storyboard.language) for spec in specs}
    for place, line, spec in _spoken_lines(storyboard):
        voice = voices[spec]
        if not costs_money(voice):
            continue
        missing = missing_texts(line, voice, storyboard.language, storyboard.say, preset, store)
        places += [place] if missing else []
        for text in missing:
            texts[voice.name, text] = speech_micro_usd(len(text), voice)
    if not texts:
        return None
    return Unspoken(
        lines=len(places),
        places=tuple(places),
        characters=sum(len(text) for _, text in texts),
        micro_usd=sum(texts.values()),
        voices=tuple(dict.fromkeys(name for name, _ in texts)),
    )


def missing_texts(
    line: Line, voice: Voice, language: str, say: Mapping[str, str], preset: LoudnessPreset, store: Store
) -> tuple[str, ...]:
    """What a voice would have to speak for a line, that is not kept."""
    delivery = delivery_by(voice, line, language, say)
    if find_prepared(store, line_recipe(delivery, voice, preset)):
        return ()
    missing = [
        each.spoken
        for each in delivery.utterances
        if not find_prepared(store, sentence_recipe(each.spoken, voice, before=each.before, after=each.after))
    ]
    if not is_calibrated(voice, store):
        missing.append(CALIBRATION_TEXT)
    return tuple(missing)


def _spoken_lines(storyboard: Storyboard) -> Iterator[tuple[int, Line, str | None]]:
    """The lines that are texts, each with its place among all lines and its speaker's voice."""
    lines = (line for scene in storyboard.scenes for line in scene.lines)
    for place, line in enumerate(lines):
        if line.text is not None:
            yield place, line, storyboard.speaker(line.speaker).voice
