"""Prefect's database, set up once for all tests: in each new home its server would take seconds for that."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import prefect

from flows.server.temporary import database_url

TEMPLATES = Path(__file__).parent.parent / ".pytest_cache" / "prefect"


def put_database(home: Path) -> None:
    """Put a database that is set up into a home that has none."""
    if (home / "prefect.db").exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    part = home / f"prefect.db.{os.getpid()}"
    shutil.copyfile(_template(), part)
    part.rename(home / "prefect.db")


def own_prefect(home: Path) -> dict[str, str]:
    """What gives a process a Prefect of its own there, with a temporary server that may take its time to start."""
    put_database(home)
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "200",
    }


def _template() -> Path:
    folder = TEMPLATES / prefect.__version__
    template = folder / "prefect.db"
    if not template.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                _make(folder / "new")
                (folder / "new" / "prefect.db").rename(template)
    return template


def _make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    own = {"PREFECT_HOME": str(folder), "PREFECT_API_DATABASE_CONNECTION_URL": database_url(folder)}
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    subprocess.run(command, env=os.environ | own, check=True, capture_output=True, timeout=300)
    with closing(sqlite3.connect(folder / "prefect.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
