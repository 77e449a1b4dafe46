"""The database under the ledger: how it is opened, what it refuses, and that its faults stop everything."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text, update

from longtake.errors import LedgerFailed, SettingError
from longtake.ledger import Ledger, open_ledger
from longtake.ledger.engine import parse_url
from longtake.ledger.tables import VERSION, jobs, version
from tests.ledger.making import CAPS, DOLLAR, Clock, Opener, new_job, reserved, submitted, submitting, ticket


def pragma(ledger: Ledger, name: str) -> object:
    with ledger._database.writing() as transaction:
        return transaction.connection.execute(text(f"PRAGMA {name}")).scalar_one()


def open_sqlite(path: Path, **words: Any) -> Ledger:
    return open_ledger(f"sqlite:///{path}", **words)


def test_sqlite_is_opened_to_last(tmp_path: Path) -> None:
    ledger = open_sqlite(tmp_path / "ledger.sqlite")
    assert pragma(ledger, "journal_mode") == "wal"
    assert pragma(ledger, "synchronous") == 2  # FULL
    assert pragma(ledger, "foreign_keys") == 1
    assert pragma(ledger, "busy_timeout") == 30_000
    ledger.dispose()


def test_sqlite_makes_its_folder_and_lets_nobody_else_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "ledger.sqlite"
    ledger = open_sqlite(path)
    reserved(ledger)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    ledger.dispose()
    assert modes == {"ledger.sqlite": 0o600, "ledger.sqlite-wal": 0o600, "ledger.sqlite-shm": 0o600}


def test_a_writer_in_sqlite_holds_the_lock_before_it_reads(tmp_path: Path) -> None:
    ledger = open_sqlite(tmp_path / "ledger.sqlite")
    second = sqlite3.connect(tmp_path / "ledger.sqlite", timeout=0, isolation_level=None)
    with ledger._database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        second.execute("BEGIN IMMEDIATE")
    with ledger._database.reading():
        second.execute("BEGIN IMMEDIATE")
        assert ledger.jobs() == ()  # a reader neither waits for a writer
        second.execute("ROLLBACK")
    second.close()
    ledger.dispose()


def test_a_new_sqlite_database_that_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    """SQLite itself does not wait when the journal's mode is changed."""
    writer = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    ending = threading.Timer(0.3, lambda: writer.execute("ROLLBACK"))
    ending.start()
    ledger = open_sqlite(tmp_path / "ledger.sqlite")
    assert pragma(ledger, "journal_mode") == "wal"
    ending.join()
    writer.close()
    ledger.dispose()


def test_what_was_written_is_there_for_the_next_process(opened: Opener, ledger: Ledger) -> None:
    job = reserved(ledger)
    assert opened("next").job(job.id) == job


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError), ledger._database.writing() as transaction:
        transaction.connection.execute(update(version).values(version=7))
        raise RuntimeError
    with ledger._database.reading() as transaction:
        assert transaction.connection.execute(version.select()).scalar_one() == VERSION


def test_a_ledger_of_a_newer_version_is_refused(opened: Opener, ledger: Ledger) -> None:
    with ledger._database.writing() as transaction:
        transaction.connection.execute(update(version).values(version=VERSION + 1))
    try:
        with pytest.raises(LedgerFailed, match=rf"newer Longtake .*version {VERSION + 1}, .* knows {VERSION}.*upgrade"):
            opened("old")
    finally:
        with ledger._database.writing() as transaction:
            transaction.connection.execute(update(version).values(version=VERSION))


def test_the_version_is_one_row_however_often_it_is_opened(opened: Opener) -> None:
    opened("a")
    ledger = opened("b")
    with ledger._database.reading() as transaction:
        assert transaction.connection.execute(version.select()).scalars().all() == [VERSION]


def test_the_database_itself_refuses_a_second_live_job_of_an_order(ledger: Ledger) -> None:
    reserved(ledger, "o1")
    second = reserved(ledger, "o2")
    with (
        pytest.raises(LedgerFailed, match=r"(?i)unique"),
        ledger._database.writing() as transaction,
    ):
        transaction.connection.execute(update(jobs).where(jobs.c.id == second.id).values(order_key="o1"))
    ledger.release(second, "no")
    with ledger._database.writing() as transaction:
        transaction.connection.execute(update(jobs).where(jobs.c.id == second.id).values(order_key="o1"))


def test_the_database_itself_refuses_a_charge_below_nothing(ledger: Ledger) -> None:
    job = reserved(ledger)
    with pytest.raises(LedgerFailed, match=r"(?i)check"), ledger._database.writing() as transaction:
        transaction.connection.execute(update(jobs).where(jobs.c.id == job.id).values(charged_micro_usd=-1))


STEPS: dict[str, Callable[[Ledger], object]] = {
    "reserve": lambda ledger: ledger.reserve(new_job(), CAPS),
    "latest": lambda ledger: ledger.latest("o1"),
    "jobs": lambda ledger: ledger.jobs(),
    "spent": lambda ledger: ledger.spent_micro_usd("talk"),
    "beat": lambda ledger: ledger.beat(),
    "release_stale": lambda ledger: ledger.release_stale(),
    "takes": lambda ledger: ledger.takes("talk"),
    "allot_take": lambda ledger: ledger.allot_take("talk", "c", "r", "ann"),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_database_that_is_broken_stops_everything(ledger: Ledger, url: str, name: str) -> None:
    tables = ("longtake_jobs", "longtake_decisions")
    with ledger._database.writing() as transaction:
        for table in tables:
            transaction.connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_gone"))
    try:
        with pytest.raises(LedgerFailed, match="the ledger cannot be used: ") as failed:
            STEPS[name](ledger)
        assert failed.value.__cause__ is None
    finally:
        with ledger._database.writing() as transaction:
            for table in tables:
                transaction.connection.execute(text(f"ALTER TABLE {table}_gone RENAME TO {table}"))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(LedgerFailed, match="not a database"):
        open_sqlite(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerFailed, match=r"ledger\.sqlite cannot be opened"):
        open_sqlite(tmp_path / "file" / "ledger.sqlite")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cr%40t@127.0.0.1:1/ledger",
        "postgres://ann@127.0.0.1:1/ledger?password=s3cr%40t",
    ],
)
def test_an_unreachable_server_is_told_without_the_password(url: str) -> None:
    with pytest.raises(LedgerFailed) as failed:
        open_ledger(url)
    error = failed.value
    assert "127.0.0.1" in str(error)
    told = f"{error!s} {error!r} {error.__cause__!r}"
    assert "s3cr" not in told
    assert error.__suppress_context__


def test_a_password_in_a_drivers_words_is_blotted_out(ledger: Ledger) -> None:
    ledger._database._secrets = ("s3cr@t",)
    with pytest.raises(LedgerFailed) as failed, ledger._database.reading() as transaction:
        transaction.connection.execute(text('SELECT * FROM "s3cr@t"'))
    assert "s3cr@t" not in str(failed.value)
    assert "…" in str(failed.value)


def test_a_failing_statement_is_told_without_its_values(ledger: Ledger) -> None:
    """A row may hold what is nobody's business."""
    job = reserved(ledger, "o1", first_words="my own words")
    with pytest.raises(LedgerFailed) as failed, ledger._database.writing() as transaction:
        row = transaction.connection.execute(jobs.select().where(jobs.c.id == job.id)).mappings().one()
        transaction.connection.execute(jobs.insert().values(**{**row, "number": None}))
    assert "my own words" not in str(failed.value)


@pytest.mark.parametrize("url", ["mysql://u:pw1@h/d", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(SettingError, match="LONGTAKE_LEDGER_URL") as refused:
        open_ledger(url)
    assert "pw1" not in str(refused.value)


def test_what_is_no_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingError) as refused:
        open_ledger("my password is s3cret")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_all_names_of_postgres_mean_one_driver(name: str) -> None:
    url = parse_url(f"{name}://ann:pw@host:5433/ledger?sslmode=require")
    assert url.render_as_string(hide_password=False) == ("postgresql+psycopg://ann:pw@host:5433/ledger?sslmode=require")


def test_postgres_counts_anew_after_a_wait_whatever_the_servers_default(empty_postgres: str) -> None:
    """Under REPEATABLE READ a sum would not see what was reserved while the lock was waited for."""
    with psycopg.connect(empty_postgres, autocommit=True) as connection:
        connection.execute("ALTER ROLE longtake SET default_transaction_isolation = 'repeatable read'")
    ledger = open_ledger(empty_postgres)
    try:
        with ledger._database.writing() as transaction:
            level = transaction.connection.execute(text("SHOW transaction_isolation")).scalar_one()
            patience = transaction.connection.execute(text("SHOW lock_timeout")).scalar_one()
    finally:
        ledger.dispose()
        with psycopg.connect(empty_postgres, autocommit=True) as connection:
            connection.execute("ALTER ROLE longtake RESET default_transaction_isolation")
    assert (level, patience) == ("read committed", "30s")


def test_postgres_survives_a_connection_that_was_cut(empty_postgres: str) -> None:
    ledger = open_ledger(empty_postgres)
    reserved(ledger, "o1")
    with psycopg.connect(empty_postgres, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s",
            (connection.info.dbname,),
        )
    assert ledger.latest("o1")
    ledger.dispose()


def test_without_a_clock_the_time_is_postgres_own(empty_postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clocks of several machines differ; a heartbeat is written and judged by one."""
    monkeypatch.setattr("time.time", lambda: 0.0)
    ledger = open_ledger(empty_postgres)
    job = submitted(ledger)
    ledger.dispose()
    with psycopg.connect(empty_postgres) as connection:
        now = connection.execute("SELECT extract(epoch FROM now())::float8").fetchone()
    assert now
    assert now[0] - 3600 < job.heartbeat_at <= now[0]


def test_without_a_clock_the_time_of_sqlite_is_this_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    ledger = open_sqlite(tmp_path / "ledger.sqlite")
    assert reserved(ledger).created_at == 1_800_000_000.0
    ledger.dispose()


def test_owners_differ_unless_they_are_named(tmp_path: Path) -> None:
    ledgers = [open_sqlite(tmp_path / "ledger.sqlite") for _ in range(2)]
    assert len({ledger.owner for ledger in ledgers}) == 2
    named = open_sqlite(tmp_path / "ledger.sqlite", owner="me")
    assert named.owner == "me"
    for ledger in (*ledgers, named):
        ledger.dispose()


def test_an_accepted_id_is_saved_as_soon_as_the_database_is_back(tmp_path: Path, clock: Clock) -> None:
    ledger = open_sqlite(tmp_path / "ledger.sqlite", clock=clock)
    job = submitting(ledger)
    with ledger._database.writing() as transaction:
        transaction.connection.execute(text("ALTER TABLE longtake_transitions RENAME TO gone"))
    with pytest.raises(LedgerFailed):
        ledger.note_accepted(job, ticket("r1"), None)
    assert ledger.job(job.id) == job
    with ledger._database.writing() as transaction:
        transaction.connection.execute(text("ALTER TABLE gone RENAME TO longtake_transitions"))
    saved = ledger.note_accepted(job, ticket("r1"), None)
    assert (saved.request_id, saved.charged_micro_usd) == ("r1", DOLLAR)
    ledger.dispose()
