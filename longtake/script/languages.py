"""Scripts in several languages: which there are, and the data of a script as it reads in one of them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from longtake.errors import ScriptError
from longtake.script.lines import Lines, Path
from longtake.script.source import Source

TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")

MOST_LANGUAGES = 50

_HEAD_TEXTS = ("title", "intro", "outro")
_LINE_WORDS = ("text", "audio", "transcript")


class Tongue(NamedTuple):
    """The languages of a script, the first of which its plain texts are in, and the one that is wanted of it."""

    languages: tuple[str, ...]
    wanted: str

    @property
    def is_first(self) -> bool:
        """Whether plain texts are in the language that is wanted."""
        return self.wanted == self.languages[0]

    def named(self, tag: str) -> str | None:
        """The language of that tag, whatever its case."""
        return next((each for each in self.languages if each.casefold() == tag.casefold()), None)


def languages_in(source: Source, data: Any, lines: Lines) -> tuple[str, ...]:
    """The languages that a script's data names, none where it is in one alone. Raises ScriptError."""
    named = data.get("languages") if isinstance(data, dict) else None
    if named is None:
        return ()
    line = lines[("languages",)]
    if not isinstance(named, list) or not named:
        raise source.error("languages must be a list.", line, hint="Write it as [en, de].")
    if len(named) > MOST_LANGUAGES:
        raise source.error(f"languages names more than {MOST_LANGUAGES}.", line, hint="Split the script.")
    for place, tag in enumerate(named):
        at = lines["languages", place]
        if not isinstance(tag, str) or not TAG.fullmatch(tag):
            hint = "Write tags such as en, en-GB or pt-BR."
            raise source.error(f"languages: {str(tag)[:40]!r} is no language tag.", at, hint=hint)
        if tag.casefold() in (other.casefold() for other in named[:place]):
            raise source.error(f"languages names {tag!r} twice.", at, hint="Keep one of them.")
    if data.get("language") is not None:
        hint = "Remove it: the first of languages is that of texts without a tag."
        raise source.error("language and languages are both given.", lines[("language",)], hint=hint)
    return tuple(named)


def tongue_of(source: Source, data: Any, lines: Lines, wanted: str | None) -> Tongue | None:
    """How a script is to be read, None where it names no languages. Raises ScriptError where none of its is wanted."""
    languages = languages_in(source, data, lines)
    if not languages:
        return None
    line = lines[("languages",)]
    told = ", ".join(languages)
    if not wanted and len(languages) > 1:
        raise source.error(f"this script is in several languages ({told}).", line, hint="Choose one with --language.")
    found = Tongue(languages, languages[0]).named(wanted or languages[0])
    if found is None:
        raise source.error(f"this script is not in {str(wanted)[:40]!r}.", line, hint=f"It is in {told}.")
    if not data.get("id"):
        hint = "Add one, such as `id: talk`: the videos are talk-" + " and talk-".join(languages[:2]) + "."
        raise source.error("a script in several languages needs an id.", line, hint=hint)
    return Tongue(languages, found)


def in_language(source: Source, data: Any, lines: Lines, wanted: str | None) -> tuple[Any, Lines, Tongue | None]:
    """The data of a script as it reads in the wanted language, where its values stand, and how it was read.

    Lines of a script that are in other languages alone are left out. Raises ScriptError for a scene without any.
    """
    tongue = tongue_of(source, data, lines, wanted)
    return (data, lines, None) if tongue is None else (*_Chooser(source, lines, tongue).script(data), tongue)


class _Chooser:
    def __init__(self, source: Source, lines: Lines, tongue: Tongue) -> None:
        self._source = source
        self._lines = lines
        self._tongue = tongue
        self._moved: dict[Path, Path] = {}

    def script(self, data: dict[str, Any]) -> tuple[dict[str, Any], Lines]:
        chosen = self._voiced({name: value for name, value in data.items() if name != "languages"}, ())
        chosen["language"] = self._tongue.wanted
        if isinstance(data["id"], str):
            chosen["id"] = f"{data['id']}-{self._tongue.wanted}"
        for name in _HEAD_TEXTS:
            if name in data:
                chosen[name] = self._shared(data[name], (name,))
        if "say" in data:
            chosen["say"] = self._lexicon(data["say"])
        if isinstance(speakers := data.get("speakers"), dict):
            chosen["speakers"] = {name: self._voiced(each, ("speakers", name)) for name, each in speakers.items()}
        if isinstance(scenes := data.get("scenes"), list):
            chosen["scenes"] = [self._scene(scene, ("scenes", place)) for place, scene in enumerate(scenes)]
        return chosen, self._lines.moved(self._moved)

    def _by_language(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        """The values by the script's own tags."""
        found: dict[str, Any] = {}
        for tag, each in value.items():
            language = self._tongue.named(str(tag))
            if language is None:
                hint = f"Its languages are {', '.join(self._tongue.languages)}."
                raise self._source.error(
                    f"{str(tag)[:40]!r} is none of the script's languages.", self._lines[(*path, tag)], hint=hint
                )
            found[language] = each
        return found

    def _shared(self, value: Any, path: Path) -> Any:
        """A value for the language; where it has none of its own, that of the first language which has."""
        if not isinstance(value, dict):
            return value
        found = self._by_language(value, path)
        return next((found[each] for each in (self._tongue.wanted, *self._tongue.languages) if each in found), None)

    def _own(self, value: Any, path: Path) -> Any:
        """A value for the language alone; a plain one is in the first language."""
        if isinstance(value, dict):
            return self._by_language(value, path).get(self._tongue.wanted)
        return value if self._tongue.is_first else None

    def _voiced(self, speaker: Any, path: Path) -> Any:
        """A speaker with the voice for the language; where it has none for it, the language's own is heard."""
        if not isinstance(speaker, dict) or not isinstance(speaker.get("voice"), dict):
            return speaker
        voices = self._by_language(speaker["voice"], (*path, "voice"))
        return speaker | {"voice": voices.get(self._tongue.wanted)}

    def _lexicon(self, say: Any) -> Any:
        """The entries for all languages, and those of the language, which come first."""
        if not isinstance(say, dict):
            return say
        for_all = {word: spoken for word, spoken in say.items() if not isinstance(spoken, dict)}
        tagged = {tag: each for tag, each in say.items() if isinstance(each, dict)}
        own = self._by_language(tagged, ("say",))
        self._moved |= {
            ("say", tag): ("say",) if self._tongue.named(tag) == self._tongue.wanted else () for tag in tagged
        }
        return for_all | own.get(self._tongue.wanted, {})

    def _scene(self, scene: Any, path: Path) -> Any:
        if not isinstance(scene, dict) or not isinstance(scene.get("lines"), list):
            return scene
        kept: list[Any] = []
        for place, line in enumerate(scene["lines"]):
            at = (*path, "lines", place)
            chosen = self._line(line, at)
            if chosen is not None:
                self._moved[at] = (*path, "lines", len(kept))
                kept.append(chosen)
            else:
                self._moved[at] = ()
        if scene["lines"] and not kept:
            raise nothing_said(self._source, self._lines[path], self._tongue.wanted)
        return scene | {"lines": kept} | ({"title": self._shared(scene["title"], path)} if "title" in scene else {})

    def _line(self, line: Any, path: Path) -> Any:
        if not isinstance(line, dict):
            return line
        if len(line) == 1 and not line.keys() & {"speaker", *_LINE_WORDS}:
            ((name, text),) = line.items()
            own = self._own(text, (*path, name))
            return None if own is None and text is not None else {name: own}
        own_words = {name: self._own(line[name], (*path, name)) for name in _LINE_WORDS if name in line}
        said = [name for name in ("text", "audio") if line.get(name) is not None]
        if said and all(own_words[name] is None for name in said):
            return None
        return line | own_words


def nothing_said(source: Source, line: int | None, language: str) -> ScriptError:
    """The error of a scene that has words, but none in a language."""
    hint = f"Write its text in {language}, too, with [{language}] before it; in YAML, text: {{{language}: …}}."
    return source.error(f"this scene has no text in {language!r}.", line, hint=hint)
