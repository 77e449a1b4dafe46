"""French. espeak-ng knows most of it; it spells `M.`, passes over `§`, and reads `MM.` as millimetres."""

from __future__ import annotations

import re

from longtake.speech.readings.rules import ranges, rule, units, words

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ORDINALS = (
    *("deuxième", "troisième", "quatrième", "cinquième", "sixième", "septième", "huitième", "neuvième", "dixième"),
    *("onzième", "douzième", "treizième", "quatorzième", "quinzième", "seizième", "dix-septième", "dix-huitième"),
    *("dix-neuvième", "vingtième", "vingt et unième"),
)
_ROMAN = (
    *("II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII"),
    *("XVIII", "XIX", "XX", "XXI"),
)
_BY_ROMAN = dict(zip(_ROMAN, _ORDINALS, strict=True)) | {"I": "premier"}
_TITLES = {"M.": "monsieur", "MM.": "messieurs", "Dr.": "docteur", "Pr.": "professeur", "Me": "maître"}
_BEFORE_NUMBERS = {
    **{"n°": "numéro", "N°": "numéro", "nº": "numéro", "§": "paragraphe", "p.": "page", "pp.": "pages"},
    **{"env.": "environ", "art.": "article", "chap.": "chapitre", "vol.": "volume", "fig.": "figure"},
}
_WORDS = {
    **{"p. ex.": "par exemple", "c.-à-d.": "c'est-à-dire", "av. J.-C.": "avant Jésus-Christ"},
    **{"apr. J.-C.": "après Jésus-Christ", "1re": "première", "1ère": "première", "env.": "environ"},
}
_UNITS = {
    "km/h": ("kilomètre par heure", "kilomètres par heure"),
    "m²": ("mètre carré", "mètres carrés"),
    "h": ("heure", "heures"),
}
_MONEY = {"$": ("dollar", "dollars"), "€": ("euro", "euros"), "£": ("livre", "livres")}


def _date(day: str, month: str, year: str) -> str | None:
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return None
    return f"{'premier' if int(day) == 1 else int(day)} {_MONTHS[int(month) - 1]} {year}"


def _ordinal(found: re.Match[str]) -> str:
    number = int(found[1])
    return _ORDINALS[number - 2] if 2 <= number <= len(_ORDINALS) + 1 else found[0]


def _time(found: re.Match[str]) -> str:
    hours, minutes = int(found[1]), int(found[2])
    return f"{hours} heure{'s' if hours > 1 else ''}{' ' + str(minutes) if minutes else ''}"


def _money(whole: str, cents: str | None, sign: str) -> str:
    one, many = _MONEY[sign]
    return f"{whole} {one if whole == '1' else many}{' ' + str(int(cents)) if cents and int(cents) else ''}"


RULES = (
    words(_WORDS),
    words(_TITLES, after=r"(?=\s+[A-ZÀ-Ý])"),
    words(_BEFORE_NUMBERS, after=r"(?=\s*\d)"),
    rule(
        r"(?<![\w./])(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?![\w/])",
        lambda found: _date(found[1], found[2], found[3]) or found[0],
    ),
    rule(r"(?<![\w.,-])(\d{4})-(\d\d)-(\d\d)(?![\w-])", lambda found: _date(found[3], found[2], found[1]) or found[0]),
    rule(
        rf"(?<!\w)({'|'.join(sorted(_BY_ROMAN, key=len, reverse=True))})(?:e|er|ème)(?=\s)", lambda f: _BY_ROMAN[f[1]]
    ),
    rule(r"(?<![\w.,])(\d{1,2})(?:e|ème)(?!\w)", _ordinal),
    rule(
        r"(?<![\w.,])(\d+(?:[\s.]\d{3})*)(?:,(\d\d))?\s?([€$£])(?!\w)",
        lambda found: _money(found[1], found[2], found[3]),
    ),
    rule(r"([$€£])\s?(\d+(?:,\d{3})*)(?:\.(\d\d))?(?![\d.,]*\d)", lambda found: _money(found[2], found[3], found[1])),
    ranges("à"),
    rule(r"(?<![\w.,])(\d{1,2})\s?h\s?(\d\d)(?!\w)", _time),
    units(_UNITS),
)
