"""Scripts for the planner's tests: scenes of lines of sentences that have lengths; and what a chunk of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st

from longtake.plan import Cut, SlotSpan, plan_slots

Atom = tuple[str, int]
"""A sentence: the name of its line, and its number in it."""


@dataclass(frozen=True)
class Sentence:
    frames: int
    pause_seconds: float
    kind: str = "sentence"


@dataclass(frozen=True)
class ScriptLine:
    name: str
    speaker: str
    sentences: tuple[Sentence, ...]

    @property
    def frames(self) -> int:
        return sum(sentence.frames for sentence in self.sentences)

    @property
    def atoms(self) -> set[Atom]:
        return {(self.name, number) for number in range(len(self.sentences))}


@dataclass(frozen=True)
class Script:
    scenes: tuple[tuple[ScriptLine, ...], ...]

    @cached_property
    def lines(self) -> list[ScriptLine]:
        return [line for scene in self.scenes for line in scene]

    @cached_property
    def _ends(self) -> dict[int, int]:
        """How many sentences have ended at a frame where one ends."""
        ends, at = {0: 0}, 0
        for count, frames in enumerate((s.frames for line in self.lines for s in line.sentences), start=1):
            at += frames
            ends[at] = count
        return ends

    @cached_property
    def atoms(self) -> list[Atom]:
        return [(line.name, number) for line in self.lines for number in range(len(line.sentences))]

    @property
    def frames(self) -> int:
        return max(self._ends)

    def contents(self, start: int, end: int) -> tuple[Atom, ...]:
        return tuple(self.atoms[self._ends[start] : self._ends[end]])

    @cached_property
    def cuts(self) -> list[Cut]:
        cuts, at = [], 0
        for scene in self.scenes:
            for line, following in zip(scene, [*scene[1:], None], strict=True):
                for sentence in line.sentences[:-1]:
                    at += sentence.frames
                    cuts.append(Cut(frame=at, pause_seconds=sentence.pause_seconds, kind=sentence.kind))
                at += line.sentences[-1].frames
                kind = "scene" if following is None else "line" if following.speaker == line.speaker else "speaker"
                cuts.append(Cut(frame=at, pause_seconds=0.7, kind=kind, forced=kind != "line"))
        return cuts[:-1]

    def plan(self, limit: int, known: set[tuple[Atom, ...]] | None = None) -> tuple[SlotSpan, ...]:
        is_known = (lambda start, end: self.contents(start, end) in known) if known is not None else None
        return plan_slots(self.frames, self.cuts, limit_frames=limit, is_known=is_known)

    def chunks(self, slots: Sequence[SlotSpan]) -> list[tuple[Atom, ...]]:
        return [self.contents(slot.start_frame, slot.end_frame) for slot in slots]

    def replaced(self, name: str, by: Sequence[ScriptLine]) -> Script:
        """The script with some lines in place of one; a scene that loses its last line goes."""
        scenes = (
            tuple(new for line in scene for new in (by if line.name == name else (line,))) for scene in self.scenes
        )
        return Script(tuple(scene for scene in scenes if scene))


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    kind = draw(st.sampled_from(["sentence", "sentence", "sentence", "pause", "energy"]))
    pause = {"sentence": 0.4, "pause": draw(st.sampled_from([0.12, 0.2, 0.3])), "energy": 0.0}[kind]
    return Sentence(draw(st.integers(8, 240)), pause, kind)


@st.composite
def script_lines(draw: st.DrawFn, name: str) -> ScriptLine:
    """A line of up to 30 seconds; its sentences are shorter than any limit."""
    chosen: list[Sentence] = []
    for sentence in draw(st.lists(sentences(), min_size=1, max_size=6)):
        if sum(s.frames for s in chosen) + sentence.frames <= 750:
            chosen.append(sentence)
    if draw(st.integers(0, 9)) == 0:
        chosen = [Sentence(draw(st.integers(500, 740)), 0.4)]
    return ScriptLine(name, draw(st.sampled_from(["Ada", "Ada", "Ada", "Ben"])), tuple(chosen))


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    return Script(
        tuple(
            tuple(draw(script_lines(f"{number}.{index}")) for index in range(size)) for number, size in enumerate(sizes)
        )
    )
