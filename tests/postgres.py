"""A real Postgres for tests: a cluster of its own, on a socket, thrown away at the end of the session."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


class Cluster:
    """A cluster of its own, on a socket in a folder of its own. Its user may do everything, without a password."""

    def __init__(self) -> None:
        initdb = component("postgresql", *_programs())
        self._pg_ctl = str(Path(initdb).with_name("pg_ctl"))
        self._user = _user()
        self.folder = Path(tempfile.mkdtemp(prefix="lt-pg-", dir="/tmp"))
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run(initdb, "-U", "longtake", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        # Nothing here outlives the session, so nothing waits for a disk.
        options = f"-c fsync=off -c full_page_writes=off -c listen_addresses= -c max_connections=150 -k {self.folder}"
        self._run(self._pg_ctl, "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        self._run(self._pg_ctl, "-m", "immediate", "-w", "stop")

    def url(self) -> str:
        """The address of its own database."""
        return f"postgresql://longtake@/postgres?host={self.folder}"

    def _run(self, program: str, *words: str) -> None:
        log = self.folder / "programs.log"
        with log.open("ab") as out:
            done = subprocess.run(
                [program, "-D", str(self.folder / "data"), *words],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
            )
        assert done.returncode == 0, log.read_text()


def create_database(server: str, name: str) -> str:
    """Make an empty database in the cluster whose own database has that address; the new one's address."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server.replace("/postgres?", f"/{name}?")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster, thrown away at the end."""
    made = Cluster()
    try:
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of an empty cluster's own database, for all tests of the session."""
    with cluster() as running:
        yield running.url()


@pytest.fixture(scope="session")
def new_postgres(postgres_server: str) -> Callable[[], str]:
    """Makes a new database each time, and tells its address."""
    names = itertools.count()
    return lambda: create_database(postgres_server, f"new_{next(names)}")


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
