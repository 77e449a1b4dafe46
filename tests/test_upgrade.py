"""A finished video is rendered again under another ffmpeg and another Pillow: no order changes, nothing is new."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from tests.command_line import longtake, render
from tests.conftest import REQUIRED, component
from tests.loudness_media import RATE, speech

ANOTHER_PILLOW = "11.3.0"
OPTIONS = ("--shape", "16:9")
TALK = """---
speakers:
  Ada: {image: ada.jpg, voice: en-gb+f3}
  Ben: {image: ben.jpg, voice: en-us+m3}
---
Ada: Good morning. This line is spoken by a voice.

Ben: [audio take.m4a]

Ada: EDIT
"""
TOOLS = ("ffmpeg", "Pillow")
MADE_BY = {"ffmpeg": "recording", "Pillow": "portrait"}
"""The prepared files whose bytes depend on the tool: ffmpeg decodes AAC, Pillow resamples hard edges."""


def write_talk(folder: Path, *, edit: str = "And that is all.") -> Path:
    """A script whose portraits have hard edges and whose recording is AAC: versions differ over these."""
    for seed, name in enumerate(("ada.jpg", "ben.jpg")):
        small = np.random.default_rng(seed).integers(0, 255, (61, 47, 3), np.uint8)
        Image.fromarray(small).resize((900, 1201), Image.Resampling.NEAREST).save(folder / name)
    sound = speech(6).astype(np.float32).reshape(1, -1) / 32768
    with av.open(str(folder / "take.m4a"), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    script = folder / "talk.md"
    script.write_text(TALK.replace("EDIT", edit), encoding="utf-8")
    return script


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a script, the home it was rendered in, and the video."""
    folder = tmp_path_factory.mktemp("upgrade")
    result = render(folder / "home", write_talk(folder), folder / "talk.mp4", *OPTIONS)
    assert result["new_clips"] == 3
    return folder


@pytest.fixture(scope="module")
def pillow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with another Pillow; skipped (or failed, where it is required) when pip cannot get it."""
    folder = tmp_path_factory.mktemp("pillow")
    free = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    done = subprocess.run([*pip, f"pillow=={ANOTHER_PILLOW}"], env=free, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"another Pillow could not be had: this test did not run ({done.stderr.strip()[-200:]})"
        pytest.fail(message) if "another-pillow" in REQUIRED else pytest.skip(message)
    return folder


@pytest.fixture
def other(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment in which the named tool is another one."""
    if request.param == "ffmpeg":
        return {"LONGTAKE_FFMPEG": component("ffmpeg")}
    return {"PYTHONPATH": str(request.getfixturevalue("pillow"))}


def orders(manifest: Path) -> list[str]:
    return [clip["order_key"] for clip in json.loads(manifest.read_text())["clips"]]


def prepared(home: Path, kind: str) -> dict[str, str]:
    """For each recipe of a kind, the SHA-256 of what it gave."""
    folder = home / "store/records/recipes" / kind
    return {path.name: json.loads(path.read_text())["asset"]["sha256"] for path in folder.glob("*.json")}


def plan(home: Path, script: Path, **environment: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(longtake(home, "plan", str(script), *OPTIONS, "--json", **environment).stdout)
    return answer


@pytest.mark.parametrize("other", TOOLS, indirect=True)
def test_no_order_changes_and_an_edit_stays_local(finished: Path, other: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(finished / "home", home)
    shutil.rmtree(home / "store" / "records" / "results")
    assert all(shot["rendered"] for shot in plan(home, finished / "talk.md", **other)["shots"])
    again = render(home, finished / "talk.md", tmp_path / "talk.mp4", *OPTIONS, **other)
    assert (again["clips"], again["new_clips"], again["from_manifest"]) == (3, 0, False)
    assert orders(tmp_path / "talk.manifest.json") == orders(finished / "talk.manifest.json")
    assert (tmp_path / "talk.mp4").read_bytes() == (finished / "talk.mp4").read_bytes()
    edited = write_talk(tmp_path, edit="Something else is said at the end.")
    assert [shot["rendered"] for shot in plan(home, edited, **other)["shots"]] == [True, True, False]


@pytest.mark.parametrize(("other", "tool"), [(tool, tool) for tool in TOOLS], indirect=["other"])
def test_in_a_new_home_the_other_tool_prepares_other_bytes(
    finished: Path, other: dict[str, str], tool: str, tmp_path: Path
) -> None:
    """Else the test above could not fail."""
    plan(tmp_path / "home", finished / "talk.md", **other)
    ours, theirs = (prepared(home, MADE_BY[tool]) for home in (finished / "home", tmp_path / "home"))
    assert ours.keys() == theirs.keys()
    assert any(ours[name] != theirs[name] for name in ours)
