"""What all tests share: components that may be missing, a store, a home of its own."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from uuid import uuid4

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


def pytest_collection_finish() -> None:
    """Thousands of tests and all modules stay to the end: Python need not look through them for garbage again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all homes are. `mktemp` would look through all earlier tests' folders, each time."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def _own_home(_homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's own home, settings or Prefect server reaches a test."""
    home = _homes / uuid4().hex[:12]
    home.mkdir()
    monkeypatch.setenv("LONGTAKE_HOME", str(home))


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")
