"""What is said, as it was found in a file of another kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from longtake.errors import ScriptError
from longtake.frozen import Frozen
from longtake.script.marks import LONGEST_PAUSE_SECONDS, PAUSE, inside_mark, split_pauses
from longtake.script.source import Source
from longtake.script.text import spoken_text, written_text
from longtake.storyboard import NARRATOR

LONGEST_NAME_CHARACTERS = 200
COLUMNS = ("speaker", "text", "scene", "image", "voice", "pause")


class Said(Frozen):
    """A paragraph of one speaker. `speaker` and `scene` None: the one before goes on."""

    text: str
    speaker: str | None = None
    scene: str | None = None
    image: str | None = None
    voice: str | None = None


class Row:
    """A row of a table, or an item of a list: its values by column, and what messages call it."""

    def __init__(self, source: Source, what: str, number: int, line: int | None, values: dict[str, str]) -> None:
        self._source = source
        self._what = what
        self._number = number
        self._line = line
        self._values = {name: written_text(value) for name, value in values.items()}

    def __getitem__(self, column: str) -> str:
        return self._values.get(column, "")

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self._values.values())

    def error(self, column: str | None, message: str, hint: str) -> ScriptError:
        """An error that names the row, and the column."""
        where = f"{self._what} {self._number}" + (f", {column}" if column else "")
        return self._source.error(f"{where}: {message}", self._line, hint=hint)

    def said(self) -> Said:
        """What the row says. Raises ScriptError that names the row and the column."""
        text, speaker = self["text"], self["speaker"]
        if not text:
            raise self.error("text", "nothing is said.", "Write what is said, or remove it.")
        try:
            pieces = split_pauses(text)
        except ScriptError as error:
            raise self.error("text", error.message, error.hint or "Write it as [pause 0.8].") from None
        if not any(spoken_text(piece) for piece in pieces if isinstance(piece, str)):
            raise self.error("text", f"nothing in {text[:60]!r} can be spoken.", "Give it words, or remove it.")
        if len(speaker) > LONGEST_NAME_CHARACTERS or ":" in speaker or "：" in speaker:
            raise self.error("speaker", f"{speaker[:60]!r} is no name.", "A name is short, and has no colon.")
        pause = self._pause_seconds()
        text = PAUSE.sub(lambda mark: f"[pause {inside_mark(mark[1])}]", text)
        return Said(
            text=f"{text} [pause {pause:g}]" if pause else text,
            speaker=speaker or None,
            scene=self["scene"] or None,
            image=self["image"] or None,
            voice=self["voice"] or None,
        )

    def _pause_seconds(self) -> float:
        """The silence behind the text; 0: no more than usual."""
        told = self["pause"].removesuffix("s").strip().replace(",", ".")
        try:
            seconds = float(told or 0)
        except ValueError:
            seconds = -1
        if not 0 <= seconds <= LONGEST_PAUSE_SECONDS:
            hint = f"Write a number from 0 to {LONGEST_PAUSE_SECONDS:g}, such as 0.8."
            raise self.error("pause", f"{self['pause'][:40]!r} is no number of seconds.", hint)
        return round(seconds, 3)


def with_names(said: Iterable[Said]) -> Iterator[Said]:
    """The same with every speaker named, each always in the spelling that came first; nobody is the narrator."""
    spelled: dict[str, str] = {}
    last = NARRATOR
    for one in said:
        if one.speaker:
            last = spelled.setdefault(unicodedata.normalize("NFC", one.speaker).casefold(), one.speaker)
        yield one.model_copy(update={"speaker": last})
