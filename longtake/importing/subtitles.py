"""Subtitles: cues, which end where the screen does, merged into sentences and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from longtake.importing.said import Said
from longtake.script.source import Source
from longtake.script.text import join_lines, spoken_text
from longtake.transcripts import TranscriptCue, parse_transcript

PARAGRAPH_GAP_SECONDS = 1.0
"""A silence as long as this, behind the end of a sentence, ends a paragraph; twice as long it ends one anywhere."""

LONG_PARAGRAPH_CHARACTERS = 500
_FEWEST_REPEATED_WORDS = 3
_MOST_NAME_WORDS = 3

_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'’”»)\]」』]*$")
_SPEAKER = re.compile(r"(?:>>\s*)?([^\W\d_][^:：\[\](){}<>!?]{0,40}?)\s*[:：]\s*(?=\S)")
_TURN = re.compile(r"(?:^|(?<=[.!?…]\s))[-–—]\s?(?=\S)|>>\s?")
_SOUND = re.compile(r"\[[^\[\]]*\]|[♪♫♬#]+[^♪♫♬#]*[♪♫♬#]+|[♪♫♬]")
_WHOLE_ASIDE = re.compile(r"\([^()]*\)")


def read_subtitles(source: Source) -> list[Said]:
    """What subtitles say, in paragraphs. Raises ScriptError at the line of a cue that cannot be read."""
    said = paragraphs(parse_transcript(source))
    if not said:
        hint = "Sounds in brackets, and songs, are left out."
        raise source.error("nobody speaks in these subtitles.", hint=hint)
    return said


def paragraphs(cues: Sequence[TranscriptCue]) -> list[Said]:
    """The cues as paragraphs, which end at pauses, and where the speaker changes."""
    grown: list[_Paragraph] = []
    last_end = 0.0
    for cue in _without_repeats(cues):
        for turn in _turns(cue):
            if not grown or turn.is_new or grown[-1].ends_before(turn.speaker, cue.start_seconds - last_end):
                grown.append(_Paragraph(turn.speaker))
            grown[-1].parts.append(turn.text)
        last_end = cue.end_seconds
    return [Said(text=one.text, speaker=one.speaker) for one in grown]


class _Paragraph:
    def __init__(self, speaker: str | None) -> None:
        self.speaker = speaker
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        return join_lines(self.parts)

    def ends_before(self, speaker: str | None, gap_seconds: float) -> bool:
        """Whether what follows, after a silence, is a paragraph of its own."""
        if speaker is not None and speaker != self.speaker:
            return True
        if gap_seconds >= 2 * PARAGRAPH_GAP_SECONDS:
            return True
        is_long = sum(map(len, self.parts)) > LONG_PARAGRAPH_CHARACTERS
        return bool(_SENTENCE_END.search(self.parts[-1])) and (is_long or gap_seconds >= PARAGRAPH_GAP_SECONDS)


class _Turn(NamedTuple):
    """What somebody says in a cue; `is_new` behind a dash or >>, which tell that somebody else speaks."""

    speaker: str | None
    text: str
    is_new: bool


def _turns(cue: TranscriptCue) -> Iterator[_Turn]:
    text = _SOUND.sub(" ", cue.text).strip()
    if _WHOLE_ASIDE.fullmatch(text):
        return
    is_new = bool(_TURN.match(text))
    for part in _TURN.split(text) if is_new else [text]:
        named = _SPEAKER.match(part)
        name = named[1].strip() if named else ""
        is_name = name.isupper() and len(name) > 1 and len(name.split()) <= _MOST_NAME_WORDS
        said = " ".join((part[named.end() :] if named and is_name else part).split())
        if spoken_text(said):
            yield _Turn(name.title() if is_name else cue.speaker, said, is_new)


def _without_repeats(cues: Sequence[TranscriptCue]) -> Iterator[TranscriptCue]:
    """The cues without the words that rolling subtitles show a second time."""
    shown: list[str] = []
    last_end = 0.0
    for cue in cues:
        words = cue.text.split()
        repeated = _overlap(shown, words) if cue.start_seconds - last_end < PARAGRAPH_GAP_SECONDS else 0
        last_end = cue.end_seconds
        shown = words
        if repeated < len(words):
            yield cue.model_copy(update={"text": " ".join(words[repeated:])}) if repeated else cue


def _overlap(before: list[str], words: list[str]) -> int:
    """How many of the first words are the last ones of before: all of them, or at least three."""
    # For each place, how many words end there that are also the first ones (Knuth, Morris, Pratt): one walk over all.
    joined = [*words, None, *before]
    ending = [0] * len(joined)
    for place in range(1, len(joined)):
        count = ending[place - 1]
        while count and joined[place] != joined[count]:
            count = ending[count - 1]
        ending[place] = count + (joined[place] == joined[count])
    count = ending[-1] if before and words else 0
    return count if count >= _FEWEST_REPEATED_WORDS or count == len(before) else 0
