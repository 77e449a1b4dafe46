"""The inbox flow against a real server: every item one run, whoever fires and however often."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from emulators.faults import Rule
from tests.command_line import portrait
from tests.inbox.firing import Scheduler
from tests.lasting_media import Up, end, start_up
from tests.paid.shop import Shop, shop, write_talk
from tests.providers.moto_server import admin_of, moto_s3

BUCKET = "inbox"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "secret-testing"}


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with moto_s3(BUCKET) as url:
        yield url


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("inbox")) as here:
        yield here


@pytest.fixture(scope="module")
def env(paid: Shop, s3_url: str) -> dict[str, str]:
    return paid.env | KEYS | {"AWS_ENDPOINT_URL": s3_url}


@pytest.fixture(scope="module")
def up(paid: Shop, env: dict[str, str]) -> Iterator[Up]:
    running = start_up(paid.home, **env)
    yield running
    running.process.send_signal(signal.SIGINT)
    end(running.process)


@pytest.fixture(scope="module")
def schedulers(paid: Shop, up: Up, env: dict[str, str]) -> Iterator[tuple[Scheduler, Scheduler]]:
    two = (Scheduler(paid.home, up, **env), Scheduler(paid.home, up, **env))
    yield two
    for one in two:
        one.close()


@pytest.fixture
def scheduler(schedulers: tuple[Scheduler, Scheduler]) -> Scheduler:
    return schedulers[0]


def write(folder: Path, name: str, text: str) -> None:
    """A script with its portrait beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text)
    portrait(folder / f"{name}.png")


def runs_of(up: Up, *names: str) -> list[dict[str, Any]]:
    return [run for run in up.runs() if run["name"] in names]


def test_each_new_or_changed_item_is_one_run_and_a_broken_one_stops_no_other(
    up: Up, paid: Shop, schedulers: tuple[Scheduler, Scheduler], tmp_path: Path
) -> None:
    one, other = schedulers
    assert one.fire(source=str(tmp_path)).message == "nothing to do"
    write(tmp_path, "first", "Good morning to all of you.")
    write(tmp_path, "second", "Good evening to all of you.")
    (tmp_path / "broken.md").write_text("---\nspeakers: [\n---\nHello.")
    assert "waits: its files have only just changed" in one.fire(source=str(tmp_path), settle_seconds=60).message

    for each in schedulers:
        each.begin(source=str(tmp_path))
    answers = [each.answer() for each in schedulers]
    started = [name for answer in answers for name in answer.report["started"]]
    assert sorted(started) == ["first", "second"], answers
    refused = [text for answer in answers for text in answer.told("newly_refused").values()]
    assert len(refused) == 1, "of two schedulers, one tells it"
    assert "broken.md:" in refused[0]
    assert sorted(answer.name for answer in answers)[-1] == "Needs a person"

    done = one.fire_when_done(source=str(tmp_path))
    assert sorted(done.report["finished"]) == ["first", "second"]
    assert (done.name, done.report["newly_refused"]) == ("Completed", []), "it was told"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"{name}{suffix}" for name in ("first", "second") for suffix in (".mp4", ".srt", ".vtt", ".manifest.json")
    }
    assert one.fire(source=str(tmp_path)).message == "nothing to do"
    assert len(runs_of(up, "first", "second")) == 2

    (tmp_path / "first.md").touch()
    os.utime(tmp_path / "second.png", (1, 1))
    assert one.fire(source=str(tmp_path)).message == "nothing to do", "touched, and the same"
    (tmp_path / "first.md").write_text("Good night to all of you.")
    (tmp_path / "broken.md").unlink()
    assert other.fire(source=str(tmp_path)).report["started"] == ["first"]
    with closing(sqlite3.connect(paid.home / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE longtake_items SET run_id = NULL WHERE name = 'first'")
    assert one.fire(source=str(tmp_path)).report["started"] == ["first"], "whose firing died before it noted the run"
    assert one.fire_when_done(source=str(tmp_path)).report["finished"] == ["first"]
    assert len(runs_of(up, "first", "second")) == 3
    manifest = json.loads((tmp_path / "out" / "first.manifest.json").read_text())
    assert "night" in json.dumps(manifest["storyboard"])


def test_a_person_approves_before_anything_is_paid_and_decides_about_what_was_paid_in_vain(
    up: Up, paid: Shop, scheduler: Scheduler, tmp_path: Path
) -> None:
    source = {"source": str(tmp_path), "provider": "fal", "budget_usd": 20, "approve_above_usd": 0.25}
    write_talk(tmp_path, "dear", ["This line is paid, and its clip is black."])
    before = paid.paid
    assert scheduler.fire(**source).report["started"] == ["dear"]
    asked = scheduler.fire_when_done(**source)
    (told,) = asked.told("needs_approval").values()
    assert "Nothing was spent. To allow it: longtake approve dear --up-to " in told
    (run,) = runs_of(up, "dear")
    assert (run["state"]["name"], run["state"]["type"], run["state"]["message"]) == ("NeedsApproval", "FAILED", told)
    assert paid.paid == before
    assert scheduler.fire(**source).message == "nothing to do"

    paid.type("approve", "dear", "--up-to", told.rpartition(" ")[2])
    with paid.faults(Rule(where="media", fault="black", nth=(1,))):
        retried = {"type": "SCHEDULED", "name": "AwaitingRetry"}
        up.ask(f"flow_runs/{run['id']}/set_state", state=retried)
        first = scheduler.fire(**source)
        assert first.report["started"] == [], "Retry in Prefect's UI has it go on"
        failed = first if first.report["failed"] else scheduler.fire_when_done(**source)
    assert failed.told("failed")["dear"].startswith("failed: HolesLeft: ")
    assert paid.paid - before == 1
    assert scheduler.fire(**source).message == "nothing to do", "what was paid in vain is not tried again unasked"

    paid.type("accept", "dear", "--clip", "1")
    assert scheduler.fire(**source).report["started"] == ["dear"]
    assert scheduler.fire_when_done(**source).report["finished"] == ["dear"]
    assert paid.paid - before == 1
    (row,) = scheduler.fire(**source).report["rows"]
    assert (row["state"], row["attempt"]) == ("finished", 2)


def test_an_inbox_in_a_bucket_gives_its_videos_to_the_bucket(
    up: Up, s3_url: str, scheduler: Scheduler, tmp_path: Path
) -> None:
    admin = admin_of(s3_url)
    source = f"s3://{BUCKET}/weekly"
    try:
        write(tmp_path, "talk", "Hello from a bucket.")
        for path in tmp_path.iterdir():
            admin.upload_file(str(path), BUCKET, f"weekly/{path.name}")
        admin.put_object(Bucket=BUCKET, Key="weekly/half.md.part", Body=b"Hel")
        assert scheduler.fire(source=source).report["started"] == ["talk"]
        assert scheduler.fire_when_done(source=source).report["finished"] == ["talk"]
        keys = [one["Key"] for one in admin.list_objects_v2(Bucket=BUCKET, Prefix="weekly/out/")["Contents"]]
        assert keys == [f"weekly/out/talk{suffix}" for suffix in (".manifest.json", ".mp4", ".srt", ".vtt")]
        assert scheduler.fire(source=source).message == "nothing to do"
    finally:
        admin.close()
