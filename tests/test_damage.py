"""Damage to the store is found by hash and healed: the same command gives the same bytes again."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.command_line import render, small_talk


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, bytes]:
    folder = tmp_path_factory.mktemp("damage")
    script = small_talk(folder)
    render(folder / "home", script, folder / "talk.mp4")
    return folder / "home", script, (folder / "talk.mp4").read_bytes()


def files_of(home: Path, suffix: str) -> list[Path]:
    return sorted((home / "store/assets").glob(f"??/*{suffix}"))


def spoil(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    path.chmod(0o644)
    if how == "lost":
        path.unlink()
    elif how == "cut off":
        path.write_bytes(data[: len(data) // 2])
    else:
        at = random.Random(5).randrange(len(data))
        data[at] ^= 0x55
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("suffix", "how"),
    [
        (".wav", "flipped"),
        (".wav", "lost"),
        (".mp4", "flipped"),
        (".mp4", "cut off"),
        (".jpg", "lost"),
        (".m4a", "lost"),
    ],
)
def test_damaged_files_are_made_anew(talk: tuple[Path, Path, bytes], tmp_path: Path, suffix: str, how: str) -> None:
    home, script, expected = talk
    damaged = files_of(home, suffix)
    assert damaged
    for path in damaged:
        spoil(path, how)
    render(home, script, tmp_path / "talk.mp4")
    assert (tmp_path / "talk.mp4").read_bytes() == expected
    manifest = json.loads((tmp_path / "talk.manifest.json").read_text())
    assert manifest["check"]["passed"]


def test_a_store_that_lost_everything_but_its_records_is_filled_again(
    talk: tuple[Path, Path, bytes], tmp_path: Path
) -> None:
    home, script, expected = talk
    for path in files_of(home, ""):
        path.unlink()
    render(home, script, tmp_path / "talk.mp4")
    assert (tmp_path / "talk.mp4").read_bytes() == expected
