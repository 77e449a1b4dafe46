"""What only a store in a bucket can go through: parts, ages, addresses, other machines, keys that nobody may see."""

from __future__ import annotations

import datetime
import multiprocessing
import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from longtake.assets import FolderStore, Recipe, Store, epoch, prepare_once, recall
from longtake.assets.prune import prune
from longtake.assets.s3 import S3Store
from longtake.assets.s3_place import S3Keys, S3Place, parse_s3
from longtake.errors import AssetCorrupt, SettingError
from longtake.orders import find_clip
from tests.serving import served
from tests.store.proxies import proxied
from tests.store.servers import BUCKET, OpenStore, cached, key_of, new_place
from tests.test_prune import Video

SPAWN = multiprocessing.get_context("spawn")
MIB = 1 << 20


def keys_in(admin: Any, place: S3Place) -> set[str]:
    pages = admin.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=place.prefix)
    return {item["Key"].removeprefix(place.prefix) for page in pages for item in page.get("Contents", ())}


def test_its_names_are_those_of_a_folder_so_that_one_can_be_copied_to_the_other(
    s3_store: S3Store, admin: Any, tmp_path: Path
) -> None:
    folder = FolderStore(tmp_path / "folder")
    for store in (folder, s3_store):
        store.put(b"x", suffix=".WAV")
        store.put(b"y")
        store.write_record("recipes/chunk/a.json", b"1")
        epoch(store)
    files = {path.relative_to(folder.root).as_posix() for path in folder.root.rglob("*") if path.is_file()}
    assert keys_in(admin, s3_store.place) == files


def test_objects_have_a_media_type_and_foreign_ones_are_neither_assets_nor_records(
    s3_store: S3Store, admin: Any
) -> None:
    asset = s3_store.put(b"x", suffix=".mp4")
    s3_store.write_record("clips/a.json", b"{}")
    assert admin.head_object(Bucket=BUCKET, Key=key_of(s3_store, asset))["ContentType"] == "video/mp4"
    prefix = s3_store.place.prefix
    assert admin.head_object(Bucket=BUCKET, Key=f"{prefix}records/clips/a.json")["ContentType"] == "application/json"
    for name in (
        "assets/notes.txt",
        f"assets/zz/{asset.sha256}.mp4",
        "records/clips/.a.swp",
        "records/clips/",
        "elsewhere",
    ):
        admin.put_object(Bucket=BUCKET, Key=prefix + name, Body=b"x")
    assert list(s3_store.assets()) == [asset]
    assert list(s3_store.record_names("")) == ["clips/a.json"]


def test_a_large_file_goes_and_comes_in_parts(
    open_s3: OpenStore, admin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = TransferConfig(multipart_threshold=6 * MIB, multipart_chunksize=5 * MIB, max_concurrency=2)
    monkeypatch.setattr("longtake.assets.s3_bucket.PARTS_FROM_BYTES", 6 * MIB)
    monkeypatch.setattr("longtake.assets.s3_bucket._TRANSFER", small)
    path = tmp_path / "video.mp4"
    path.write_bytes(os.urandom(11 * MIB))
    store = open_s3()
    asset = store.put(path)
    assert "-" in admin.head_object(Bucket=BUCKET, Key=key_of(store, asset))["ETag"], "it has parts"
    assert store.verify(asset) and list(store.assets()) == [asset]
    other = open_s3("other")
    with other.local(asset) as local:
        assert local.read_bytes() == path.read_bytes()
    assert other.verify(asset)


def test_more_than_a_page_of_records_is_listed_and_read_in_order(
    s3_store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"clips/{number:04d}.json" for number in range(60)]
    for name in names:
        s3_store.write_record(name, name.encode())
    monkeypatch.setattr("longtake.assets.s3_bucket.PAGE_KEYS", 25)
    monkeypatch.setattr("longtake.assets.s3_records._BATCH", 17)
    assert list(s3_store.record_names("clips/")) == names
    assert list(s3_store.read_records([*names, "clips/none.json"])) == [
        *((name, name.encode()) for name in names),
        ("clips/none.json", None),
    ]


def test_putting_again_makes_an_asset_young_but_not_each_time(
    open_s3: OpenStore, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied(s3_url) as (url, proxy):
        store = open_s3(place=new_place(url))
        asset = store.put(b"x", suffix=".bin")
        store.put(b"x", suffix=".bin")
        assert proxy.counts["PUT"] == 1
        time.sleep(1.1)  # a server's clock ticks once a second
        monkeypatch.setattr("longtake.assets.s3.RENEW_SECONDS", 0.5)
        old = store.age_seconds(asset)
        store.put(b"x", suffix=".bin")
        assert store.age_seconds(asset) < old and store.verify(asset)
        assert proxy.counts["PUT"] == 2 and proxy.counts["GET"] == 0


def test_a_source_that_changes_while_it_is_stored_is_refused(
    s3_store: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "growing.bin"
    source.write_bytes(b"x" * 100)
    copy = __import__("shutil").copyfile

    def grow(first: Path, second: Path) -> None:
        source.write_bytes(b"y" * 100)
        copy(first, second)

    monkeypatch.setattr("shutil.copyfile", grow)
    with pytest.raises(AssetCorrupt, match="changed while it was being stored"):
        s3_store.put(source)
    assert not list(s3_store.assets())


def test_an_address_is_read_by_anybody_until_it_ends(open_s3: OpenStore, s3_url: str) -> None:
    store = open_s3(url_seconds=7200)
    asset = store.put(b"for the world", suffix=".txt")
    url = store.url(asset)
    assert httpx.get(url).content == b"for the world"
    assert httpx.URL(url).params["X-Amz-Expires"] == "7200"
    public = store.place.model_copy(update={"public_endpoint_url": "https://files.example.com"})
    assert open_s3("public", place=public).url(asset).startswith(f"https://files.example.com/{BUCKET}/team/")
    with pytest.raises(SettingError, match=r"7 days at most, and 8\.0 are asked for"):
        store.signed_url(asset, 8 * 86400)


def test_keys_that_end_before_an_address_does_are_told(open_s3: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lend(request: Request) -> JSONResponse:
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
        lent = {"AccessKeyId": "lent", "SecretAccessKey": "lent", "Token": "lent", "Expiration": end.isoformat()}
        return JSONResponse(lent)

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with served(Starlette(routes=[Route("/", lend)])) as url:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/")
        store = open_s3()
        asset = store.put(b"x")
        assert "://" in store.signed_url(asset, 1800)
        with pytest.raises(SettingError, match="the keys end before the 2 h"):
            store.signed_url(asset, 7200)


def _work(place: S3Place, cache: Path, number: int, begin: Event, answers) -> None:
    store = S3Store(place, cache)
    answers.put("ready")
    begin.wait()
    won = [store.add_record(f"clips/{name}.json", b"%d" % number) for name in range(10)]
    assets = [store.put(bytes([name]) * 5000, suffix=".bin") for name in range(3)]
    answers.put((won, assets))


def test_of_many_machines_the_first_one_wins_for_all(s3_store: S3Store, tmp_path: Path) -> None:
    begin, answers = SPAWN.Event(), SPAWN.Queue()
    caches = [tmp_path / f"machine-{number // 2}" for number in range(4)]
    processes = [
        SPAWN.Process(target=_work, args=(s3_store.place, cache, number, begin, answers))
        for number, cache in enumerate(caches)
    ]
    for process in processes:
        process.start()
    for _ in processes:
        assert answers.get(timeout=60) == "ready"
    begin.set()
    results = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert all(result == results[0] for result in results)
    assert [s3_store.read_record(f"clips/{name}.json") for name in range(10)] == results[0][0]
    assert all(map(s3_store.verify, results[0][1]))


def _maker(content: bytes):
    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        path = folder / "out.bin"
        path.write_bytes(content)
        return path, {}

    return make


def test_what_another_machine_has_made_anew_is_not_overwritten(open_s3: OpenStore) -> None:
    recipe = Recipe(name="chunk", number=1, inputs={})
    here, there = open_s3("here"), open_s3("there")
    lost = prepare_once(here, recipe, _maker(b"first"))
    assert recall(there, recipe) == lost
    here.delete(lost.asset)
    anew = prepare_once(here, recipe, _maker(b"second"))
    assert anew != lost and prepare_once(there, recipe, _maker(b"third")) == anew
    assert recall(there, recipe) == anew == recall(open_s3("fresh"), recipe)


def test_a_record_that_stands_for_ever_is_asked_for_once(open_s3: OpenStore, s3_url: str) -> None:
    with proxied(s3_url) as (url, proxy):
        place = new_place(url)
        maker, store = open_s3("maker", place=place), open_s3("reader", place=place)
        recipe = Recipe(name="chunk", number=1, inputs={})
        made = prepare_once(maker, recipe, _maker(b"x"))
        proxy.counts.clear()
        assert recall(store, recipe) == recall(store, recipe) == made
        assert proxy.counts["GET"] == 1
        maker.write_record("requests/a.json", b"1")
        assert store.read_record("requests/a.json") == b"1"
        maker.write_record("requests/a.json", b"2")
        assert store.read_record("requests/a.json") == b"2", "what may change is read anew"
        maker.write_record("clips/b.json", b"1")
        assert store.read_record("clips/b.json") == b"1"
        maker.write_record("clips/b.json", b"2")
        assert not store.exists(made.asset.model_copy(update={"sha256": "0" * 64}))
        assert store.read_record("clips/b.json") == b"2", "an asset was missing: what names it may have changed"


def test_pruning_does_in_a_bucket_what_it_does_in_a_folder(s3_store: S3Store, tmp_path: Path) -> None:
    folder = FolderStore(tmp_path / "folder")
    reports = []
    for store in (folder, s3_store):
        paid = Video(store, "paid", provider="fal", price=2_000_000)  # type: ignore[arg-type]  # it takes any store
        Video(store, "free")  # type: ignore[arg-type]  # as above
        reports.append(prune(store))
        assert find_clip(store, paid.record.order) == paid.record and recall_of(store, paid)
        assert epoch(store) != "first"
    assert reports[0] == reports[1] and reports[0].removed_files > 3
    assert set(folder.assets()) == set(s3_store.assets())


def recall_of(store: Store, video: Video) -> bool:
    return recall(store, Recipe(name="chunk", number=1, inputs={"fingerprint": "paid"})) == video.chunk


def test_no_key_is_shown_or_pickled(open_s3: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = S3Keys(access_key_id=SecretStr("AKIA-mine"), secret_access_key=SecretStr("tell-nobody"))
    store = open_s3(keys=keys)
    asset = store.put(b"x")
    text = f"{store!r} {store} {keys!r} {store.place!r}".encode() + pickle.dumps(store)
    assert b"AKIA-mine" not in text and b"tell-nobody" not in text and b"secret-testing" not in text
    again = pickle.loads(pickle.dumps(store))
    assert again.place == store.place and again.verify(asset)
    again.close()
    reopened = pickle.loads(pickle.dumps(open_s3(keys=keys, reopen=(_reopened, ("a name",)))))
    assert reopened == "the store of a name"


def _reopened(name: str) -> str:
    return f"the store of {name}"


@pytest.mark.parametrize(
    "address", ["s3://", "s3://b", "s3://bucket/a b", "s3://bucket/../x", "gs://bucket", "s3:///x"]
)
def test_what_names_no_bucket_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match=r"LONGTAKE_STORE: .*names no.*s3://my-bucket/longtake"):
        parse_s3(address)


def test_a_place_may_be_the_whole_bucket() -> None:
    assert parse_s3("s3://bucket").prefix == parse_s3("s3://bucket/").prefix == ""
    assert parse_s3("s3://bucket/a/b/").address == "s3://bucket/a/b"


def test_what_was_stored_here_need_not_be_fetched(open_s3: OpenStore, s3_url: str, tmp_path: Path) -> None:
    with proxied(s3_url) as (url, proxy):
        store = open_s3(place=new_place(url))
        asset = store.put(b"here" * 100, suffix=".bin")
        with store.local(asset) as path:
            assert path.read_bytes() == b"here" * 100 and path.suffix == ".bin"
        assert proxy.counts["GET"] == 0
        cached(store, asset).unlink()
        with store.local(asset), store.local(asset):
            assert proxy.counts["GET"] == 1


@pytest.mark.parametrize("page", [1000, 5])
def test_many_assets_are_looked_for_at_once(
    page: int, open_s3: OpenStore, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longtake.assets.s3.LISTED_FROM", 20)
    monkeypatch.setattr("longtake.assets.s3_bucket.PAGE_KEYS", page)
    with proxied(s3_url) as (url, proxy):
        place = new_place(url)
        maker = open_s3("maker", place=place.model_copy(update={"endpoint_url": s3_url}))
        with ThreadPoolExecutor(8) as pool:
            assets = list(pool.map(lambda number: maker.put(b"%d" % number), range(60)))
        store = open_s3(place=place)
        maker.delete(assets[7])
        wrong = assets[8].model_copy(update={"size_bytes": 77})
        assert store.present([*assets[:8], wrong, *assets[9:]]) == {*assets[:7], *assets[9:]}
        assert proxy.counts["LIST"] == 16 and (proxy.counts["HEAD"] == 0) == (page == 1000)
        assert store.present(assets[:3]) == set(assets[:3])


def test_what_is_read_next_is_fetched_at_once_and_asked_for_no_more(open_s3: OpenStore, s3_url: str) -> None:
    with proxied(s3_url) as (url, proxy):
        place = new_place(url)
        names = [f"clips/{number}.json" for number in range(20)]
        for name in names[:-1]:
            open_s3("maker", place=place).write_record(name, name.encode())
        store = open_s3("reader", place=place)
        proxy.counts.clear()
        store.read_ahead(names[:-1])
        store.read_ahead(names[:-1])
        assert [store.read_record(name) for name in names[:-1]] == [name.encode() for name in names[:-1]]
        assert proxy.counts["GET"] == 19 and store.read_record(names[-1]) is None
