"""Where commands with paid voices find Prefect: in the home, though a plan has imported it before the run begins."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import ROOT, environment, longtake
from tests.paid.shop import shop
from tests.prefect_database import put_database
from tests.spoken.studio import SENTENCES, Studio

SAVE_A_BLOCK = """
import asyncio, os
from flows.server.reach import blocks_in_reach
from longtake.settings import load_settings

async def save():
    async with blocks_in_reach(load_settings()):
        from blocks.voices.openai import OpenAIVoices

        block = OpenAIVoices(api_key=os.environ["KEY"], base_url=os.environ["OPENAI_BASE_URL"], default_model="tts-1")
        await block.asave("team")

asyncio.run(save())
"""


@pytest.fixture
def own_prefect(here: Studio) -> Path:
    """A folder where Prefect keeps what it was not told to keep elsewhere."""
    put_database(here.home)
    return here.folder / "prefect"


def test_a_paid_run_with_a_paid_voice_is_one_of_the_home_s_prefect(here: Studio, own_prefect: Path) -> None:
    with shop(here.folder / "shop") as paid:
        env = {**here.emulator.env, **paid.env, "PREFECT_HOME": str(own_prefect)}
        words = ("render", str(here.script), "-o", str(here.folder / "talk.mp4"))
        longtake(here.home, *words, "--provider", "fal", "--budget", "9", "--yes", **env)
        assert paid.paid == 1
    with closing(sqlite3.connect(here.home / "prefect.db")) as database:
        assert database.execute("select name, state_name from flow_run").fetchall() == [("talk", "Completed")]
    assert not list(own_prefect.glob("prefect.db*"))
    assert not list(own_prefect.glob("storage/*"))


def test_a_voice_s_block_is_found_by_every_command(here: Studio, own_prefect: Path) -> None:
    env = {**here.emulator.env, "OPENAI_API_KEY": "", "PREFECT_HOME": str(own_prefect)}
    key = {"KEY": here.emulator.env["OPENAI_API_KEY"]}
    subprocess.run([sys.executable, "-c", SAVE_A_BLOCK], cwd=ROOT, env=environment(here.home, **env, **key), check=True)
    here.write(*SENTENCES, voice="openai@team:onyx")
    planned = longtake(here.home, "plan", str(here.script), "--json", **env)
    assert json.loads(planned.stdout)["unspoken"]["voices"] == ["openai@team:onyx"]
    listed = longtake(here.home, "voices", "--at", "openai@team", **env)
    assert "openai@team:onyx" in listed.stdout
    sample = str(here.folder / "sample.wav")
    heard = longtake(here.home, "voices", "--sample", "openai@team:onyx", "-o", sample, "--budget", "1", **env)
    assert len(here.emulator.billed()) == 1
    for done in (planned, listed, heard):
        assert "items remaining" not in done.stderr
    assert not list(own_prefect.glob("prefect.db*"))
