"""German. espeak-ng spells `Dr.`, reads `am 3. Mai` as "am drei, Mai", and spells most abbreviations."""

from __future__ import annotations

import re

from longtake.speech.readings.rules import ranges, rule, units, words

_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
_TO_NINETEEN = (
    *("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"),
)
_ODD_ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}

_TITLES = {
    **{
        "Dr.": "Doktor",
        "Prof.": "Professor",
        "Hr.": "Herr",
        "Fr.": "Frau",
        "St.": "Sankt",
        "Dipl.-Ing.": "Diplom-Ingenieur",
    },
    "Hl.": "Heilige",
}
_BEFORE_NUMBERS = {
    **{"Nr.": "Nummer", "Abs.": "Absatz", "Kap.": "Kapitel", "S.": "Seite", "Art.": "Artikel", "Abb.": "Abbildung"},
    **{"Tel.": "Telefon", "Bd.": "Band", "ca.": "circa", "Ca.": "circa"},
}
_WORDS = {
    **{"z. B.": "zum Beispiel", "Z. B.": "Zum Beispiel", "d. h.": "das heißt", "D. h.": "Das heißt"},
    **{"u. a.": "unter anderem", "z. T.": "zum Teil", "v. a.": "vor allem", "usw.": "und so weiter"},
    **{"bzw.": "beziehungsweise", "evtl.": "eventuell", "ggf.": "gegebenenfalls", "vgl.": "vergleiche"},
    **{"inkl.": "inklusive", "Mio.": "Millionen", "Mrd.": "Milliarden", "v. Chr.": "vor Christus"},
    **{"n. Chr.": "nach Christus", "Jh.": "Jahrhundert", "u. Ä.": "und Ähnliches", "o. Ä.": "oder Ähnliches"},
}
_UNITS = {
    unit: (word, word)
    for unit, word in {
        **{"km/h": "Kilometer pro Stunde", "km²": "Quadratkilometer", "m²": "Quadratmeter", "m³": "Kubikmeter"},
        **{"km": "Kilometer", "cm": "Zentimeter", "mm": "Millimeter", "kg": "Kilogramm", "mg": "Milligramm"},
        **{"ml": "Milliliter", "Hz": "Hertz", "kHz": "Kilohertz", "MHz": "Megahertz", "GHz": "Gigahertz"},
        **{"kW": "Kilowatt", "kWh": "Kilowattstunden", "MW": "Megawatt", "KB": "Kilobyte", "MB": "Megabyte"},
        **{"GB": "Gigabyte", "TB": "Terabyte"},
    }.items()
}
_MONEY = {"$": "Dollar", "€": "Euro", "£": "Pfund"}
_FRACTIONS = {
    "1/2": "ein halb",
    "1/3": "ein Drittel",
    "2/3": "zwei Drittel",
    "1/4": "ein Viertel",
    "3/4": "drei Viertel",
}
_EN = r"(?:am|im|vom|zum|beim|dem|den|des|seit|ab|bis)"
_ORDINAL_NOUNS = rf"(?:{'|'.join(_MONTHS)}|Jahrhunderts?|Jahrtausends?|Platz|Mal|Tag|Kapitel)"


def _ordinal(number: int) -> str:
    """The number's ordinal without its ending: 3 is dritt."""
    if number in _ODD_ORDINALS:
        return _ODD_ORDINALS[number]
    if number < 20:
        return f"{_TO_NINETEEN[number]}t"
    tens, unit = divmod(number, 10)
    return f"{_TO_NINETEEN[unit] + 'und' if unit else ''}{('zwanzig', 'dreißig')[tens - 2]}st"


def _ordinal_before(found: re.Match[str]) -> str:
    article, number = found[1] or "", int(found[2])
    if not 1 <= number <= 39:
        return found[0]
    lowered = article.strip().lower()
    ending = "er" if not lowered else "e" if lowered in ("der", "die", "das") else "en"
    return f"{article}{_ordinal(number)}{ending}"


def _date(found: re.Match[str]) -> str:
    day, month, year = int(found[1]), int(found[2]), found[3]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return found[0]
    return f"{day}. {_MONTHS[month - 1]}{' ' + year if year else ''}"


def _iso_date(found: re.Match[str]) -> str:
    year, month, day = map(int, found.groups())
    return f"{day}. {_MONTHS[month - 1]} {year}" if 1 <= month <= 12 and 1 <= day <= 31 else found[0]


def _time(found: re.Match[str]) -> str:
    return f"{int(found[1])} Uhr{' ' + str(int(found[2])) if int(found[2]) else ''}"


def _year(found: re.Match[str]) -> str:
    rest = int(found[2])
    return f"{_TO_NINETEEN[int(found[1])]}hundert{rest or ''}{found[3] or ''}"


def _money_before(found: re.Match[str]) -> str:
    return _money(found[2], found[3], found[1])


def _money(whole: str, cents: str | None, sign: str) -> str:
    return f"{whole} {_MONEY.get(sign, sign)}{' ' + str(int(cents)) if cents and int(cents) else ''}"


RULES = (
    words(_TITLES, after=r"(?=\s+[A-ZÄÖÜ])"),
    words(_BEFORE_NUMBERS, after=r"(?=\s*\d)"),
    words(_WORDS),
    rule(r"(?<=\w)str\.(?!\w)", "straße"),
    rule(r"(?<!\w)Str\.(?!\w)", "Straße"),
    rule(r"(?<![\w.,])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?![\w.])", _date),
    rule(r"(?<![\w.,-])(\d{4})-(\d\d)-(\d\d)(?![\w-])", _iso_date),
    rule(rf"(?<!\w)((?i:{_EN}|der|die|das)\s+)?(\d{{1,2}})\.(?=\s+{_ORDINAL_NOUNS}(?!\w))", _ordinal_before),
    rule(rf"(?<!\w)((?i:{_EN}|der|die|das)\s+)(\d{{1,2}})\.(?=\s+[A-ZÄÖÜ]?[a-zäöüß])", _ordinal_before),
    units(_UNITS),
    rule(r"(?<![\w.,/-])(1[1-9])(\d\d)(er)?(?![\w/]|[.,-]\d)", _year),
    rule(r"(?<![\w.,])(\d{1,2})[.:](\d\d)\s+Uhr(?!\w)", _time),
    rule(r"([$€£])\s?(\d+(?:\.\d{3})*)(?:[.,](\d\d))?(?![\d.,]*\d)", _money_before),
    rule(
        r"(?<![\w.,])(\d+(?:\.\d{3})*),(\d\d)\s?([€$£]|Euro|Dollar|Franken)(?!\w)",
        lambda found: _money(found[1], found[2], found[3]),
    ),
    words(_FRACTIONS, before=r"(?<![\w/.,])", after=r"(?![\w/]|[.,]\d)"),
    ranges("bis"),
)
