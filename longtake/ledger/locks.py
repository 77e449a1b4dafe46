"""What Postgres must lock by name, for there many write at once. SQLite's one writer holds all of it already."""

from __future__ import annotations

import hashlib

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from longtake.ledger.tables import caps
from longtake.ledger.transaction import Transaction

_LOCK = text("SELECT pg_advisory_xact_lock(:lock)")


def lock_name(transaction: Transaction, name: str) -> None:
    """Keep all others that lock the same name waiting until this transaction ends.

    It is taken before any other lock and at most once in a transaction, so that no two wait for each other.
    """
    if transaction.is_postgres:
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        transaction.connection.execute(_LOCK, {"lock": number})
        transaction.renew_clock()


def lock_caps(transaction: Transaction, *scopes: str) -> None:
    """Let nobody else reserve within these scopes until this transaction ends."""
    if not transaction.is_postgres:
        return
    ordered = sorted(scopes)
    missing = postgresql.insert(caps).values([{"scope": scope} for scope in ordered]).on_conflict_do_nothing()
    transaction.connection.execute(missing)
    held = select(caps.c.scope).where(caps.c.scope.in_(ordered)).order_by(caps.c.scope).with_for_update()
    transaction.connection.execute(held).all()
    transaction.renew_clock()
