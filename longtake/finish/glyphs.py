"""Whether captions can be drawn on this machine: asked of the program that will draw them, before anything costs."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import ffmpeg

from longtake import ffmpeg as runner
from longtake.captions import Cue
from longtake.errors import MissingComponent, ToolFailed
from longtake.progress import note_once
from longtake.stitch.ass import write_ass

_MISSING = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")
_WIDTH, _HEIGHT = 1280, 720
_SHOWN_LETTERS = 10
_LINE_LETTERS = 60
_NO_FONT = "\0"  # what libass asks for where there is no font at all
_OTHER_PACKAGE = "fonts-noto-core"
_SYMBOLS = ("So", "Sk", "Co", "Cn")  # Cn: what this Python's Unicode does not know yet, which is mostly new emoji

_PACKAGES = {
    "CJK": "fonts-noto-cjk",
    "HIRAGANA": "fonts-noto-cjk",
    "KATAKANA": "fonts-noto-cjk",
    "HANGUL": "fonts-noto-cjk",
}


def check_drawable(cues: Sequence[Cue]) -> str:
    """The symbols, such as emoji, that no font of this machine has: they are not drawn, and a note says so.

    Raises MissingComponent when it is letters that no font has, or when nothing here draws text.
    """
    letters = _letters(cues)
    missing = missing_letters(letters) if letters else ()
    if _NO_FONT in missing:
        raise MissingComponent(
            "captions cannot be drawn into the picture: this machine has no fonts. Install some, e.g. the package "
            f"{_OTHER_PACKAGE}, or leave captions at track."
        )
    symbols = [letter for letter in missing if unicodedata.category(letter) in _SYMBOLS]
    others = [letter for letter in missing if letter not in symbols]
    if others:
        shown = " ".join(others[:_SHOWN_LETTERS]) + (" …" if len(others) > _SHOWN_LETTERS else "")
        raise MissingComponent(
            f"captions cannot be drawn into the picture: no font on this machine has {shown} "
            f"({_scripts(others)}). Install one, e.g. {_advice(others)}, or leave captions at track."
        )
    if symbols:
        note_once(f"No font on this machine has {' '.join(symbols[:_SHOWN_LETTERS])}: the captions go without.")
    return "".join(symbols)


def missing_letters(letters: str) -> tuple[str, ...]:
    """Those of the letters that libass finds in no font. Raises MissingComponent where ffmpeg has no libass."""
    lines = tuple(letters[at : at + _LINE_LETTERS] for at in range(0, len(letters), _LINE_LETTERS))
    cue = Cue(start_milliseconds=0, end_milliseconds=1000, lines=lines)
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "letters.ass"
        document.write_text(write_ass([cue], _WIDTH, _HEIGHT), encoding="utf-8")
        source = ffmpeg.input(f"color=s={_WIDTH}x{_HEIGHT}:r=25:d=0.04", f="lavfi")
        drawn = source.filter("subtitles", filename=str(document)).output("-", format="null")
        try:
            said = runner.run(drawn.global_args("-loglevel", "verbose")).stderr.decode(errors="replace")
        except ToolFailed as error:
            raise MissingComponent(
                "captions cannot be drawn into the picture: this ffmpeg draws no text (it was built without libass). "
                "Unset LONGTAKE_FFMPEG to use the one that imageio-ffmpeg carries, or leave captions at track."
            ) from error
    return tuple(dict.fromkeys(chr(int(found, 16)) for found in _MISSING.findall(said)))


def _letters(cues: Sequence[Cue]) -> str:
    """Every letter once, in order."""
    return "".join(sorted(set().union(*(cue.text for cue in cues)) - {"\n"}))


def _scripts(letters: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(_script(letter) for letter in letters))


def _script(letter: str) -> str:
    """The first word of a letter's name in Unicode, which is its script."""
    return unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]


def _advice(letters: Iterable[str]) -> str:
    packages = dict.fromkeys(_PACKAGES.get(_script(letter), _OTHER_PACKAGE) for letter in letters)
    return " and ".join(f"the package {name}" for name in packages)
