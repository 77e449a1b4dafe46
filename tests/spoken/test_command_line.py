"""Paid voices on the command line: planned for nothing, paid within a budget, heard before they are chosen."""

from __future__ import annotations

import json

import pytest
import soundfile

from longtake.money import usd_text
from longtake.speech.calibration import CALIBRATION_TEXT
from tests.command_line import longtake
from tests.spoken.studio import SENTENCES, USD_PER_CHARACTER, VOICE, Studio

CHARACTERS = sum(map(len, SENTENCES))


def test_a_plan_costs_nothing_and_a_preview_with_a_budget_speaks_for_real(here: Studio) -> None:
    env = here.emulator.env
    planned = json.loads(longtake(here.home, "plan", str(here.script), "--json", **env).stdout)
    assert planned["unspoken"]["characters"] == CHARACTERS + len(CALIBRATION_TEXT)
    assert planned["unspoken"]["voices"] == [VOICE]
    shown = longtake(here.home, "plan", str(here.script), **env).stdout
    assert "An estimate: 2 lines are spoken by this machine's voice here" in shown
    assert not here.emulator.book()

    output = here.folder / "talk.mp4"
    words = ("render", str(here.script), "-o", str(output))
    told = longtake(here.home, *words, LONGTAKE_BUDGET_USD="5", **env).stderr
    assert "this machine's voice stands in for" in told, "the budget of all videos is not one that was named for this"
    assert not here.emulator.book()
    free = output.read_bytes()
    told = longtake(here.home, *words, "--budget", "0.5", **env).stdout
    assert f"Its voices cost {usd_text(round(CHARACTERS * USD_PER_CHARACTER * 1e6))}." in told
    assert output.read_bytes() != free, "what a stand-in has spoken is no answer to this"
    assert sum(entry.characters for entry in here.emulator.billed()) == CHARACTERS

    paid = len(here.emulator.book())
    assert json.loads(longtake(here.home, "plan", str(here.script), "--json", **env).stdout)["unspoken"] is None
    longtake(here.home, *words, **env)
    assert len(here.emulator.book()) == paid
    (costs,) = json.loads(longtake(here.home, "costs", "--by", "provider", "--json", **env).stdout)
    assert (costs["name"], costs["characters"]) == ("openai", CHARACTERS)
    assert costs["paid_micro_usd"] == pytest.approx(CHARACTERS * USD_PER_CHARACTER * 1e6)


@pytest.mark.parametrize("name", ["image", "intro", "music", "logo"])
def test_a_file_that_cannot_be_used_is_told_before_a_voice_is_paid(here: Studio, name: str) -> None:
    (here.folder / "broken.png").write_bytes(b"neither sound nor picture")
    text = here.script.read_text(encoding="utf-8")
    broken = text.replace("ada.png", "broken.png") if name == "image" else f"---\n{name}: broken.png{text[3:]}"
    here.script.write_text(broken, encoding="utf-8")
    words = (str(here.script), "-o", str(here.folder / "talk.mp4"), "--budget", "0.5")
    told = longtake(here.home, "render", *words, code=2, **here.emulator.env).stderr
    assert "broken.png" in told or name in told
    assert not here.emulator.book()


def test_a_place_that_cannot_be_written_to_is_told_before_a_voice_is_paid(here: Studio) -> None:
    blocked = here.folder / "no-folder"
    blocked.write_text("a file where a folder should be")
    words = ("render", str(here.script), "-o", str(blocked / "talk.mp4"), "--budget", "1")
    told = longtake(here.home, *words, code=2, **here.emulator.env).stderr
    assert f"{blocked / 'talk.mp4'}: cannot write into {blocked}: " in told
    assert not here.emulator.book()


def test_a_sample_that_cannot_be_is_told_before_its_voice_is_paid(here: Studio) -> None:
    blocked = here.folder / "no-folder"
    blocked.write_text("a file where a folder should be")
    words = ("voices", "--sample", VOICE, "--budget", "1", "-o")
    told = longtake(here.home, *words, str(blocked / "a.wav"), code=2, **here.emulator.env).stderr
    assert f"{blocked / 'a.wav'}: cannot write into {blocked}: " in told
    told = longtake(here.home, *words, str(here.folder / "a.wav"), "--text", "👍", code=2, **here.emulator.env).stderr
    assert "--text: nothing in '👍' can be spoken." in told
    assert not here.emulator.book()


def test_a_voice_is_heard_before_it_is_chosen(here: Studio) -> None:
    env = here.emulator.env
    sample = here.folder / "sample.wav"
    words = ("voices", "--sample", VOICE, "-o", str(sample))
    told = longtake(here.home, *words, code=2, **env).stderr
    assert "--budget: openai:tts-1-hd/onyx costs money: $0.0019 for this sample." in told
    longtake(here.home, *words, "--budget", "0.1", **env)
    assert soundfile.info(sample).duration > 2
    longtake(here.home, *words, **env)
    assert len(here.emulator.billed()) == 1
    listed = json.loads(longtake(here.home, "voices", "--language", "de", "--json").stdout)
    assert [voice["language"] for voice in listed["here"]] == ["de"]
    assert all(row["usd_per_1000_characters"] != 0 for row in listed["elsewhere"])


def test_a_budget_that_the_whole_text_passes_pays_no_sentence_of_it(here: Studio) -> None:
    words = ("render", str(here.script), "-o", str(here.folder / "talk.mp4"))
    price = CHARACTERS * USD_PER_CHARACTER
    told = longtake(here.home, *words, "--budget", f"{price - 0.0001:.6f}", code=1, **here.emulator.env).stderr
    assert f"what its voices have to speak takes {usd_text(round(price * 1e6))}. Nothing more was spent" in told
    assert not here.emulator.book()
    longtake(here.home, *words, "--budget", f"{price:.6f}", **here.emulator.env)
    assert sum(entry.characters for entry in here.emulator.billed()) == CHARACTERS
