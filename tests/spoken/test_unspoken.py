"""What is still to be paid for as speech: all of it, and nothing that is kept already."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from blocks.voices.elevenlabs import ElevenLabsVoices
from blocks.voices.names import parse_name
from longtake.assets import FolderStore
from longtake.loudness import preset_named
from longtake.script import read_script
from longtake.settings import load_settings
from longtake.speech.calibration import CALIBRATION_TEXT
from longtake.storyboard import Line, Scene, Speaker, Storyboard
from longtake.voices import HostedBook, Unspoken, unspoken_of
from tests.spoken.studio import SENTENCES, VOICE, Studio

SPEC = "elevenlabs:JBFqnCBsd6RMkjVDRZzb"


@pytest.mark.parametrize(("context", "times"), [(False, 1), (True, 2)])
def test_a_sentence_is_priced_as_often_as_it_is_spoken(tmp_path: Path, context: bool, times: int) -> None:
    said = ("The weather is fine today.", "Of course it is so.", "The boats have all gone.", "Of course it is so.")
    line = Line(speaker="Ada", text=" ".join(said))
    board = Storyboard(language="en", speakers={"Ada": Speaker(voice=SPEC)}, scenes=(Scene(lines=(line,)),))
    voice = ElevenLabsVoices(context=context).open_unkeyed(parse_name(SPEC), "en")
    unspoken = unspoken_of(board, HostedBook({SPEC: voice}, None), preset_named("podcast"), FolderStore(tmp_path))
    assert unspoken
    characters = sum(map(len, {*said})) + (times - 1) * len(said[1])
    assert unspoken.characters == characters + len(CALIBRATION_TEXT)
    assert unspoken.certain_micro_usd == pytest.approx(characters * 120, abs=1)


def test_another_pause_leaves_nothing_to_be_spoken(here: Studio) -> None:
    here.speak()
    assert unspoken(here) is None
    here.write(SENTENCES[0], f"[pause 2] {SENTENCES[1]}", *SENTENCES[2:])
    assert unspoken(here) is None, "its sentences are kept, and long enough to be measured by themselves"


def unspoken(here: Studio) -> Unspoken | None:
    with patch.dict(os.environ, here.env):
        from blocks.voices.openai import OpenAIVoices

        voice = OpenAIVoices().open_unkeyed(parse_name(VOICE), "en")
        book = HostedBook({VOICE: voice}, None)
        return unspoken_of(read_script(here.script), book, preset_named("podcast"), load_settings().open_store())
