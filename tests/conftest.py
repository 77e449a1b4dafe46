"""What all tests share: components that may be missing, a store, a home of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from longtake.assets import FolderStore

REQUIRED = set(filter(None, os.environ.get("LONGTAKE_REQUIRE", "").split(",")))


def component(name: str, *programs: str) -> str:
    """The path of a program that a test needs. Missing: the test is skipped, or fails where it is required."""
    for program in programs or (name,):
        found = shutil.which(program)
        if found:
            return found
    message = f"{name} is not installed: this test did not run (install it, e.g. apt-get install {name})"
    if name in REQUIRED:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's own home, settings or Prefect server reaches a test."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")
