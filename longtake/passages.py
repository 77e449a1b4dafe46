"""Passages: runs of lines that are prepared together, as one step that is seen, cached and retried."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import chain

from pydantic import Field

from longtake import progress
from longtake.assets import Store
from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.gains import level_pinned
from longtake.grid import frames_to_seconds
from longtake.inputs import asset_of
from longtake.loudness import LoudnessPreset
from longtake.prepared import PreparedLine
from longtake.recordings import transcribed_recording
from longtake.speech import LOCAL, VoiceBook, check_speakable, prepare_spoken_line
from longtake.storyboard import Line, Storyboard

LINES_PER_PASSAGE = 24

Work = Callable[["Passage"], Awaitable[tuple[PreparedLine, ...]]]
"""Prepares the lines of a passage."""


class Passage(Frozen):
    """Lines of one scene that follow each other: texts that are spoken, or one recording."""

    scene: int = Field(ge=0)
    first_line: int = Field(ge=0, description="Place of the first line in its scene.")
    lines: tuple[Line, ...]
    voices: tuple[str | None, ...] = Field(description="For each line, its speaker's voice.")
    language: str
    say: dict[str, str] = Field({}, description="The entries of the lexicon that its texts may need.")

    @property
    def is_recording(self) -> bool:
        """Whether this is a recording."""
        return self.lines[0].audio is not None

    @property
    def label(self) -> str:
        """Where the passage stands, as a person reads it."""
        first, last = self.first_line + 1, self.first_line + len(self.lines)
        return f"scene {self.scene + 1} · lines {first}-{last}"

    @property
    def content(self) -> list[object]:
        """What the passage's sound depends on, as plain values."""
        return [
            self.language,
            *([line.text, line.audio, voice] for line, voice in zip(self.lines, self.voices, strict=True)),
            *([self.say] if self.say else []),
            *(line.transcript for line in self.lines if line.transcript),
        ]


def passages_of(storyboard: Storyboard) -> tuple[Passage, ...]:
    """All lines of the storyboard, in order."""

    def passage(scene: int, first: int, lines: Sequence[Line]) -> Passage:
        voices = tuple(storyboard.speaker(line.speaker).voice for line in lines)
        texts = _folded("\n".join(line.text or "" for line in lines))
        return Passage(
            scene=scene,
            first_line=first,
            lines=tuple(lines),
            voices=voices,
            language=storyboard.language,
            say={word: said for word, said in storyboard.say.items() if _folded(word) in texts},
        )

    found: list[Passage] = []
    for number, scene in enumerate(storyboard.scenes):
        start = 0
        for stop in _stops(scene.lines):
            found.append(passage(number, start, scene.lines[start:stop]))
            start = stop
    return tuple(found)


def _folded(text: str) -> str:
    """As it is compared: whatever case, and however its accents are written."""
    return unicodedata.normalize("NFC", text).casefold()


def _stops(lines: Sequence[Line]) -> Iterator[int]:
    """Where each passage of a scene's lines ends."""
    start = 0
    for index in range(1, len(lines) + 1):
        at_end = index == len(lines)
        alone = lines[index - 1].audio is not None or (not at_end and lines[index].audio is not None)
        if at_end or alone or index - start == LINES_PER_PASSAGE:
            yield index
            start = index


def check_voices(storyboard: Storyboard, book: VoiceBook = LOCAL) -> None:
    """See, before anything is spoken, that every voice is known and every text can be spoken. Raises BadInput."""
    speakers = dict.fromkeys(line.speaker for scene in storyboard.scenes for line in scene.lines if line.text)
    for name in speakers:
        try:
            book.named(storyboard.speaker(name).voice, storyboard.language)
        except SettingError as error:
            error.where = f"{error.where} of {name}"
            raise
    check_speakable(storyboard)


async def speak_passage(
    passage: Passage, preset: LoudnessPreset, store: Store, book: VoiceBook = LOCAL
) -> tuple[PreparedLine, ...]:
    """The levelled audio of each line of a passage of texts, many at once."""
    language, say = passage.language, passage.say

    async def spoken(line: Line, spec: str | None) -> PreparedLine:
        voice = await book.voice_for(line, spec, language, say, preset, store)
        return await prepare_spoken_line(line, voice=voice, language=language, preset=preset, store=store, say=say)

    return tuple(await asyncio.gather(*map(spoken, passage.lines, passage.voices)))


def level_passage(passage: Passage, video: str, preset: LoudnessPreset, store: Store) -> tuple[PreparedLine, ...]:
    """The levelled audio of a passage that is a recording, with the gain that the video has pinned."""
    source = asset_of(passage.lines[0].audio)
    transcript = passage.lines[0].transcript
    with store.local(source) as path:
        line = level_pinned(path, source, video, preset, store)
        if transcript is None:
            return (line,)
        with store.local(asset_of(transcript)) as words:
            return (transcribed_recording(line, path, words, source=source, store=store, name=transcript),)


async def prepare_lines(
    storyboard: Storyboard, speak: Work, level: Work, book: VoiceBook = LOCAL
) -> list[list[PreparedLine]]:
    """Every line's levelled audio, as a list for each scene: texts by `speak`, recordings by `level`.

    All at once, but recordings one after the other, in their order: the gain of the first is offered to the next.
    Raises BadInput before any work when a voice is unknown or a text cannot be spoken.
    """
    check_voices(storyboard, book)
    passages = passages_of(storyboard)
    progress.stage("speech", sum(len(passage.lines) for passage in passages), "lines")
    one_at_a_time = asyncio.Lock()

    async def lines_of(passage: Passage) -> tuple[PreparedLine, ...]:
        if passage.is_recording:
            async with one_at_a_time:
                lines = await level(passage)
        else:
            lines = await speak(passage)
        progress.advance("speech", len(lines), sum(frames_to_seconds(line.frames) for line in lines))
        return lines

    flat = chain.from_iterable(await asyncio.gather(*map(lines_of, passages)))
    return [[next(flat) for _ in scene.lines] for scene in storyboard.scenes]
