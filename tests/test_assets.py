"""The folder store: what every store does, and what only files on a disk can go through."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from typing_extensions import override

from longtake.assets import Asset, FolderStore, Store
from longtake.assets.asset import LARGE_BYTES, describe
from longtake.errors import SettingError, StoreFailed
from tests.store_contract import StoreContract

SPAWN = multiprocessing.get_context("spawn")


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


class TestFolderStore(StoreContract):
    @override
    def damage(self, store: Store, asset: Asset) -> None:
        assert isinstance(store, FolderStore)
        flip_a_bit(store.path_of(asset))


def _add(root: Path, number: int, begin: Event, answers) -> None:
    store = FolderStore(root)
    answers.put("ready")
    begin.wait()
    won = [store.add_record(f"clips/{name}.json", b"%d" % number) for name in range(20)]
    assets = [store.put(bytes([name]) * 5000, suffix=".bin") for name in range(5)]
    answers.put((won, assets))


def test_of_many_processes_the_first_one_wins_for_all(store: FolderStore) -> None:
    begin, answers = SPAWN.Event(), SPAWN.Queue()
    processes = [SPAWN.Process(target=_add, args=(store.root, number, begin, answers)) for number in range(4)]
    for process in processes:
        process.start()
    for _ in processes:
        assert answers.get(timeout=60) == "ready"
    begin.set()
    results = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert all(result == results[0] for result in results)
    assert [store.read_record(f"clips/{name}.json") for name in range(20)] == results[0][0]
    assert all(store.verify(asset) for asset in results[0][1])
    assert len(list(store.assets())) == 5


def _put_for_ever(root: Path) -> None:
    store, number = FolderStore(root), 0
    while True:
        number += 1
        data = number.to_bytes(4, "big") * 200_000
        store.put(data, suffix=".bin")
        store.add_record(f"clips/{number}.json", data[:1000])


def test_a_killed_writer_leaves_nothing_half_but_in_scratch(store: FolderStore) -> None:
    for delay in (0.02, 0.05, 0.09):
        before = len(list(store.assets()))
        process = SPAWN.Process(target=_put_for_ever, args=(store.root,))
        process.start()
        while len(list(store.assets())) == before:
            time.sleep(0.005)
        time.sleep(delay)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        store.delete(next(store.assets()))
    fresh = FolderStore(store.root)
    assert list(fresh.assets()) and all(fresh.verify(asset) for asset in fresh.assets())
    names = list(fresh.record_names("clips/"))
    assert names and all(len(fresh.read_record(name) or b"") == 1000 for name in names)
    lying = {path.name.split(".")[0] for path in (store.root / "assets").rglob("*") if path.is_file()}
    assert lying == {asset.sha256 for asset in fresh.assets()}, "no file but whole assets"


def test_scratch_of_the_killed_is_left_until_it_is_old(store: FolderStore) -> None:
    left = store.root / "scratch" / "tmpkilled"
    (left / "deep").mkdir(parents=True)
    (left / "deep" / "half.mp4").write_bytes(b"x" * 100)
    assert list(store.leftovers(3600)) == []
    old = time.time() - 7200
    os.utime(left, (old, old))
    os.utime(left / "deep", (old, old))
    assert list(store.leftovers(3600)) == [], "a file in it was written just now"
    os.utime(left / "deep" / "half.mp4", (old, old))
    assert list(store.leftovers(3600)) == [left]


def test_readers_see_whole_files_while_they_are_put_again(store: FolderStore) -> None:
    asset = store.put(b"whole" * 20_000, suffix=".bin")
    with store.open(asset) as reader:
        store.path_of(asset).unlink()
        store.put(b"whole" * 20_000, suffix=".bin")
        assert reader.read() == b"whole" * 20_000
    assert store.verify(asset)


def test_a_file_that_vanished_is_not_remembered_as_sound(store: FolderStore) -> None:
    asset = store.put(b"12345678", suffix=".bin")
    path = store.path_of(asset)
    stat = path.stat()
    path.unlink()
    assert not store.verify(asset)
    path.write_bytes(b"87654321")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert not store.verify(asset), "the same size and time, but other bytes"


def test_moving_from_another_file_system_copies(store: FolderStore, tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has no second file system at /dev/shm")
    source = other / f"longtake-test-{os.getpid()}.bin"
    source.write_bytes(b"far away")
    try:
        asset = store.put(source, move=True)
        assert store.verify(asset) and not source.exists()
    finally:
        source.unlink(missing_ok=True)


def test_moving_copies_wherever_renaming_is_refused(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(b"far away")
    rename = os.replace

    def refuse(first: Path, second: Path) -> None:
        if Path(first) == source:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(first))
        rename(first, second)

    monkeypatch.setattr(os, "replace", refuse)
    asset = store.put(source, move=True)
    assert store.verify(asset) and not source.exists()


def test_without_hard_links_the_first_record_still_wins(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(first: Path, second: Path) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), str(first))

    monkeypatch.setattr(os, "link", refuse)
    assert store.add_record("clips/a.json", b"first") == b"first"
    assert store.add_record("clips/a.json", b"second") == b"first"
    StoreContract().test_of_many_who_add_a_record_at_once_all_get_the_same(store)


def test_a_record_whose_writer_was_killed_before_a_byte_is_none(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longtake.assets.record_files._WAIT_SECONDS", 0.05)
    path = store.root / "records" / "clips" / "a.json"
    path.parent.mkdir()
    path.touch()
    assert store.read_record("clips/a.json") is None
    assert store.add_record("clips/a.json", b"mine") == b"mine" == store.read_record("clips/a.json")


def test_a_full_disk_is_told_with_its_path_and_leaves_nothing(store: FolderStore) -> None:
    program = f"""
        import resource, signal
        from pathlib import Path
        from longtake.assets import FolderStore
        from longtake.errors import StoreFailed
        store = FolderStore(Path({str(store.root)!r}))
        big = store.root.parent / "big.bin"
        big.write_bytes(b"x" * 200_000)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        for attempt in (
            lambda: store.put(b"y" * 200_000),
            lambda: store.put(big),
            lambda: store.write_record("clips/a.json", b"z" * 200_000),
            lambda: store.add_record("clips/a.json", b"z" * 200_000),
        ):
            try:
                attempt()
            except StoreFailed as error:
                print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    told = done.stdout.splitlines()
    assert len(told) == 4 and all("the store cannot write " in line and "File too large" in line for line in told)
    assert str(store.root) in told[0]
    assert not list(store.assets()) and not list(store.record_names("")) and not list(store.leftovers(-60))


def test_a_place_that_cannot_be_written_is_told(store: FolderStore, tmp_path: Path) -> None:
    (store.root / "records" / "clips").write_bytes(b"a file where a folder should be")
    with pytest.raises(StoreFailed, match=r"cannot write .*clips"):
        store.write_record("clips/a.json", b"x")
    blocked = tmp_path / "blocked"
    blocked.write_bytes(b"")
    with pytest.raises(SettingError, match=r"blocked.*LONGTAKE_HOME"):
        FolderStore(blocked)


def test_read_only_assets_are_deleted_like_others(store: FolderStore) -> None:
    asset = store.put(b"x", suffix=".bin")
    assert store.path_of(asset).stat().st_mode & 0o222 == 0, "nobody changes them by mistake"
    store.delete(asset)
    assert not store.path_of(asset).exists()


def test_foreign_files_are_no_assets_and_no_records(store: FolderStore) -> None:
    asset = store.put(b"x", suffix=".bin")
    store.write_record("clips/a.json", b"x")
    (store.path_of(asset).parent / ".DS_Store").write_bytes(b"")
    (store.path_of(asset).parent / f"{asset.sha256}.bin\n").write_bytes(b"")
    (store.root / "assets" / "notes.txt").write_bytes(b"")
    (store.root / "records" / "clips" / ".a.json.swp").write_bytes(b"x")
    assert list(store.assets()) == [asset]
    assert list(store.record_names("")) == ["clips/a.json"]


def test_putting_again_makes_an_asset_young(store: FolderStore) -> None:
    asset = store.put(b"x", suffix=".bin")
    old = time.time() - 10 * 86400
    os.utime(store.path_of(asset), (old, old))
    assert store.age_seconds(asset) > 9 * 86400
    store.put(b"x", suffix=".bin")
    assert store.age_seconds(asset) < 60 and store.verify(asset)


def test_a_large_file_is_known_by_its_content_at_all_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.wav"

    def hashed(word: bytes, *, seconds_ago: float) -> bool:
        """Whether a file with that word in its middle is told from all others."""
        with path.open("wb") as file:
            file.truncate(2 * LARGE_BYTES)
            file.seek(LARGE_BYTES)
            file.write(word)
        then = time.time() - seconds_ago
        os.utime(path, (then, then))
        return describe(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()

    assert hashed(b"one", seconds_ago=100)
    assert hashed(b"two", seconds_ago=90)
    assert hashed(b"six", seconds_ago=0)
    assert hashed(b"ten", seconds_ago=0)
    hashed(b"one", seconds_ago=80)
    monkeypatch.setattr(hashlib, "file_digest", None)  # it is not read again
    assert describe(path).size_bytes == 2 * LARGE_BYTES
