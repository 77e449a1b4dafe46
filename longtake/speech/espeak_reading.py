"""What espeak-ng would read wrong, written so that it reads it right: titles, numbers, dates, units."""

from __future__ import annotations

from longtake.speech.readings import english, french, german
from longtake.speech.readings.rules import Rule

_RULES: dict[str, tuple[Rule, ...]] = {
    **{"en": english.rules(""), "en-us": english.rules("us"), "en-gb": english.rules("gb")},
    **{"de": german.RULES, "fr": french.RULES},
}


def read_aloud(text: str, language: str) -> str:
    """A text as espeak-ng's voice of that language is to be given it. Languages without a table: as it is.

    `language` is a tag such as de or en-GB. Only what is plainly read wrong otherwise is changed.
    """
    tag = language.replace("_", "-").lower()
    rules = _RULES.get("-".join(tag.split("-")[:2])) or _RULES.get(tag.partition("-")[0], ())
    for pattern, spoken in rules:
        text = pattern.sub(spoken, text)
    return text


def language_of(full_name: str) -> str:
    """The language that a voice of espeak-ng speaks, by its full name: en-US of `gmw/en-US+f3`."""
    return full_name.rpartition("/")[2].partition("+")[0]
