"""Opening the database so that transactions mean what the ledger needs them to mean, on SQLite and on Postgres."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import tenacity
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from longtake.errors import LedgerFailed, SettingError

BUSY_SECONDS = 30
CONNECT_SECONDS = 10

WRITES = "longtake_writes"
"""The option of a connection whose next transaction writes."""


def parse_url(text: str) -> URL:
    """The address of the ledger, with its driver. Raises SettingError, which does not repeat the address."""
    where = "LONGTAKE_LEDGER_URL"
    hint = "Say sqlite:////folder/ledger.sqlite, or postgresql://user:password@host/database."
    try:
        url = make_url(text)
    except SQLAlchemyError:
        raise SettingError("this is no address of a database.", where=where, hint=hint) from None
    kind = url.drivername.partition("+")[0]
    if kind in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise SettingError(f"a ledger cannot be kept in {kind}.", where=where, hint=hint)
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise SettingError("a ledger in SQLite needs a file's path.", where=where, hint=hint)
    return url.set(drivername="sqlite+pysqlite")


def create_ledger_engine(url: URL) -> Engine:
    """An engine whose every transaction holds the promises of this module."""
    if url.get_backend_name() == "sqlite":
        _make_file(Path(url.database or ""))
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
        return engine
    # READ COMMITTED whatever the server's default: a sum taken after a lock was waited for must see what came before.
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
    return create_engine(
        url, hide_parameters=True, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args=arguments
    )


def _make_file(path: Path) -> None:
    """An empty database that only its user reads. SQLite gives its side files the same mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise LedgerFailed(f"the ledger {path} cannot be opened: {error.strerror}") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Python's driver begins a transaction only at the first write; with no isolation level it begins none."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _to_wal(connection)


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(sqlite3.OperationalError),
    stop=tenacity.stop_after_delay(BUSY_SECONDS),
    wait=tenacity.wait_random(0.01, 0.1),
    reraise=True,
)
def _to_wal(connection: Any) -> None:
    """SQLite answers "locked" at once while another process writes to the new database, whatever its busy_timeout."""
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise LedgerFailed("the ledger's folder cannot hold a shared SQLite database; it must be on a local disk")


def begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock before it reads: what it counts cannot change until it has written."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
