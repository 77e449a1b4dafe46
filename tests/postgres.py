"""A real Postgres for tests: a cluster of its own, on a socket, thrown away at the end of the session."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import component


def _programs() -> tuple[str, ...]:
    """Where Debian puts it, the newest version first; elsewhere it is on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -float(path.parts[-3]))
    return (*map(str, found), "initdb")


def _user() -> str | None:
    """Postgres refuses to run as root: then it runs as somebody who may do nothing."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(program: str, *words: str, folder: Path, user: str | None) -> None:
    log = folder / "programs.log"
    with log.open("ab") as out:
        done = subprocess.run(
            [program, *words],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
    assert done.returncode == 0, log.read_text()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of an empty cluster's own database. Its user may do everything."""
    initdb = component("postgresql", *_programs())
    pg_ctl = str(Path(initdb).with_name("pg_ctl"))
    folder, user = Path(tempfile.mkdtemp(prefix="lt-pg-", dir="/tmp")), _user()
    if user:
        shutil.chown(folder, user)
    data = str(folder / "data")
    # Nothing here outlives the session, so nothing waits for a disk.
    options = f"-c fsync=off -c full_page_writes=off -c listen_addresses= -c max_connections=150 -k {folder}"
    try:
        _run(initdb, "-D", data, "-U", "longtake", "-A", "trust", "-E", "UTF8", "--no-sync", folder=folder, user=user)
        _run(pg_ctl, "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start", folder=folder, user=user)
        try:
            yield f"postgresql://longtake@/postgres?host={folder}"
        finally:
            _run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop", folder=folder, user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres(postgres_server: str) -> Callable[[], str]:
    """Makes a new database each time, and tells its address."""
    names = itertools.count()

    def make() -> str:
        name = f"new_{next(names)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return postgres_server.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(scope="session")
def _database(new_postgres: Callable[[], str]) -> str:
    return new_postgres()


@pytest.fixture
def empty_postgres(_database: str) -> str:
    """The address of a database whose tables, if an earlier test has made them, are empty. Fast."""
    with psycopg.connect(_database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # in any order, whatever refers to what
        for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    return _database
