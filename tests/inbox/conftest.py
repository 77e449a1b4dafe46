"""A ledger on SQLite and on Postgres, as the ledger's own tests have it."""

from __future__ import annotations

from tests.ledger.conftest import clock, folder, ledger, opened, other, url  # noqa: F401  fixtures
from tests.postgres import _database, empty_postgres, new_postgres, postgres_server  # noqa: F401  fixtures
