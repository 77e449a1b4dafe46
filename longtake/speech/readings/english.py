"""English. espeak-ng pauses behind `Dr.`, spells `km` and `Ms.`, and reads `1990s` as "nineteen hundred ninety z"."""

from __future__ import annotations

import re
from collections.abc import Callable

from longtake.speech.readings.rules import Rule, ranges, rule, units, words

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT_MONTHS = {f"{month[:3]}.": month for month in _MONTHS if month != "May"} | {"Sept.": "September"}
_DECADES = dict(
    zip(
        ("10", "20", "30", "40", "50", "60", "70", "80", "90"),
        ("tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"),
        strict=True,
    )
)
_MONEY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny")}
_CENTS = {"cent": "cents", "penny": "pence"}

_TITLES = {
    **{"Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor", "St.": "Saint"},
    **{"Sgt.": "Sergeant", "Lt.": "Lieutenant", "Gen.": "General", "Capt.": "Captain", "Rev.": "Reverend"},
    **{"Mt.": "Mount", "Sen.": "Senator", "Gov.": "Governor", "Ms": "Miz"},
}
_BEFORE_NUMBERS = {
    **{"No.": "number", "Nos.": "numbers", "Fig.": "figure", "fig.": "figure"},
    **{"p.": "page", "pp.": "pages", "vol.": "volume", "Vol.": "volume", "ch.": "chapter", "Ch.": "chapter"},
    **{"approx.": "approximately", "ca.": "around"},
}
_UNITS = {
    **{"km/h": ("kilometer per hour", "kilometers per hour"), "mph": ("mile per hour", "miles per hour")},
    **{"km": ("kilometer", "kilometers"), "cm": ("centimeter", "centimeters"), "mm": ("millimeter", "millimeters")},
    **{"km²": ("square kilometer", "square kilometers"), "m²": ("square meter", "square meters")},
    **{"m³": ("cubic meter", "cubic meters"), "m/s": ("meter per second", "meters per second")},
    **{"kg": ("kilogram", "kilograms"), "mg": ("milligram", "milligrams"), "ml": ("milliliter", "milliliters")},
    **{"ft": ("foot", "feet"), "mi": ("mile", "miles"), "oz": ("ounce", "ounces"), "lb": ("pound", "pounds")},
    **{"Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz")},
    **{"GHz": ("gigahertz", "gigahertz"), "kW": ("kilowatt", "kilowatts"), "kWh": ("kilowatt hour", "kilowatt hours")},
    **{"MW": ("megawatt", "megawatts"), "KB": ("kilobyte", "kilobytes"), "MB": ("megabyte", "megabytes")},
    **{"GB": ("gigabyte", "gigabytes"), "TB": ("terabyte", "terabytes")},
}


def _date(year: str, month: str, day: str) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    number = int(day)
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{_MONTHS[int(month) - 1]} {number}{ending} {year}"


def _slashed_date(region: str) -> Callable[[re.Match[str]], str]:
    """Month first in the United States, day first in Britain; where neither is known, only what can be but one."""

    def spoken(found: re.Match[str]) -> str:
        first, second, year = found.groups()
        month_first, day_first = _date(year, first, second), _date(year, second, first)
        if month_first and day_first and first != second and region not in ("us", "gb"):
            return found[0]
        return (day_first or month_first if region == "gb" else month_first or day_first) or found[0]

    return spoken


def _decade(found: re.Match[str]) -> str:
    century, tens = found[1], found[2]
    if tens != "00":
        return f"{century} {_DECADES[tens]}"
    return "two thousands" if century == "20" else f"{century} hundreds"


def _money(found: re.Match[str]) -> str:
    sign, whole, cents, scale = found.groups()
    one, small = _MONEY[sign]
    if scale:
        return f"{whole}{'.' + cents if cents else ''} {scale} {one}s"
    if cents and len(cents) == 1:
        return f"{whole}.{cents} {one}s"
    told = f"{whole} {one}{'' if whole == '1' else 's'}"
    if not cents or cents == "00":
        return told
    return f"{told} and {int(cents)} {small if int(cents) == 1 else _CENTS[small]}"


_FIRST = (
    words(_TITLES, after=r"(?=\s+[A-Z])"),
    words(_BEFORE_NUMBERS, after=r"(?=\s*\d)"),
    words(_SHORT_MONTHS, after=r"(?=\s+\d)"),
    words({"vs.": "versus", "and/or": "and or", "approx.": "approximately", "24/7": "24 7"}),
    rule(r"(?<![\w.,-])(\d{4})-(\d\d)-(\d\d)(?![\w-])", lambda found: _date(*found.groups()) or found[0]),
)
_LAST = (
    rule(r"(?<![\w.,])(1\d|20)([0-9]0)s(?!\w)", _decade),
    rule(r"(?<!\w)['’]([1-9]0)s(?!\w)", lambda found: _DECADES[found[1]]),
    rule(
        r"([$€£])\s?(\d+(?:,\d{3})*)(?:\.(\d{1,2}))?(?![\d.,]*\d)(?:\s(thousand|million|billion|trillion))?(?!\w)",
        _money,
    ),
    rule(r"(?<!\w)#(?=\d)", "number "),
    rule(r"(?<!\S)~\s?(?=\d)", "about "),
    ranges("to"),
    units(_UNITS),
)


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for a region, such as us or gb; they differ in dates alone."""
    dates = rule(r"(?<![\w./])(\d{1,2})/(\d{1,2})/(\d{4})(?![\w/])", _slashed_date(region))
    return (*_FIRST, dates, *_LAST)
