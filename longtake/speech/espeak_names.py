"""Which of espeak-ng's voices a language tag or a name means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from longtake.errors import SettingError
from longtake.speech.espeak_engine import Catalogue, EspeakLanguage

_SPEAK_SPANISH_IN_AMERICA = re.compile(r"es-(ar|bo|br|bz|cl|co|cr|cu|do|ec|gt|hn|mx|ni|pa|pe|pr|py|sv|us|uy|ve)")

# Tags that espeak-ng has under another name, or has not, with the nearest that it has.
_ALIASES = {
    "en-ca": "en-us",
    "in": "id",
    "iw": "he",
    "nn": "nb",
    "sh": "hr",
    "prs": "fa",
    "zh-hk": "yue",
    "zh-mo": "yue",
    "zh-hant-hk": "yue",
    "zh-hant-mo": "yue",
}


def voice_for_language(tag: str, catalogue: Catalogue) -> EspeakLanguage:
    """The voice of a language such as `en-GB`, `pt-BR`, `zh` or `sr-Latn`.

    A tag that espeak-ng has not is shortened from its end, as BCP 47 looks a language up. Raises SettingError.
    """
    for candidate in _shortened(tag):
        found = _best(_alias(candidate), catalogue)
        if found:
            return found
    known = sorted({name for language in catalogue.languages for _, name in language.tags})
    raise SettingError(
        f"espeak-ng has no voice for the language {tag[:60]!r}.", where="language", hint=_near(tag.lower(), known)
    )


def _alias(tag: str) -> str:
    return "es-419" if _SPEAK_SPANISH_IN_AMERICA.fullmatch(tag) else _ALIASES.get(tag, tag)


def _shortened(tag: str) -> Iterator[str]:
    """The tag in lower case, then without its last part, and so on. A lone letter goes with what it introduces."""
    parts = tag.lower().replace("_", "-").split("-")
    while parts and parts[0]:
        yield "-".join(parts)
        parts.pop()
        while len(parts) > 1 and len(parts[-1]) == 1:
            parts.pop()


def _best(tag: str, catalogue: Catalogue) -> EspeakLanguage | None:
    """The language with that tag at the lowest priority number, the first of equal ones."""
    with_tag = [
        (priority, number)
        for number, language in enumerate(catalogue.languages)
        for priority, name in language.tags
        if name.lower() == tag
    ]
    return catalogue.languages[min(with_tag)[1]] if with_tag else None


def voice_named(name: str, catalogue: Catalogue, *, language: str) -> str:
    """The full name, such as `gmw/en-US+f3`, of the voice that is meant by one.

    Before the plus stands an identifier (`gmw/en-US`), its last part (`en-US`), a tag (`en-us`), a title (`German`),
    or nothing, which is the language's own voice. Raises SettingError, which lists names that are near.
    """
    base, plus, variant = name.strip().partition("+")
    found = _language_named(base.strip(), catalogue) if base.strip() else voice_for_language(language, catalogue)
    if found is None:
        known = sorted({name for each in catalogue.languages for name in _names(each)})
        raise SettingError(f"espeak-ng has no voice {base[:60]!r}.", where="voice", hint=_near(base.strip(), known))
    return f"{found.identifier}+{_variant(variant.strip(), catalogue)}" if plus else found.identifier


def _language_named(name: str, catalogue: Catalogue) -> EspeakLanguage | None:
    folded = name.casefold()
    for language in catalogue.languages:
        if folded in (language.identifier.casefold(), language.file_name.casefold()):
            return language
    by_tag = _best(name.lower(), catalogue)
    return by_tag or next((each for each in catalogue.languages if each.title.casefold() == folded), None)


def _names(language: EspeakLanguage) -> Iterator[str]:
    yield language.identifier
    yield language.file_name
    yield from (tag for _, tag in language.tags)


def _variant(name: str, catalogue: Catalogue) -> str:
    by_folded = {variant.casefold(): variant for variant in catalogue.variants}
    found = name if name in catalogue.variants else by_folded.get(name.casefold())
    if found is None:
        raise SettingError(
            f"espeak-ng has no variant {name[:60]!r}.", where="voice", hint=_near(name, catalogue.variants)
        )
    return found


def _near(word: str, known: Iterable[str]) -> str:
    names = tuple(known)
    by_folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word[:100].casefold(), by_folded, n=6, cutoff=0.5)
    begin = [name for name in names if name.casefold().startswith(word[:2].casefold())][:6] if word else []
    shown = list(dict.fromkeys([*(by_folded[folded] for folded in near), *begin])) or list(names)
    more = "" if len(shown) <= 12 else ", ..."
    return f"Known: {', '.join(shown[:12])}{more}."
