"""A sentence as the pieces between which it may be broken: words, or characters where no spaces are written."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise

from longtake.captions.conventions import LINE_WIDTH
from longtake.script.text import UNSPACED, written_text

_WIDE = LINE_WIDTH / 16

_ROUNDING = 1e-6

_UNSPACED_RUN = re.compile(f"([{UNSPACED}]+)")
_OPENING = "([{«「『（【《〈“‘［｛〔〖〘〝｟"
_CLOSING = ")]}»」』）】》〉”’］｝〕〗〙〟｠"
_STRONG_STOPS = ".!?…。！？।؟۔։።．｡⁇⁈⁉"
_WEAK_STOPS = ",;:—–、，；：،؛･"
_STOPS = _STRONG_STOPS + _WEAK_STOPS
_QUOTES = "\"'%°％℃¢"
# Thai and Lao vowels that follow their consonant, the marks of repetition, and Japanese characters that begin no line
# (kinsoku shori; JIS X 4051): small kana, marks of length and of repetition.
_BEGINS_NONE = "ะาำๅๆຯະາຳໆぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶーゝゞヽヾ々〻・〜～゠‐"
# Thai and Lao vowels that stand before their consonant, the Khmer and Burmese signs that stack two, signs of money.
_ENDS_NONE = "เแโใไເແໂໃໄ\u17d2\u1039$£¥￥＄￡€№"
_BEGINS_SYLLABLE = "เแโใไເແໂໃໄ"
# Dr. No. U.S. z.B. p.m.: up to three letters with a capital first, or letters with points between them.
_ABBREVIATION = re.compile(r"[(\"'\u201c\u2018]*(?:[A-ZÄÖÜ]\w{0,2}|(?:\w{1,2}\.)+\w{1,2})\.")
# In languages that have capitals, mostly an article or a preposition, which belongs to what follows it.
_SHORT_WORD = re.compile(r"[a-z\u00df-\u00ff\u03b1-\u03c9\u0430-\u044f]{1,3}", re.IGNORECASE)
_BAD = 2.0
_NEVER = 9.0


class Words:
    """The pieces of a sentence in order, with the widths of any run of them. A wide character counts as 2.6.

    Pieces of a `label` stand in front of them; they are shown and not spoken. Without a text there are none.
    """

    def __init__(self, text: str, label: str = "") -> None:
        spoken = list(_pieces(written_text(text)))
        self._shown = list(_pieces(label)) if spoken else []
        if self._shown and label.endswith("\uff1a"):
            spoken[0] = (spoken[0][0], False)
        self._pieces = self._shown + spoken
        widths = [text_width(piece) for piece, _ in self._pieces]
        spaces = [1.0 if spaced else 0.0 for _, spaced in self._pieces]
        self._ends = list(accumulate(width + space for width, space in zip(widths, spaces, strict=True)))
        self._starts = [end - width for end, width in zip(self._ends, widths, strict=True)]
        self.letters = [0] * len(self._shown) + [0, *accumulate(len(piece) for piece, _ in spoken)]
        """How many characters are spoken before each piece, and before the end."""

    def __len__(self) -> int:
        return len(self._pieces)

    def width(self, first: int, end: int) -> float:
        """The width of the pieces first..end-1 on one line."""
        return self._ends[end - 1] - self._starts[first]

    def is_one_word(self, first: int, end: int) -> bool:
        """Whether the pieces first..end-1 are one that is spoken, perhaps with a label: they are never parted."""
        return end - first == 1 or end <= len(self._shown) + 1

    def fit_two_lines(self, first: int, end: int) -> bool:
        """Whether the pieces first..end-1 fit on two lines."""
        middle = min(bisect_right(self._ends, self._starts[first] + LINE_WIDTH + _ROUNDING), end)
        return middle == end or (middle > first and self.width(middle, end) <= LINE_WIDTH + _ROUNDING)

    def line(self, first: int, end: int) -> str:
        """The pieces first..end-1 as a line of text."""
        run = self._pieces[first:end]
        return run[0][0] + "".join(f" {piece}" if spaced else piece for piece, spaced in run[1:])

    def break_cost(self, end: int) -> float:
        """How bad it reads when a line ends before piece `end`: 0 after a full stop or at the sentence's end."""
        if end == len(self._pieces):
            return 0.0
        if end <= len(self._shown):
            return _NEVER
        (last, _), (following, spaced) = self._pieces[end - 1 : end + 1]
        if _is_lone(following, _CLOSING + _STOPS) or _is_lone(last, _OPENING) or _ABBREVIATION.fullmatch(last):
            return _BAD
        mark = last.rstrip(_CLOSING + "\"'")[-1:]
        if mark and mark in _STOPS:
            return 0.0 if mark in _STRONG_STOPS else 0.1
        if spaced:
            return 0.55 if _SHORT_WORD.fullmatch(last) else 0.4
        return 0.5 if following[0] in _BEGINS_SYLLABLE else 0.6


def _is_lone(piece: str, marks: str) -> bool:
    """Whether a piece is nothing but such marks, as in French, which writes a space before `!` and behind a quote."""
    return all(character in marks for character in piece)


def text_width(text: str) -> float:
    """How much of a line a text takes: a line has LINE_WIDTH."""
    if text.isascii():
        return float(len(text))
    return sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else 1.0


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces, each with whether a space stands before it."""
    for word in text.split():
        spaced = True
        for piece in _parts(word):
            yield piece, spaced
            spaced = False


def _parts(word: str) -> Iterator[str]:
    if word.isascii():
        yield word
        return
    units: list[str] = []
    for run in filter(None, _UNSPACED_RUN.split(word)):
        units += run if _UNSPACED_RUN.match(run) else re.findall(r"—*[^—]+—*|—+", run)
    part = units[0]
    for before, unit in pairwise(units):
        if _may_part(before[-1], unit[0]):
            yield part
            part = unit
        else:
            part += unit
    yield part


def _may_part(before: str, after: str) -> bool:
    """Whether a line may end between two characters that no space parts."""
    if after in _CLOSING + _STOPS + _BEGINS_NONE + _QUOTES:
        return False
    if before in _OPENING + _ENDS_NONE:
        return False
    return unicodedata.category(after)[0] != "M" and unicodedata.category(after) != "Cf"
