"""What espeak-ng is given in place of what it would read wrong, as its phonemes showed."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.speech import open_voice
from longtake.speech.espeak_reading import language_of, read_aloud

ENGLISH = {
    "Dr. Smith and Ms. Lee": "Doctor Smith and Miz Lee",
    "Mr. and Mrs. Jones": "Mr. and Missus Jones",
    "St. Mary, Mt. Everest": "Saint Mary, Mount Everest",
    "Main St. today": "Main St. today",
    "3.5 km, 1 km, 10 km/h": "3.5 kilometers, 1 kilometer, 10 kilometers per hour",
    "the 1990s, the '80s, the 2000s": "the 19 nineties, the eighties, the two thousands",
    "No. 5, Fig. 3, pp. 3-5": "number 5, figure 3, pages 3 to 5",
    "No. I will not.": "No. I will not.",
    "$3.20, $1, $1.01, $5 million": "3 dollars and 20 cents, 1 dollar, 1 dollar and 1 cent, 5 million dollars",
    "$3.5 million, $3.5, £2.50": "3.5 million dollars, 3.5 dollars, 2 pounds and 50 pence",
    "$1,234.56.": "1,234 dollars and 56 cents.",
    "2026-11-21, 11/21/2026, 21/11/2026": "November 21st 2026, November 21st 2026, November 21st 2026",
    "2026-13-21": "2026-13-21",
    "Nov. 3": "November 3",
    "5-10 people, call 555-1234": "5 to 10 people, call 555-1234",
    "24/7 and/or #1": "24 7 and or number 1",
}
GERMAN = {
    "Dr. Schmidt, Fr. Meier": "Doktor Schmidt, Frau Meier",
    "z. B. und z.B. und d.h.": "zum Beispiel und zum Beispiel und das heißt",
    "usw. bzw. ca. 5": "und so weiter beziehungsweise circa 5",
    "am 3. Mai, der 1. Mai, 7. Mai 2026": "am dritten Mai, der erste Mai, siebter Mai 2026",
    "am 21.11.2026, 2026-11-21": "am einundzwanzigsten November 2026, einundzwanzigster November 2026",
    "im 19. Jahrhundert": "im neunzehnten Jahrhundert",
    "Es waren 3. Dann": "Es waren 3. Dann",
    "1990, 1990er, 1905, 1900": "neunzehnhundert90, neunzehnhundert90er, neunzehnhundert5, neunzehnhundert",
    "1.234 Autos, 3,5 km, 1990 kg": "1.234 Autos, 3,5 Kilometer, neunzehnhundert90 Kilogramm",
    "3,20 €, € 3,00, $3.20": "3 Euro 20, 3 Euro, 3 Dollar 20",
    "um 10.30 Uhr, 9:05 Uhr, 15:00 Uhr": "um 10 Uhr 30, 9 Uhr 5, 15 Uhr",
    "Hauptstr. 5, 5-10, 1/2": "Hauptstraße 5, 5 bis 10, ein halb",
}
FRENCH = {
    "M. Dupont et MM. Martin": "monsieur Dupont et messieurs Martin",
    "n° 5, § 5, p. 12": "numéro 5, paragraphe 5, page 12",
    "p. ex. ceci, c.-à-d. cela": "par exemple ceci, c'est-à-dire cela",
    "21/11/2026, 01/05/2026": "21 novembre 2026, premier mai 2026",
    "à 10 h, à 10h30, à 1h00, 10 km/h": "à 10 heures, à 10 heures 30, à 1 heure, 10 kilomètres par heure",
    "le XXe siècle, le 2e, la 1re": "le vingtième siècle, le deuxième, la première",
    "3,20 €, 1 234 €, $3.20": "3 euros 20, 1 234 euros, 3 dollars 20",
}
READ_RIGHT = {
    "en": ["1,234 cars", "50 % of us", "§ 5", "10 a.m.", "e.g. this", "20 °C", "12,345.90", "1st and 2nd", "10:30"],
    "de": ["1.234.567", "§ 5 BGB", "50 %", "20 °C", "um 10 Uhr", "2026", "3 × 4 = 12"],
    "fr": ["1 234 voitures", "50 %", "3,5 km", "Mme Dupont", "le 1er mai", "etc.", "20 °C"],
    "ja": ["Dr. Smith, 3.5 km"],
}


@pytest.mark.parametrize(
    ("language", "text", "read"),
    [
        (language, text, read)
        for language, table in (("en", ENGLISH), ("de", GERMAN), ("fr", FRENCH))
        for text, read in table.items()
    ],
)
def test_what_is_read_wrong_is_written_out(language: str, text: str, read: str) -> None:
    assert read_aloud(text, language) == read


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in READ_RIGHT.items() for text in texts])
def test_what_is_read_right_stays(language: str, text: str) -> None:
    assert read_aloud(text, language) == text


@pytest.mark.parametrize(
    ("language", "read"),
    [
        ("en-US", "March 4th 2026"),
        ("en_GB-scotland", "April 3rd 2026"),
        ("en", "03/04/2026"),
        ("en-029", "03/04/2026"),
    ],
)
def test_a_date_that_could_be_two_is_read_as_its_country_does(language: str, read: str) -> None:
    assert read_aloud("03/04/2026", language) == read
    assert read_aloud("13/04/2026, 04/13/2026, 5/5/2026", language) == "April 13th 2026, April 13th 2026, May 5th 2026"


@given(st.text(st.characters(exclude_categories=["Nd", "Nl", "No", "Cs"], exclude_characters=".#~'’$€£§°º/")))
def test_plain_words_stay_as_they_are(text: str) -> None:
    for language in ("en", "de-AT", "xx"):
        assert read_aloud(text, language) == text


@given(st.text(st.sampled_from("0123456789.,-/ $€£%#~'°hkmes§XVIr")), st.sampled_from(["en-GB", "de", "fr"]))
def test_any_heap_of_numbers_and_signs_is_read(text: str, language: str) -> None:
    read = read_aloud(text, language)
    assert len(read) <= 30 * len(text) + 30


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", ["1", "1.", "1,", "1-", "1 ", "$1", "1/", "X", "z. ", "§"])
def test_no_repetition_takes_forever(part: str) -> None:
    for language in ("en", "de", "fr"):
        read_aloud(part * (5_000 // len(part)), language)


@pytest.mark.parametrize(
    ("full_name", "language"), [("gmw/en-US+f3", "en-US"), ("gmw/de", "de"), ("roa/fr-BE+m1", "fr-BE"), ("eo", "eo")]
)
def test_a_voice_tells_its_language(full_name: str, language: str) -> None:
    assert language_of(full_name) == language


@pytest.mark.parametrize(
    ("voice", "written", "told"),
    [
        ("en-us", "Dr. Smith came.", "Doctor Smith came."),
        ("de", "Am 3. Mai.", "Am dritten Mai."),
        ("fr", "M. Dupont.", "monsieur Dupont."),
    ],
)
def test_espeak_speaks_it_so(voice: str, written: str, told: str) -> None:
    async def spoken() -> list[bytes]:
        opened = open_voice(voice, "en")
        return [(await opened.speak(text)).samples.tobytes() for text in (written, told)]

    first, second = asyncio.run(spoken())
    assert first == second
