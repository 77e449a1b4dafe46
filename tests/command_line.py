"""Runs the command line as a user does: in a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.prefect_database import put_database

ROOT = Path(__file__).parent.parent

NEEDS_PREFECT = ("render", "up", "inbox")

SCRIPT = """---
id: small-talk
title: Small talk
speakers:
  Ada: {{image: {ada}, voice: en-gb+f3}}
  Ben: {{image: {ben}, voice: en-us+m3}}
---
## Hello {{}}

Ada: Good morning. This is the first line of a small talk, and it has two sentences.

Ben: I answer at once. {edit}

## Goodbye {{}}

Ada: We have said enough for today. [pause 0.6] Goodbye to everyone who listened.
"""


def portrait(path: Path, *, colour: str = "#d9b48f", size: tuple[int, int] = (640, 360)) -> Path:
    """A plain face."""
    width, height = size
    picture = Image.new("RGB", size, "#31465f")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((width * 0.35, height * 0.1, width * 0.65, height * 0.9), fill=colour)
    draw.ellipse((width * 0.45, height * 0.6, width * 0.55, height * 0.64), fill="#803030")
    picture.save(path)
    return path


def small_talk(folder: Path, *, edit: str = "It is a pleasure to be here.") -> Path:
    """A script of three lines, two speakers and two scenes, with its portraits."""
    folder.mkdir(parents=True, exist_ok=True)
    portrait(folder / "ada.png")
    portrait(folder / "ben.png", colour="#8d5f43")
    script = folder / "talk.md"
    script.write_text(SCRIPT.format(ada="ada.png", ben="ben.png", edit=edit).replace(" {}", ""), encoding="utf-8")
    return script


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a user who has only a home for Longtake."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LONGTAKE_"))}
    return kept | {"LONGTAKE_HOME": str(home), "COLUMNS": "160"} | more


def start(home: Path, *words: str, new_home: bool = False, **more: Any) -> subprocess.Popen[str]:
    """Start a command in a session of its own. In a new home, Prefect has yet to set up its database."""
    if words[0] in NEEDS_PREFECT and not new_home:
        put_database(home)
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *words],
        cwd=ROOT,
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509  the tests start no threads that it could meet
    )


def hear_ctrl_c() -> None:
    """A background job of a shell is born deaf to SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def longtake(home: Path, *words: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and see that it ended with `code`."""
    process = start(home, *words, **more)
    out, err = process.communicate(timeout=240)
    assert process.returncode == code, f"exit code {process.returncode}\n{out}\n{err}"
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def render(home: Path, script: Path, output: Path, *words: str, **more: str) -> dict[str, Any]:
    """Render a script; the result model."""
    done = longtake(home, "render", str(script), "-o", str(output), "--json", *words, **more)
    result: dict[str, Any] = json.loads(done.stdout)
    return result
