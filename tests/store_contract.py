"""What every store must do. A store's own tests inherit `StoreContract` and give it a fixture `store`."""

from __future__ import annotations

import pickle
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from longtake.assets import Asset, Recipe, Store, find_prepared, prepare_once, recall
from longtake.assets.asset import describe
from longtake.errors import AssetCorrupt, AssetMissing, PassingFault

HOSTILE_NAMES = (
    "", "/", "clips/", "/etc/passwd", "../x", "clips/../../x", "clips//x", "clips/.hidden", ".", "..", "a\\b", "a b",
    "clips/x\n", "clips/x\0y", "clips/é", "clips/~", "clips/*", "-rf", "c:x", "a" * 300,
)  # fmt: skip


class StoreContract:
    """The tests. `damage` changes a stored asset's bytes behind the store's back, keeping its size."""

    def damage(self, store: Store, asset: Asset) -> None:
        raise NotImplementedError

    def lose(self, store: Store, asset: Asset) -> None:
        store.delete(asset)

    def test_what_is_put_is_found_again_by_its_content(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "sound.WAV"
        path.write_bytes(b"sound" * 1000)
        asset = store.put(path)
        assert asset == describe(path) and asset.suffix == ".wav" and asset.size_bytes == 5000
        assert path.exists(), "the caller's file stays"
        assert store.exists(asset) and store.verify(asset)
        with store.local(asset) as local:
            assert local.read_bytes() == path.read_bytes()
        with store.open(asset) as file:
            assert file.read(5) == b"sound" and file.read() == path.read_bytes()[5:]
        assert list(store.assets()) == [asset]
        assert 0 <= store.age_seconds(asset) < 60

    def test_bytes_are_put_too_and_nothing_may_be_empty_but_assets(self, store: Store) -> None:
        asset = store.put(b"", suffix=".srt")
        assert asset.size_bytes == 0 and store.verify(asset)
        assert store.put(b"", suffix=".srt") == asset
        for refused in (store.add_record, store.write_record):
            with pytest.raises(ValueError, match="empty"):
                refused("clips/x.json", b"")

    def test_equal_content_is_one_asset_and_moving_takes_the_file(self, store: Store, tmp_path: Path) -> None:
        first, second = tmp_path / "a.bin", tmp_path / "b.bin"
        first.write_bytes(b"same")
        second.write_bytes(b"same")
        assert store.put(first) == store.put(second, move=True)
        assert first.exists() and not second.exists()
        assert store.put(first, move=True) and not first.exists()
        assert Counter(store.assets()).total() == 1

    def test_the_same_asset_put_by_many_at_once_is_whole(self, store: Store, tmp_path: Path) -> None:
        data = bytes(range(256)) * 4000
        begin = threading.Barrier(8)

        def put(number: int) -> Asset:
            path = tmp_path / f"{number}.bin"
            path.write_bytes(data)
            begin.wait()
            return store.put(path, move=True)

        with ThreadPoolExecutor(8) as pool:
            (asset,) = set(pool.map(put, range(8)))
        assert store.verify(asset) and list(store.assets()) == [asset]

    def test_what_is_deleted_is_missing_and_deleting_twice_is_no_error(self, store: Store) -> None:
        asset = store.put(b"gone soon", suffix=".bin")
        assert store.verify(asset)
        store.delete(asset)
        store.delete(asset)
        assert not store.exists(asset) and not store.verify(asset) and not list(store.assets())
        assert store.age_seconds(asset) == 0
        with pytest.raises(AssetMissing, match=asset.sha256[:12]), store.local(asset):
            pass
        with pytest.raises(AssetMissing):
            store.open(asset)

    def test_damage_is_found_told_and_healed_by_putting_again(self, store: Store) -> None:
        asset = store.put(b"precious" * 500, suffix=".bin")
        self.damage(store, asset)
        with pytest.raises(AssetCorrupt) as caught:
            store.open(asset)
        assert isinstance(caught.value, PassingFault)
        with pytest.raises(AssetMissing), store.local(asset):
            pass
        assert store.put(b"precious" * 500, suffix=".bin") == asset
        assert store.verify(asset)
        self.damage(store, asset)
        assert not store.verify(asset) and not store.exists(asset)

    @pytest.mark.parametrize("seen_before", [True, False])
    def test_a_wrong_size_in_an_address_harms_nothing(self, store: Store, seen_before: bool) -> None:
        asset = store.put(b"precious" * 500, suffix=".bin")
        again: Store = store if seen_before else pickle.loads(pickle.dumps(store))
        for size_bytes in (3999, 4001, 0):
            wrong = asset.model_copy(update={"size_bytes": size_bytes})
            assert not again.exists(wrong) and not again.is_near(wrong) and not again.verify(wrong)
            with pytest.raises(AssetMissing), again.local(wrong):
                pass
            assert store.verify(asset)

    def test_parts_are_read_byte_for_byte(self, store: Store) -> None:
        asset = store.put(bytes(range(256)), suffix=".bin")
        assert store.read_part(asset, 0, 256) == bytes(range(256))
        assert store.read_part(asset, 100, 28) == bytes(range(100, 128))
        assert store.read_part(asset, 250, 100) == bytes(range(250, 256))
        assert store.is_near(asset)
        store.delete(asset)
        assert not store.is_near(asset)
        with pytest.raises(AssetMissing):
            store.read_part(asset, 0, 1)

    def test_records_are_written_read_listed_and_deleted(self, store: Store) -> None:
        assert store.read_record("clips/a.json") is None and list(store.record_names("clips/")) == []
        store.write_record("clips/a.json", b"1")
        store.write_record("clips/a.json", b"2")
        store.write_record("recipes/chunk/b.json", b"3")
        store.write_record("top.txt", b"4")
        assert store.read_record("clips/a.json") == b"2"
        assert list(store.record_names("clips/")) == ["clips/a.json"]
        assert list(store.record_names("recipes/")) == ["recipes/chunk/b.json"]
        assert sorted(store.record_names("")) == ["clips/a.json", "recipes/chunk/b.json", "top.txt"]
        store.delete_record("clips/a.json")
        store.delete_record("clips/a.json")
        assert store.read_record("clips/a.json") is None

    def test_the_first_record_wins(self, store: Store) -> None:
        assert store.add_record("recipes/x/1.json", b"first") == b"first"
        assert store.add_record("recipes/x/1.json", b"second") == b"first"
        assert store.read_record("recipes/x/1.json") == b"first"

    def test_of_many_who_add_a_record_at_once_all_get_the_same(self, store: Store) -> None:
        for attempt in range(5):
            begin = threading.Barrier(8)

            def add(number: int, name: str = f"clips/{attempt}.json", begin: threading.Barrier = begin) -> bytes:
                begin.wait()
                return store.add_record(name, b"from %d" % number)

            with ThreadPoolExecutor(8) as pool:
                (winner,) = set(pool.map(add, range(8)))
            assert store.read_record(f"clips/{attempt}.json") == winner

    def test_a_record_is_old_or_new_but_never_half(self, store: Store) -> None:
        contents = [bytes([number]) * 60_000 for number in (1, 2)]
        store.write_record("clips/x.json", contents[0])
        stop = threading.Event()

        def write() -> None:
            while not stop.is_set():
                for content in contents:
                    store.write_record("clips/x.json", content)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            seen = {store.read_record("clips/x.json") for _ in range(300)}
        finally:
            stop.set()
            writer.join()
        assert seen <= set(contents) and seen

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_names_that_lead_elsewhere_are_refused(self, store: Store, name: str) -> None:
        for refused in (
            lambda: store.read_record(name),
            lambda: store.write_record(name, b"x"),
            lambda: store.add_record(name, b"x"),
            lambda: store.delete_record(name),
        ):
            with pytest.raises(ValueError, match="no record name"):
                refused()

    def test_scratch_is_empty_and_gone_at_its_end(self, store: Store) -> None:
        with store.scratch() as first, store.scratch() as second:
            assert first != second and not list(first.iterdir())
            (first / "file").write_bytes(b"x")
        assert not first.exists() and not second.exists()
        assert not list(store.leftovers(0))

    def test_a_store_survives_pickling(self, store: Store) -> None:
        asset = store.put(b"kept", suffix=".bin")
        again: Store = pickle.loads(pickle.dumps(store))
        with again.open(asset) as file:
            assert file.read() == b"kept"

    def test_a_url_names_the_asset(self, store: Store) -> None:
        asset = store.put(b"seen", suffix=".txt")
        assert asset.sha256 in store.url(asset) and "://" in store.url(asset)

    def test_what_was_prepared_once_is_used_for_ever(self, store: Store) -> None:
        recipe = Recipe(name="portrait", number=1, inputs={"source": "ab" * 32, "width": 720})
        made: list[str] = []

        def by(tool: str):
            def make(folder: Path) -> tuple[Path, dict[str, object]]:
                made.append(tool)
                path = folder / "out.png"
                path.write_text(tool)
                return path, {"tool": tool}

            return make

        first = prepare_once(store, recipe, by("old"))
        assert prepare_once(store, recipe, by("new")) == first and made == ["old"]
        assert first.made_from == ("ab" * 32,)
        other = recipe.model_copy(update={"number": 2})
        assert prepare_once(store, other, by("new")).facts == {"tool": "new"}
        assert find_prepared(store, recipe) == first == recall(store, recipe)

    def test_a_prepared_file_that_was_damaged_or_lost_is_made_again(self, store: Store) -> None:
        recipe = Recipe(name="chunk", number=1, inputs={})
        made: list[int] = []

        def make(folder: Path) -> tuple[Path, dict[str, object]]:
            made.append(1)
            path = folder / "out.wav"
            path.write_bytes(b"always the same")
            return path, {}

        first = prepare_once(store, recipe, make)
        before = store.read_record(recipe.record_name)
        self.damage(store, first.asset)
        assert prepare_once(store, recipe, make) == first
        self.lose(store, first.asset)
        assert find_prepared(store, recipe) is None and recall(store, recipe) == first
        assert prepare_once(store, recipe, make) == first and len(made) == 3
        assert store.read_record(recipe.record_name) == before

    def test_of_many_who_prepare_at_once_all_get_the_same(self, store: Store) -> None:
        recipe = Recipe(name="mask", number=1, inputs={"n": 1})
        begin = threading.Barrier(6)

        def prepare(number: int) -> Asset:
            def make(folder: Path) -> tuple[Path, dict[str, object]]:
                path = folder / "out.png"
                path.write_bytes(b"by %d" % number)
                begin.wait()
                return path, {}

            return prepare_once(store, recipe, make).asset

        with ThreadPoolExecutor(6) as pool:
            (winner,) = set(pool.map(prepare, range(6)))
        prepared = find_prepared(store, recipe)
        assert prepared is not None and prepared.asset == winner
