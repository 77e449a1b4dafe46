"""The tag of a language before a text in Markdown: `[de] Guten Morgen.`"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from longtake.script.languages import TAG, Tongue
from longtake.script.source import Source

_TAGGED = re.compile(rf"\s*\[({TAG.pattern})\]\s*[:：]?\s*")


class Tags:
    """Splits tags off texts; in a script that names no languages there are none."""

    def __init__(self, source: Source, tongue: Tongue | None) -> None:
        self._source = source
        self._tongue = tongue

    def split(self, text: str, line: int) -> tuple[str | None, str]:
        """The language that a text is tagged with, and the text. Raises ScriptError for a tag of another language."""
        found = _TAGGED.match(text) if self._tongue else None
        if not found or not self._tongue:
            return None, text
        language = self._tongue.named(found[1])
        if language is None and len(re.split("[-_]", found[1])[0]) == 2:
            told = ", ".join(self._tongue.languages)
            raise self._source.error(
                f"[{found[1]}] is none of the script's languages.", line, hint=f"They are {told}; see languages."
            )
        return (language, text[found.end() :]) if language else (None, text)

    def is_wanted(self, language: str | None) -> bool:
        """Whether what is tagged so, or not at all, is read."""
        return self._tongue is None or (language or self._tongue.languages[0]) == self._tongue.wanted

    def is_other(self, language: str | None) -> bool:
        """Whether a tag is that of another language than the first."""
        return self._tongue is not None and language not in (None, self._tongue.languages[0])

    def check_links(self, environment: Mapping[str, Any]) -> None:
        """Refuse `[de]: Hello.`, which Markdown takes for the address of a link and leaves out."""
        for label, link in environment.get("references", {}).items():
            if self._tongue and self._tongue.named(label):
                raise self._source.error(
                    f"[{label.lower()}]: is taken for the address of a link, and not spoken.",
                    link["map"][0] + 1,
                    hint="Leave the colon out.",
                )
