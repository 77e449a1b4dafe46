"""Bringing a database to the ledger's tables. Many processes may do it at once."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, text, update

from longtake.errors import LedgerFailed
from longtake.ledger import tables

_LOCK = 0x10C7A4E
"""Postgres: held while the tables are made. Any number that nobody else takes will do."""


def ensure_tables(connection: Connection) -> None:
    """Make the tables if they are missing, in the caller's write transaction.

    From version 1 to 2, and from 2 to 3, a table was added; the others are as they were. Raises LedgerFailed for
    tables of a newer Longtake.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    tables.metadata.create_all(connection)
    found = connection.execute(select(tables.version.c.version)).scalars().all()
    if not found:
        connection.execute(insert(tables.version).values(version=tables.VERSION))
    elif max(found) > tables.VERSION:
        raise LedgerFailed(
            f"the ledger was written by a newer Longtake (its tables are version {max(found)}, this Longtake knows "
            f"{tables.VERSION}): upgrade Longtake on this machine"
        )
    elif max(found) < tables.VERSION:
        connection.execute(update(tables.version).values(version=tables.VERSION))
