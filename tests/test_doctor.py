"""`longtake doctor`: a line for each thing, faults said, keys never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import longtake
from tests.serving import free_port

LINES = ("longtake", "ffmpeg", "encoders", "prefect", "server", "store", "ledger", "voices", "keys")
SECRET = "secret-123"


def table(out: str) -> dict[str, str]:
    """Each line's first word, and the rest."""
    return {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for line in out.splitlines()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doctor") / "home [of :smile:]"


def test_it_tells_a_line_for_each_thing_and_no_key(home: Path) -> None:
    done = longtake(home, "doctor", FAL_KEY=SECRET, AIML_API_KEY="", HTTPS_PROXY=f"http://me:{SECRET}@127.0.0.1:9")
    said = table(done.stdout)
    assert tuple(said) == LINES
    assert f"home {home}" in said["longtake"]
    assert "PyAV" in said["ffmpeg"]
    assert "libx264" in said["encoders"]
    assert said["server"].startswith("none running")
    assert "writable" in said["store"]
    assert "voices in" in said["voices"]
    assert said["keys"].startswith("FAL_KEY is set, AIML_API_KEY is not set, PIXAZO_API_KEY is not set, ")
    assert SECRET not in done.stdout + done.stderr


def test_a_fault_is_said_and_the_others_are_still_looked_at(home: Path) -> None:
    broken = {"LONGTAKE_FFMPEG": "/no/such/ffmpeg", "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    done = longtake(home, "doctor", code=1, **broken)
    said = table(done.stdout)
    assert tuple(said) == LINES
    assert said["ffmpeg"].startswith("FAULT: LONGTAKE_FFMPEG: '/no/such/ffmpeg' is no program.")
    assert said["server"].startswith("FAULT: no Prefect server answers")
    assert not said["voices"].startswith("FAULT")
    assert "2 of 8 things need care" in done.stderr


def test_a_home_that_cannot_be_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = longtake(tmp_path / "file", "doctor", code=1)
    assert table(done.stdout)["store"].startswith("FAULT: ")
    assert "Traceback" not in done.stderr
