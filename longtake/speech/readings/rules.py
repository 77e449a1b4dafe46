"""How a table of readings is written, and the rules that several languages share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """A pattern, and what stands in its place: a template of `re`, or a function of what was found."""

    pattern: re.Pattern[str]
    spoken: str | Callable[[re.Match[str]], str]


def rule(pattern: str, spoken: str | Callable[[re.Match[str]], str]) -> Rule:
    """A rule; upper and lower case differ."""
    return Rule(re.compile(pattern), spoken)


def words(table: Mapping[str, str], *, before: str = r"(?<!\w)", after: str = r"(?!\w)") -> Rule:
    """Abbreviations as their words, the longest first. The spaces within one may be of any number, or none."""
    known = {key.replace(" ", ""): spoken for key, spoken in table.items()}
    longest_first = sorted(table, key=len, reverse=True)
    choices = "|".join(re.escape(key).replace(r"\ ", r"\s?") for key in longest_first)
    return rule(f"{before}({choices}){after}", lambda found: known["".join(found[1].split())])


def units(table: Mapping[str, tuple[str, str]]) -> Rule:
    """Units behind a number, as (one, many)."""
    longest_first = sorted(table, key=len, reverse=True)
    choices = "|".join(map(re.escape, longest_first))

    def spoken(found: re.Match[str]) -> str:
        one, many = table[found[2]]
        return f"{found[1]} {one if found[1] == '1' else many}"

    return rule(rf"(?<![\w.,])(\d[\d.,]*)\s?({choices})(?![\w/²³])", spoken)


def ranges(word: str) -> Rule:
    """5-10 and 1990–2000, but no telephone number."""
    between = r"(?<![\w.,/-])({0})\s?[-–]\s?({0})(?![\w/-]|[.,]\d)"
    either = f"{between.format('[0-9]{1,3}')}|{between.format('[0-9]{4}')}"
    return rule(either, lambda found: f"{found[1] or found[3]} {word} {found[2] or found[4]}")
