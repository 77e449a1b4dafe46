"""Voices by name and by language."""

from __future__ import annotations

import pytest

from longtake.errors import SettingError
from longtake.speech import Voice, list_voices, open_voice, register_voices
from longtake.speech.opening import _openers


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "gmw/en"),
        ("en-GB", "gmw/en"),
        ("en-US", "gmw/en-US"),
        ("en_us", "gmw/en-US"),
        ("en-CA", "gmw/en-US"),
        ("en-AU", "gmw/en"),
        ("pt-BR", "roa/pt-BR"),
        ("pt", "roa/pt"),
        ("pt-AO", "roa/pt"),
        ("zh", "sit/cmn"),
        ("zh-Hans-CN", "sit/cmn"),
        ("zh-HK", "sit/yue"),
        ("nb", "gmq/nb"),
        ("nn-NO", "gmq/nb"),
        ("sr-Latn", "zls/sr"),
        ("es-MX", "roa/es-419"),
        ("es-ES", "roa/es"),
        ("fr", "roa/fr"),
        ("de-x-custom", "gmw/de"),
        ("hy", "ine/hy"),
        ("iw", "sem/he"),
    ],
)
def test_a_language_has_its_voice(language: str, voice: str) -> None:
    assert open_voice(None, language).name == f"espeak:{voice}"


@pytest.mark.parametrize("name", ["", "espeak:", "espeak: "])
def test_no_name_means_the_languages_own_voice(name: str) -> None:
    assert open_voice(name, "fi").name == "espeak:urj/fi"


@pytest.mark.parametrize(
    ("name", "voice"),
    [
        ("espeak:en-us+f3", "gmw/en-US+f3"),
        ("en-us+f3", "gmw/en-US+f3"),
        ("espeak:gmw/en+m3", "gmw/en+m3"),
        ("ESPEAK:GMW/EN-us+F3", "gmw/en-US+f3"),
        ("german", "gmw/de"),
        ("zh", "sit/cmn"),
        ("+f2", "roa/it+f2"),
        ("espeak:en+Mr serious", "gmw/en+Mr serious"),
    ],
)
def test_a_voice_is_found_by_any_of_its_names(name: str, voice: str) -> None:
    opened = open_voice(name, "it")
    assert opened.name == f"espeak:{voice}"
    assert opened.identity == {"engine": "espeak-ng", "voice": voice}
    assert opened.price_usd_per_character == 0


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("espeak:en-uk", "en", r"voice: espeak-ng has no voice 'en-uk'. Known: .*en-us"),
        ("en-us+f33", "en", r"no variant 'f33'. Known: f3"),
        ("en+", "en", r"no variant ''"),
        ("mimic:amy", "en", r"no kind of voice 'mimic'. A voice's name begins with: .*espeak:"),
        (None, "tlh", r"language: espeak-ng has no voice for the language 'tlh'. Known: .*tl?h?"),
        (None, "eng", r"no voice for the language 'eng'. Known: .*\ben-gb\b"),
        ("../../etc/passwd", "en", "no voice '../../etc/passwd'"),
        ("en+../../f3", "en", "no variant '../../f3'"),
        ("x" * 5000, "en", "no voice 'xxx"),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_are_near(name: str | None, language: str, said: str) -> None:
    with pytest.raises(SettingError, match=said) as caught:
        open_voice(name, language)
    assert len(str(caught.value)) < 400


def test_all_voices_are_listed_and_each_opens_by_its_name() -> None:
    voices = list_voices()
    assert len(voices) > 100
    assert len({voice.name for voice in voices}) == len(voices)
    assert {"en-us", "de", "cmn", "ar"} <= {voice.language for voice in voices}
    assert all(open_voice(voice.name, "en").name == voice.name for voice in voices)


def test_another_kind_of_voice_registers_by_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_openers, "echo", _openers["espeak"])
    asked: list[tuple[str, str]] = []

    def opener(name: str, language: str) -> Voice:
        asked.append((name, language))
        return open_voice(None, language)

    register_voices("echo", opener)
    open_voice("echo:a:b", "en")
    assert asked == [("a:b", "en")]
