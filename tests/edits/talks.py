"""Long talks of made-up sentences, no two alike, and edits of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

WHO = (
    "the engineer",
    "the keeper of the lighthouse",
    "an old friend of ours",
    "my neighbour",
    "the whole village",
    "a visitor from the coast",
    "the youngest of the sisters",
    "nobody in the office",
    "the captain",
    "every second reader",
    "a patient teacher",
)
DOES = (
    "remembers",
    "describes",
    "has never understood",
    "would gladly explain",
    "keeps a careful record of",
    "often writes about",
    "measured",
    "photographed",
    "could not find",
    "was the first to notice",
    "still talks about",
    "once repaired",
)
WHAT = (
    "the narrow bridge",
    "a map of the harbour",
    "the colour of the evening sky",
    "three letters without a stamp",
    "the sound of the machine",
    "an unfinished drawing",
    "the long way home",
    "a box of copper wire",
    "the second door on the left",
    "a forgotten recipe",
)
HOW = (
    "before the winter came",
    "without a single word",
    "although it rained for days",
    "as if it were a game",
    "in the light of a small lamp",
    "while the others were asleep",
    "more carefully than anyone else",
    "for the third time this year",
    "with a smile that we all knew",
    "because there was no other choice",
)

Paragraph = tuple[str, ...]
Scene = tuple[Paragraph, ...]


@dataclass(frozen=True)
class Talk:
    """Scenes of paragraphs of sentences."""

    scenes: tuple[Scene, ...]

    @property
    def words(self) -> int:
        return sum(len(sentence.split()) for scene in self.scenes for lines in scene for sentence in lines)

    @property
    def sentences(self) -> int:
        return sum(len(lines) for scene in self.scenes for lines in scene)

    def with_paragraph(self, scene: int, place: int, sentences: Sequence[str]) -> Talk:
        """The talk with another paragraph in place of one; without it when it has no sentences."""
        paragraphs = list(self.scenes[scene])
        paragraphs[place : place + 1] = [tuple(sentences)] if sentences else []
        return replace(self, scenes=(*self.scenes[:scene], tuple(paragraphs), *self.scenes[scene + 1 :]))

    def changed(self, scene: int, place: int, at: int, sentence: str) -> Talk:
        lines = self.scenes[scene][place]
        return self.with_paragraph(scene, place, [*lines[:at], sentence, *lines[at + 1 :]])

    def deleted(self, scene: int, place: int, at: int) -> Talk:
        lines = self.scenes[scene][place]
        return self.with_paragraph(scene, place, [*lines[:at], *lines[at + 1 :]])

    def inserted(self, scene: int, place: int, at: int, sentence: str) -> Talk:
        lines = self.scenes[scene][place]
        return self.with_paragraph(scene, place, [*lines[:at], sentence, *lines[at:]])

    def moved(self, scene: int, to: int) -> Talk:
        scenes = list(self.scenes)
        scenes.insert(to, scenes.pop(scene))
        return replace(self, scenes=tuple(scenes))

    def markdown(self, head: str) -> str:
        """As a script; `head` is its front matter."""
        parts = [f"---\n{head}---"]
        for number, scene in enumerate(self.scenes, start=1):
            title = scene[0][0].split(",")[0]
            parts += [f"## {title} ({number})" if not title else f"## {title}", *(" ".join(lines) for lines in scene)]
        return "\n\n".join(parts) + "\n"


def sentence_of(chance: random.Random) -> str:
    """A sentence of seven to twenty-five words."""
    first, second = (f"{chance.choice(WHO)} {chance.choice(DOES)} {chance.choice(WHAT)}" for _ in range(2))
    parts = chance.choice(([first], [first, chance.choice(HOW)], [first, f"and {second}"]))
    text = ", ".join(parts)
    return text[0].upper() + text[1:] + chance.choice("....?!")


def talk_of(words: int, *, scenes: int, seed: int = 1, most_sentences: int = 6) -> Talk:
    """A talk of about so many words, in paragraphs of two to `most_sentences` sentences."""
    chance = random.Random(seed)
    made: list[Scene] = []
    for _ in range(scenes):
        paragraphs: list[Paragraph] = []
        count = 0
        while count < words / scenes:
            lines = tuple(sentence_of(chance) for _ in range(chance.randint(2, most_sentences)))
            count += sum(len(line.split()) for line in lines)
            paragraphs.append(lines)
        made.append(tuple(paragraphs))
    return Talk(tuple(made))


@dataclass(frozen=True)
class Edit:
    """An edit of a talk: where it was made, and the talk after it."""

    name: str
    after: Talk


def edits_of(base: Talk, chance: random.Random) -> list[Edit]:
    """One edit of each kind, each made in the base, at places drawn at random."""
    chosen = chance.sample(range(len(base.scenes)), 3)
    places = [chance.randrange(len(base.scenes[scene])) for scene in chosen]
    at = [chance.randrange(len(base.scenes[scene][place])) for scene, place in zip(chosen, places, strict=True)]
    one, two, three = zip(chosen, places, at, strict=True)
    scene, to = chance.sample(range(len(base.scenes)), 2)
    return [
        Edit("change a sentence", base.changed(*one, f"Changed: {sentence_of(chance)}")),
        Edit("delete a sentence", base.deleted(*two)),
        Edit("insert a sentence", base.inserted(*three, f"New: {sentence_of(chance)}")),
        Edit("move a scene", base.moved(scene, to)),
    ]
