"""Transactions on the ledger. Whatever the database cannot do becomes LedgerFailed: then nothing is submitted."""

from __future__ import annotations

import datetime
import sqlite3
import time
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from longtake.errors import LedgerFailed
from longtake.ledger.engine import WRITES, create_ledger_engine
from longtake.ledger.schema import ensure_tables

Clock = Callable[[], float]

_POSTGRES_BOUNDS = text(
    "SELECT set_config('lock_timeout', '30s', true), set_config('idle_in_transaction_session_timeout', '30s', true)"
)
"""A machine that falls asleep inside a transaction must not keep all others waiting."""

_POSTGRES_NOW = text("SELECT extract(epoch FROM clock_timestamp())")


class Transaction:
    """One transaction: a connection, the time, and who acts. Written when the `with` ends well, else undone."""

    def __init__(self, connection: Connection, owner: str, zone: zoneinfo.ZoneInfo, clock: Clock | None) -> None:
        self.connection = connection
        self.owner = owner
        self._zone = zone
        self._clock = clock
        self.now = self._read_clock()

    @property
    def is_postgres(self) -> bool:
        """Whether rows must be locked by name; SQLite has one writer at a time."""
        return self.connection.dialect.name == "postgresql"

    @property
    def today(self) -> str:
        """The day in the ledger's time zone."""
        return datetime.datetime.fromtimestamp(self.now, self._zone).date().isoformat()

    def renew_clock(self) -> None:
        """Read the time again, after a lock was waited for."""
        self.now = self._read_clock()

    def _read_clock(self) -> float:
        if self._clock:
            return self._clock()
        if self.is_postgres:
            return float(self.connection.execute(_POSTGRES_NOW).scalar_one())
        return time.time()


class Database:
    """The database of one ledger, as one process uses it."""

    def __init__(self, url: URL, owner: str, timezone: str, clock: Clock | None) -> None:
        self.owner = owner
        self._secrets = _secrets(url)
        self._zone = zoneinfo.ZoneInfo(timezone)
        self._clock = clock
        with self._failing_closed():
            self.engine = create_ledger_engine(url)
        try:
            with self.writing() as transaction:
                ensure_tables(transaction.connection)
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that only reads."""
        with self._failing_closed(), self.engine.connect() as connection, connection.begin():
            yield self._transaction(connection)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that may write; on SQLite it is the only one."""
        with self._failing_closed(), self.engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(_POSTGRES_BOUNDS)
                yield self._transaction(connection)

    def _transaction(self, connection: Connection) -> Transaction:
        return Transaction(connection, self.owner, self._zone, self._clock)

    @contextmanager
    def _failing_closed(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            # The cause is left out of the chain, for a driver's error may quote what it was given.
            raise LedgerFailed(f"the ledger cannot be used: {self._told(error)}") from None

    def _told(self, error: Exception) -> str:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        told = next(iter(str(cause).strip().splitlines()), type(cause).__name__)  # Postgres quotes whole rows below
        for secret in self._secrets:
            told = told.replace(secret, "…")
        return told


def _secrets(url: URL) -> tuple[str, ...]:
    """What of an address must never be told: its password, wherever it stands."""
    found = [str(url.password or ""), *(str(value) for key, value in url.query.items() if "pass" in key)]
    return tuple(filter(None, found))
