"""Change a sentence, pay for a sentence: what is new after an edit, when the earlier clips are there.

The guarantee, for any script and edit, with the clips of the plan before it:
1. Every new chunk lies within the clips that held the edited line (or stood around the place of an inserted one).
2. Of the new chunks at most one before the line and one behind it hold nothing of the line: the rests of those clips.
3. There is at most one of them in all, if the line lay within one clip, its speaker is the same, and the line fits into
   a chunk together with the rest on either side. Otherwise both rests may have to stand alone.
4. Scenes that are moved bring nothing new.
5. After any history of edits, no more is to be rendered than the edited line and the rests of the clips that held it.
"""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.plan import SlotSpan
from tests.plan_scripts import Atom, Script, ScriptLine, script_lines, scripts, sentences

LIMITS = st.sampled_from([743, 1493])
Chunk = tuple[Atom, ...]


class Edit:
    """A script before and after one of its lines was changed, removed, or put in, and its plans."""

    def __init__(
        self, before: Script, old: ScriptLine | None, new: ScriptLine | None, after: Script, limit: int
    ) -> None:
        self.before, self.after, self.limit = before, after, limit
        self.old_atoms = old.atoms if old else set()
        self.new_atoms = new.atoms if new else set()
        self.known = set(before.chunks(before.plan(limit)))
        self.slots = after.plan(limit, self.known)
        self.new_chunks = [chunk for chunk in after.chunks(self.slots) if chunk not in self.known]

    @property
    def lost(self) -> list[Chunk]:
        """The old chunks that held something of the line, or around the place where it was put."""
        here = self.after.atoms
        follows = dict(pairwise(here))
        return [
            chunk
            for chunk in self.known
            if self.old_atoms & set(chunk) or any(follows.get(a) != b for a, b in pairwise(chunk))
        ]

    @property
    def rests(self) -> set[Atom]:
        """What else those chunks held."""
        return {atom for chunk in self.lost for atom in chunk} - self.old_atoms

    def is_before(self, atom: Atom) -> bool:
        order = self.before.atoms
        if self.old_atoms:
            return order.index(atom) < min(map(order.index, self.old_atoms))
        here = self.after.atoms
        return here.index(atom) < min(map(here.index, self.new_atoms))

    def frames(self, atoms: set[Atom]) -> int:
        sizes = {(line.name, n): s.frames for line in self.after.lines for n, s in enumerate(line.sentences)}
        return sum(sizes[atom] for atom in atoms)

    def check(self, *, same_speaker: bool) -> None:
        for chunk in self.new_chunks:
            assert set(chunk) <= self.rests | self.new_atoms, "only the clips that held the line are new"
        alone = [chunk for chunk in self.new_chunks if not self.new_atoms & set(chunk)]
        befores = [chunk for chunk in alone if self.is_before(chunk[0])]
        behinds = [chunk for chunk in alone if not self.is_before(chunk[-1])]
        assert len(befores) <= 1, "one rest before the line"
        assert len(behinds) <= 1, "one rest behind the line"
        left = {atom for atom in self.rests if self.is_before(atom)}
        shorter = min(self.frames(left), self.frames(self.rests - left))
        if len(self.lost) == 1 and same_speaker and shorter + self.frames(self.new_atoms) <= self.limit:
            assert len(alone) <= 1, "one neighbour"
        check_energies(self.after, self.slots, self.known, self.limit)


def check_energies(script: Script, slots: tuple[SlotSpan, ...], known: set[Chunk], limit: int) -> None:
    """Among new chunks in a row, none ends at an energy minimum where pauses would do."""
    pauses = [cut.frame for cut in script.cuts if cut.kind != "energy"]
    runs: list[list[int]] = [[]]
    for slot, chunk in zip(slots, script.chunks(slots), strict=True):
        if chunk in known:
            runs.append([])
        else:
            runs[-1] += [slot.end_frame] if runs[-1] else [slot.start_frame, slot.end_frame]
    energies = {slot.end_frame for slot in slots if slot.kind == "energy"}
    for run in runs:
        for start, end in combinations(run, 2):
            inside = [frame for frame in pauses if start < frame < end]
            if all(b - a <= limit for a, b in pairwise([start, *inside, end])):
                assert not [frame for frame in energies if start < frame < end]


@settings(max_examples=120, deadline=None)
@given(scripts(), script_lines("new"), LIMITS, st.data())
def test_changing_a_line(script, new, limit, data) -> None:
    old = data.draw(st.sampled_from(script.lines))
    Edit(script, old, new, script.replaced(old.name, [new]), limit).check(same_speaker=old.speaker == new.speaker)


@settings(max_examples=80, deadline=None)
@given(scripts(), LIMITS, st.data())
def test_changing_one_sentence_of_a_line(script, limit, data) -> None:
    old = data.draw(st.sampled_from(script.lines))
    at = data.draw(st.integers(0, len(old.sentences) - 1))
    new = ScriptLine("new", old.speaker, (*old.sentences[:at], data.draw(sentences()), *old.sentences[at + 1 :]))
    Edit(script, old, new, script.replaced(old.name, [new]), limit).check(same_speaker=True)


@settings(max_examples=80, deadline=None)
@given(scripts(), LIMITS, st.data())
def test_removing_a_line(script, limit, data) -> None:
    old = data.draw(st.sampled_from(script.lines))
    after = script.replaced(old.name, [])
    if after.scenes:
        edit = Edit(script, old, None, after, limit)
        edit.check(same_speaker=True)
        assert len(edit.new_chunks) <= len(edit.lost)


@settings(max_examples=80, deadline=None)
@given(scripts(), script_lines("new"), LIMITS, st.booleans(), st.data())
def test_putting_a_line_in(script, new, limit, ahead, data) -> None:
    near = data.draw(st.sampled_from(script.lines))
    after = script.replaced(near.name, [new, near] if ahead else [near, new])
    Edit(script, None, new, after, limit).check(same_speaker=near.speaker == new.speaker)


@settings(deadline=None)
@given(scripts(), LIMITS, st.data())
def test_moving_scenes_brings_nothing_new(script, limit, data) -> None:
    moved = Script(tuple(data.draw(st.permutations(script.scenes))))
    known = set(script.chunks(script.plan(limit)))
    assert set(moved.chunks(moved.plan(limit, known))) == known


@settings(max_examples=60, deadline=None)
@given(scripts(), LIMITS, st.data())
def test_a_long_history_never_costs_more_than_the_line_and_its_rests(script, limit, data) -> None:
    known: set[Chunk] = set()
    last = script.chunks(script.plan(limit))
    for step in range(6):
        known |= set(last)
        assert script.chunks(script.plan(limit, known)) == last, "without an edit, the plan stays"
        old = data.draw(st.sampled_from(script.lines))
        new = data.draw(script_lines(f"new{step}"))
        held = {atom for chunk in last if old.atoms & set(chunk) for atom in chunk} - old.atoms
        script = script.replaced(old.name, [new])
        slots = script.plan(limit, known)
        last = script.chunks(slots)
        sizes = {(line.name, n): s.frames for line in script.lines for n, s in enumerate(line.sentences)}
        rendered = sum(slot.frames for slot, chunk in zip(slots, last, strict=True) if chunk not in known)
        assert rendered <= new.frames + sum(sizes[atom] for atom in held)


@settings(deadline=None)
@given(scripts(), LIMITS)
def test_no_chunk_spans_scenes_or_speakers(script, limit) -> None:
    speakers = {line.name: (number, line.speaker) for number, scene in enumerate(script.scenes) for line in scene}
    for chunk in script.chunks(script.plan(limit)):
        assert len({speakers[name] for name, _ in chunk}) == 1
