"""The cache of a store that is far away: its limit, who goes first, what is in use, damage, other processes."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from longtake.assets import Asset
from longtake.assets.cache import Cache, cache_at
from longtake.assets.held import Held, remove_dead
from longtake.assets.s3 import S3Store
from longtake.assets.s3_place import S3Place
from tests.store.servers import OpenStore, cached, flipped
from tests.store.test_s3_store import SPAWN


def sizes(cache: Path) -> int:
    return sum(path.stat().st_size for path in (cache / "assets").rglob("*") if path.is_file())


def put_of(store: S3Store, number: int, size: int = 1000) -> Asset:
    return store.put(bytes([number]) * size, suffix=".bin")


def aged(store: S3Store, asset: Asset, seconds: float) -> None:
    path = cached(store, asset)
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns - int(seconds * 1e9), stat.st_mtime_ns))


def test_the_longest_unused_go_first_and_the_limit_holds(open_s3: OpenStore, tmp_path: Path) -> None:
    store = open_s3("small", 5000)
    assets = [put_of(store, number) for number in range(5)]
    for number, asset in enumerate(assets):
        aged(store, asset, 100 - number)
    with store.local(assets[0]):  # now it was used last
        pass
    put_of(store, 5)
    assert sizes(tmp_path / "cache-small") <= 5000
    assert cached(store, assets[0]).exists() and not cached(store, assets[1]).exists()
    assert all(map(store.verify, assets)), "the bucket has them all"
    with store.local(assets[1]) as path:
        assert path.read_bytes() == bytes([1]) * 1000


def test_what_is_in_use_stays_whatever_comes(open_s3: OpenStore) -> None:
    store = open_s3("busy", 3000)
    used = put_of(store, 0)
    with store.local(used) as path:
        aged(store, used, 1000)
        for number in range(1, 9):
            put_of(store, number)
        assert path.read_bytes() == bytes([0]) * 1000 and cached(store, used).exists()
        store.delete(used)
        assert path.read_bytes() == bytes([0]) * 1000
    assert not path.exists() and not cached(store, used).exists()


def test_a_file_larger_than_the_cache_is_fetched_and_not_kept(open_s3: OpenStore, tmp_path: Path) -> None:
    store = open_s3("tiny", 500)
    asset = put_of(store, 1)
    with store.local(asset) as path:
        assert path.read_bytes() == bytes([1]) * 1000
    assert store.verify(asset) and sizes(tmp_path / "cache-tiny") == 0


def test_a_damaged_copy_is_fetched_again_unseen(open_s3: OpenStore) -> None:
    store = open_s3()
    asset = put_of(store, 1)
    copy = cached(store, asset)
    assert copy.stat().st_mode & 0o222 == 0, "nobody changes it by mistake"
    copy.chmod(0o644)
    copy.write_bytes(flipped(copy.read_bytes()))
    with store.open(asset) as file:
        assert file.read() == bytes([1]) * 1000
    with store.local(asset) as path:
        assert path.read_bytes() == bytes([1]) * 1000


def test_a_copy_is_hashed_once_in_a_process(open_s3: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_s3()
    asset = put_of(store, 1)
    fresh = Cache(store._cache.root, 10**9)
    hashed: list[Path] = []
    from longtake.assets import cache as module

    describe = module.describe
    monkeypatch.setattr(module, "describe", lambda *words: hashed.append(words[0]) or describe(*words))
    for _ in range(3):
        link = fresh.hold(asset)
        assert link is not None
        fresh.release(link)
    assert len(hashed) == 1
    assert cache_at(store._cache.root, 10**9) is store._cache, "what one store has seen, the next one need not"


def _fetch_for_ever(place: S3Place, cache: Path, limit: int, assets: list[Asset], stop: Event, answers) -> None:
    store, wrong = S3Store(place, cache, limit), 0
    answers.put("ready")
    rounds = 0
    while not stop.is_set():
        for number, asset in enumerate(assets):
            with store.local(asset) as path:
                wrong += path.read_bytes() != bytes([number]) * 1000
        rounds += 1
    answers.put((wrong, rounds))


def test_processes_that_crowd_each_other_out_always_read_whole_files(open_s3: OpenStore, tmp_path: Path) -> None:
    assets = [put_of(open_s3("maker"), number) for number in range(12)]
    place, cache, limit = open_s3("maker").place, tmp_path / "shared", 5000
    stop, answers = SPAWN.Event(), SPAWN.Queue()
    processes = [
        SPAWN.Process(target=_fetch_for_ever, args=(place, cache, limit, assets, stop, answers)) for _ in range(2)
    ]
    for process in processes:
        process.start()
    for _ in processes:
        assert answers.get(timeout=60) == "ready"
    time.sleep(1)
    stop.set()
    results = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert all(wrong == 0 and rounds for wrong, rounds in results)
    assert sizes(cache) <= limit + 2 * 0.05 * limit + 1000
    assert not list((cache / "held").glob("*")), "who ended let go of all"


def _hold_for_ever(place: S3Place, cache: Path, asset: Asset, answers) -> None:
    with S3Store(place, cache, 3000).local(asset):
        answers.put("held")
        time.sleep(600)


def test_what_a_killed_process_held_is_free_again(
    open_s3: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_s3("killed", 3000)
    asset, answers = put_of(store, 1), SPAWN.Queue()
    process = SPAWN.Process(target=_hold_for_ever, args=(store.place, tmp_path / "cache-killed", asset, answers))
    process.start()
    assert answers.get(timeout=60) == "held"
    monkeypatch.setattr("longtake.assets.held._YOUNG_SECONDS", 0.0)
    aged(store, asset, 1000)
    for number in range(2, 6):
        put_of(store, number)
    assert cached(store, asset).exists(), "it is in use"
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    for number in range(6, 9):
        put_of(store, number)
    assert not cached(store, asset).exists()
    assert len(list((tmp_path / "cache-killed" / "held").glob("*"))) == 1, "our own"


def test_a_folder_of_a_process_that_has_just_begun_is_not_taken_for_dead(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    remove_dead(tmp_path)
    assert (tmp_path / "new").exists()
    held = Held(tmp_path)
    os.utime(held.root, (0, 0))
    os.utime(tmp_path / "new", (0, 0))
    remove_dead(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [held.root.name]


def test_where_no_links_can_be_made_files_are_copied(open_s3: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(first: Path, second: Path) -> None:
        raise PermissionError(1, "no links here", str(first))

    monkeypatch.setattr(os, "link", refuse)
    store = open_s3()
    asset = put_of(store, 1)
    with store.local(asset) as path:
        assert path.read_bytes() == bytes([1]) * 1000
