"""A script in two languages through the command line: a video each, with captions each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import longtake, portrait

SCRIPT = """\
---
id: tower
languages: [en, de]
title: {en: The tower, de: Der Turm}
image: ada.png
voice: {en: espeak:en-us, de: espeak:de}
say: {API: A P I}
---
The API is old. It has 199 steps.

[de] Die API ist alt. Sie hat 199 Stufen.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    portrait(tmp_path / "ada.png")
    (tmp_path / "talk.md").write_text(SCRIPT)
    return tmp_path


def documents(text: str) -> list[dict[str, object]]:
    """JSON documents, one after the other."""
    found: list[dict[str, object]] = []
    text = text.lstrip()
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:].lstrip()
    return found


@pytest.mark.timeout(240)
def test_each_language_is_a_video_of_its_own(folder: Path) -> None:
    home, output = folder / "home", folder / "out.mp4"
    done = longtake(home, "render", str(folder / "talk.md"), "-o", str(output), "--resolution", "480p", "--json")
    assert [each["video"] for each in documents(done.stdout)] == ["tower-en", "tower-de"]
    captions = {each: (folder / f"out.{each}.srt").read_text() for each in ("en", "de")}
    assert "The API is old." in captions["en"] and "199 steps" in captions["en"]
    assert "Die API ist alt." in captions["de"] and "steps" not in captions["de"]
    assert all((folder / f"out.{each}.mp4").stat().st_size for each in ("en", "de"))
    assert not output.exists()
