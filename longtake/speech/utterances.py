"""What of a line is spoken, sentence by sentence, and how long it is silent in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from longtake.errors import ScriptError
from longtake.script import split_pauses, spoken_text
from longtake.script.lexicon import respelled
from longtake.script.text import join_lines
from longtake.speech.sentences import LONGEST_SENTENCE_CHARACTERS, split_sentences
from longtake.storyboard import Line, Storyboard

SENTENCE_PAUSE_SECONDS = 0.35
LINE_PAUSE_SECONDS = 0.5

_MOST_COMPOSED = 3  # the most characters that Unicode's form NFC makes of one
_SENTENCE_ENDS = ".!?\u2026\u3002\uff01\uff1f\uff0e\u0964\u0965\u061f\u06d4\u1362\u2e2e"
_CLOSERS = "\"'\u2019\u201d\u00bb\u203a)]}\u300d\u300f\uff09\u3011 "


@dataclass(frozen=True)
class Utterance:
    """A sentence as written and as spoken, the silence before it, and what is spoken before and after it in its line.

    Where a voice flows better over several sentences, it is as many as are spoken together.
    """

    written: str
    spoken: str
    pause_seconds: float
    kind: Literal["sentence", "pause"]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Delivery:
    """How a line is said: its utterances, and the silence behind the last."""

    utterances: tuple[Utterance, ...]
    tail_seconds: float


def delivery_of(
    line: Line,
    language: str,
    *,
    maximum_characters: int,
    best_characters: int = 0,
    say: Mapping[str, str] = MappingProxyType({}),
) -> Delivery:
    """How a line of text is said by a voice that takes so many characters at once.

    `say` tells how words are spoken that are written otherwise; `best_characters`, up to what length sentences are
    spoken together.

    `[pause 0.8]` between sentences is silence beside the usual one; inside a sentence, and before the first, it is all
    the silence there is. Behind the last it is beside the line's own. What cannot be spoken (an emoji alone) stays
    with the sentence before it. Raises ScriptError when nothing can be spoken.
    """
    text = (line.text or "").encode(errors="ignore").decode()  # without halves of characters
    longest = max(1, min(LONGEST_SENTENCE_CHARACTERS, maximum_characters // _MOST_COMPOSED))
    said: list[Utterance] = []
    marked = 0.0
    for piece in split_pauses(text):
        if isinstance(piece, float):
            marked += piece
            continue
        for written in split_sentences(piece, language, longest_characters=longest):
            spoken = spoken_text(respelled(spoken_text(written), say))
            if spoken:
                said.append(_utterance(written, spoken, marked, said))
                marked = 0.0
            elif said:
                said[-1] = replace(said[-1], written=f"{said[-1].written} {written}")
    if not said:
        raise _unspeakable(line)
    return Delivery(_in_context(_joined(said, min(best_characters, longest))), LINE_PAUSE_SECONDS + marked)


def _joined(said: Sequence[Utterance], best: int) -> Iterator[Utterance]:
    """The utterances; those that follow each other without a marked pause, as one up to that length."""
    run: list[Utterance] = []
    length = 0
    for each in said:
        if run and (each.kind == "pause" or length + 1 + len(each.spoken) > best):
            yield _as_one(run)
            run, length = [], -1
        run.append(each)
        length += 1 + len(each.spoken)
    yield _as_one(run)


def _as_one(run: Sequence[Utterance]) -> Utterance:
    return replace(run[0], written=join_lines([u.written for u in run]), spoken=join_lines([u.spoken for u in run]))


def _in_context(said: Iterable[Utterance]) -> tuple[Utterance, ...]:
    each = tuple(said)
    spoken = ["", *(utterance.spoken for utterance in each), ""]
    return tuple(replace(u, before=spoken[n], after=spoken[n + 2]) for n, u in enumerate(each))


def _utterance(written: str, spoken: str, marked_seconds: float, before: list[Utterance]) -> Utterance:
    inside_a_sentence = before and marked_seconds and not _ends_a_sentence(before[-1].written)
    own = SENTENCE_PAUSE_SECONDS if before and not inside_a_sentence else 0.0
    return Utterance(written, spoken, round(own + marked_seconds, 6), "pause" if marked_seconds else "sentence")


def _ends_a_sentence(text: str) -> bool:
    return text.rstrip(_CLOSERS)[-1:] in tuple(_SENTENCE_ENDS)


def check_speakable(storyboard: Storyboard, script: str | None = None) -> None:
    """Raises ScriptError for the first line of text that has nothing to say, as one of emoji. Speaks nothing.

    `script` is the file that the message names.
    """
    for scene in storyboard.scenes:
        for line in scene.lines:
            if line.text is not None and not any(
                spoken_text(piece) for piece in split_pauses(line.text) if isinstance(piece, str)
            ):
                raise _unspeakable(line, script)


def _unspeakable(line: Line, script: str | None = None) -> ScriptError:
    number = line.source_line
    where = f"{script}:{number}" if script and number else script or (f"line {number}" if number else None)
    text = (line.text or "").strip()
    shown = text if len(text) <= 60 else text[:57] + "..."
    return ScriptError(
        f"{line.speaker} says {shown!r}, which has nothing that can be spoken.",
        where=where,
        hint="Write some words, or make it a quote (> ...), which is a note that nobody speaks.",
    )
