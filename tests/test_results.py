"""Prefect's results in the store: found by another machine, pruned with their epoch, and never what a run stops at."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from prefect.results import ResultStore
from prefect.serializers import JSONSerializer, PickleSerializer
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.store_results import RESULTS, StoreResults
from flows.means.results import RESULTS_BLOCK, save_results_block
from flows.server.temporary import TemporaryServer
from longtake.assets import FolderStore
from longtake.assets.prune import prune
from longtake.errors import LongtakeError
from longtake.manifest import VideoResult
from tests.command_line import ROOT, environment, longtake, render, small_talk
from tests.lasting_media import Up, end, start_up
from tests.prefect_database import put_database
from tests.providers.moto_server import moto_s3

KEY = "speech-1-first-" + "0" * 64


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    """The store of this machine's settings."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    return FolderStore(tmp_path / "home/store")


def saved() -> StoreResults:
    """The block as a server hands it out."""
    block = StoreResults()
    block._block_document_id = UUID(int=1)
    return block


def results(block: StoreResults, *, pickled: bool = False) -> ResultStore:
    return ResultStore(result_storage=block, serializer=PickleSerializer() if pickled else JSONSerializer())


def test_the_block_has_the_name_by_which_runs_look_for_it() -> None:
    assert RESULTS_BLOCK.split("/")[0] == StoreResults.get_block_type_slug()


def test_processes_that_begin_at_once_with_a_new_server_all_find_the_block(tmp_path: Path) -> None:
    put_database(tmp_path)

    async def save_at_once() -> list[str]:
        return await asyncio.gather(*(save_results_block() for _ in range(6)))

    with TemporaryServer(tmp_path) as server:
        server.wait()
        with temporary_settings({PREFECT_API_URL: server.api_url}):
            assert asyncio.run(save_at_once()) == [RESULTS_BLOCK] * 6


def test_what_one_machine_wrote_another_reads(kept: FolderStore) -> None:
    results(saved()).write({"frames": 25}, key=KEY)
    assert list(kept.record_names("")) == [RESULTS + KEY]
    assert results(saved()).read(KEY).result == {"frames": 25}
    asyncio.run(results(saved()).awrite([1, 2], key=KEY))
    assert asyncio.run(results(saved()).aread(KEY)).result == [1, 2]


def test_results_lie_in_a_bucket_where_the_store_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with moto_s3("team") as url:
        monkeypatch.setenv("LONGTAKE_STORE", "s3://team/longtake")
        monkeypatch.setenv("LONGTAKE_STORE_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "admin")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "admin")
        asyncio.run(results(saved()).awrite({"frames": 25}, key=KEY))
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "another"))
        assert asyncio.run(results(saved()).aread(KEY)).result == {"frames": 25}
        assert not asyncio.run(results(saved()).aexists(KEY + "0"))


def test_a_result_that_is_there_can_be_read_even_if_it_is_pruned_just_then(kept: FolderStore) -> None:
    results(saved()).write("old", key=KEY)

    async def act() -> object:
        mine = results(saved())
        assert await mine.aexists(KEY)
        kept.delete_record(RESULTS + KEY)
        found = (await mine.aread(KEY)).result
        assert not await results(saved()).aexists(KEY)
        return found

    assert asyncio.run(act()) == "old"


def test_a_new_result_is_read_after_an_old_one_was_looked_for(kept: FolderStore) -> None:
    block = saved()
    results(block).write("old", key=KEY)
    assert results(block).exists(KEY)
    results(block).write("new", key=KEY)
    assert results(block).read(KEY).result == "new"


@pytest.mark.parametrize(
    "content",
    [b"no JSON", b'{"metadata": {"serializer": "pickle"}}', b'{"metadata": {"serializer": {"type": "pickle"}}}'],
)
def test_what_is_not_written_as_json_is_neither_read_nor_kept(kept: FolderStore, content: bytes) -> None:
    kept.write_record(RESULTS + KEY, content)
    assert not results(saved()).exists(KEY)
    with pytest.raises(ValueError):
        StoreResults().read_path(KEY)
    with pytest.raises(ValueError, match="not written as JSON"):
        results(saved(), pickled=True).write("x", key=KEY)


def test_a_result_does_not_keep_a_file_and_goes_when_its_epoch_ends(kept: FolderStore) -> None:
    results(saved()).write({"note": "kept"}, key=KEY)
    assert prune(kept).removed_records == 0
    assert list(kept.record_names(RESULTS))
    asset = kept.put(b"a file that only a result names", suffix=".wav")
    os.utime(kept.path_of(asset), (0, 0))
    kept.write_record(RESULTS + KEY, json.dumps({"metadata": {}, "result": asset.address}).encode())
    assert prune(kept, dry_run=True).removed_records == 1
    assert kept.exists(asset)
    report = prune(kept)
    assert (report.removed_files, report.removed_records) == (1, 1)
    assert not kept.exists(asset) and not list(kept.record_names(RESULTS))


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    running = start_up(tmp_path_factory.mktemp("results") / "home")
    yield running
    running.process.send_signal(signal.SIGINT)
    end(running.process)


def followed(up: Up, run_id: str, home: Path) -> subprocess.CompletedProcess[str]:
    """What a machine with that home alone makes of the run."""
    env = environment(home, PREFECT_API_URL=up.server.api_url, PREFECT_HOME=str(home / "prefect"))
    command = [sys.executable, "-m", "tests.test_results", run_id]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def main(run_id: str) -> None:
    from prefect.client.orchestration import get_client

    import blocks.store_results  # noqa: F401  as following a run imports it
    from flows.commands.follow import _answer_of

    async def act() -> VideoResult:
        async with get_client() as client:
            run = await client.read_flow_run(UUID(run_id))
        assert run.state
        return await _answer_of(run.id, run.state)

    try:
        print(asyncio.run(act()).model_dump_json())
    except LongtakeError as error:
        print(error)


@pytest.fixture(scope="module")
def talk(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A talk that was rendered there."""
    folder = tmp_path_factory.mktemp("talk")
    longtake(up.home, "render", str(small_talk(folder)), "-o", str(folder / "talk.mp4"))
    return folder


def test_another_machine_with_the_same_store_finds_every_step_done(up: Up, talk: Path, tmp_path: Path) -> None:
    store = FolderStore(up.home / "store")
    before = set(store.record_names(RESULTS))
    steps = {name.removeprefix(RESULTS).split("-")[0] for name in before if "-" in name}
    assert steps == {"speech", "resize", "master", "split", "generate", "concat", "check"}
    (tmp_path / "home").mkdir()
    (tmp_path / "home/store").symlink_to(up.home / "store")
    render(tmp_path / "home", talk / "talk.md", tmp_path / "talk.mp4")
    assert (tmp_path / "talk.mp4").read_bytes() == (talk / "talk.mp4").read_bytes()
    (new,) = set(store.record_names(RESULTS)) - before
    assert "-" not in new, "the flow's own result, and no step's"


def test_results_that_can_be_neither_read_nor_written_stop_no_run(talk: Path, tmp_path: Path) -> None:
    records = FolderStore(tmp_path / "home/store").root / "records"
    (records / "results").write_text("a file where a folder should be")
    render(tmp_path / "home", talk / "talk.md", tmp_path / "talk.mp4")
    assert (tmp_path / "talk.mp4").read_bytes() == (talk / "talk.mp4").read_bytes()


def test_the_answer_is_read_from_the_results_or_else_from_the_server(up: Up, talk: Path, tmp_path: Path) -> None:
    (run,) = (run for run in up.runs() if run["name"] == "small-talk")
    (table,) = up.ask("artifacts/filter", artifacts={"flow_run_id": {"any_": [run["id"]]}, "type": {"any_": ["table"]}})
    (row,) = json.loads(table["data"])
    assert (row["video"], row["new_clips"]) == ("small-talk", 3)
    assert FolderStore(up.home / "store").read_record(RESULTS + run["state"]["data"]["storage_key"])
    assert not (up.home / "results").exists()
    for home in (up.home, tmp_path / "elsewhere"):
        done = followed(up, run["id"], home)
        assert VideoResult.model_validate_json(done.stdout).model_dump(mode="json") == row, done.stderr
    assert httpx.delete(f"{up.server.api_url}/artifacts/{table['id']}").is_success
    done = followed(up, run["id"], tmp_path / "elsewhere")
    assert "its answer can be read neither from its results nor from the server (ValueError)" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


if __name__ == "__main__":
    main(sys.argv[1])
