"""Prune frees space, and never removes what was paid for or what a paid clip is found again by."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.assets import HOSTED_SENTENCE, Asset, FolderStore, Prepared, Recipe, epoch, find_prepared, prepare_once
from longtake.assets.prune import prune
from longtake.checks import Verdict
from longtake.orders import ClipRecord, Order, find_clip, save_clip

DAY = 86_400.0


def prepared(store: FolderStore, name: str, inputs: dict, content: bytes, **facts: object) -> Prepared:
    def make(folder: Path) -> tuple[Path, dict]:
        path = folder / "out.bin"
        path.write_bytes(content)
        return path, facts

    return prepare_once(store, Recipe(name=name, number=1, inputs=inputs), make)


class Video:
    """What a run leaves in the store for one clip: an original, prepared files, the clip and the finished video."""

    def __init__(self, store: FolderStore, name: str, *, provider: str = "preview", price: int = 0) -> None:
        self.portrait = store.put(f"portrait of {name}".encode(), suffix=".jpg")
        self.sentence = prepared(store, "sentence", {"text": name}, f"sentence {name}".encode())
        self.line = prepared(store, "line", {"sentences": [self.sentence.asset.sha256]}, f"line {name}".encode())
        self.digests = prepared(store, "digests", {"audio": self.line.asset.sha256}, f"digests {name}".encode())
        self.chunk = prepared(store, "chunk", {"fingerprint": name}, f"chunk {name}".encode())
        self.image = prepared(store, "portrait", {"source": self.portrait.sha256}, f"image {name}".encode())
        self.clip = store.put(f"clip {name} by {provider}".encode(), suffix=".mp4")
        self.record = ClipRecord(
            order=Order(
                chunk_sha256=self.chunk.asset.sha256,
                image_sha256=self.image.asset.sha256,
                model=provider if provider == "preview" else "omnihuman-1.5",
                resolution="720p",
            ),
            asset=self.clip,
            chunk=self.chunk.asset,
            image=self.image.asset,
            sources=(self.line.asset,),
            provider=provider,
            price_micro_usd=price,
            verdict=Verdict(passed=True),
        )
        save_clip(store, self.record)
        self.master = prepared(store, "master", {"sound": name}, f"master {name}".encode())
        self.video = prepared(store, "video", {"clips": [self.clip.sha256]}, f"video {name}".encode())

    @property
    def reached(self) -> list[Asset]:
        """The clip, and all that its order is found again by."""
        made = (self.sentence, self.line, self.digests, self.chunk, self.image)
        return [self.clip, self.portrait, *(each.asset for each in made)]


def age(store: FolderStore, days: float) -> None:
    old = time.time() - days * DAY
    for asset in store.assets():
        os.utime(store.path_of(asset), (old, old))


def test_previews_go_and_paid_clips_stay_with_all_they_need(store: FolderStore) -> None:
    paid, preview = Video(store, "paid", provider="fal", price=4_200_000), Video(store, "preview")
    recipes = list(store.record_names("recipes/"))
    before = {asset: asset.size_bytes for asset in store.assets()}
    report = prune(store)
    left = set(store.assets())
    assert set(paid.reached) <= left and all(store.verify(asset) for asset in paid.reached)
    assert find_clip(store, paid.record.order) == paid.record
    assert find_clip(store, preview.record.order) is None
    assert list(store.record_names("clips/")) == [paid.record.order.record_name]
    assert list(store.record_names("recipes/")) == recipes, "they hold what was stored first"
    assert left == {*paid.reached, preview.portrait}, "a person's own file is younger than a day"
    assert report.freed_bytes == sum(before.values()) - sum(asset.size_bytes for asset in left) > 0
    assert (report.removed_files, report.kept_files) == (len(before) - len(left), len(left))
    assert (report.removed_records, report.kept_paid_clips, report.unreadable_records) == (1, 1, ())
    age(store, 2)
    assert prune(store).removed_files == 1 and set(store.assets()) == set(paid.reached)
    assert prune(store).removed_files == 0


def test_what_a_hosted_voice_said_stays(store: FolderStore) -> None:
    said = prepared(store, HOSTED_SENTENCE, {"text": "Paid by the character."}, b"sound")
    here = prepared(store, "spoken-sentence", {"text": "Free."}, b"free sound")
    assert prune(store).removed_files == 1
    assert store.verify(said.asset)
    assert not store.exists(here.asset)


def test_after_a_prune_the_paid_clip_is_found_with_other_tools(store: FolderStore) -> None:
    paid = Video(store, "paid", provider="fal", price=1)
    prune(store)
    chunk = prepared(store, "chunk", {"fingerprint": "paid"}, b"what a newer tool would make")
    assert chunk == paid.chunk
    assert find_prepared(store, Recipe(name="sentence", number=1, inputs={"text": "paid"})) == paid.sentence


def test_a_dry_run_tells_the_same_and_removes_nothing(store: FolderStore) -> None:
    Video(store, "a")
    Video(store, "b", provider="fal", price=1)
    before, word = list(store.assets()), epoch(store)
    told = prune(store, dry_run=True)
    assert list(store.assets()) == before and epoch(store) == word and len(list(store.record_names("clips/"))) == 2
    done = prune(store)
    assert told.dry_run and not done.dry_run
    assert told.model_dump(exclude={"dry_run"}) == done.model_dump(exclude={"dry_run"})
    assert epoch(store) != word, "results that name lost files are not trusted any more"


def test_what_is_younger_than_the_days_to_keep_stays(store: FolderStore) -> None:
    Video(store, "old")
    age(store, 5)
    new = Video(store, "new")
    assert prune(store, keep_days=10).removed_files == 0
    assert prune(store, keep_days=3).removed_files == 9
    assert set(new.reached) <= set(store.assets())


@pytest.mark.parametrize(
    ("provider", "price"), [("fal", 0), ("preview", 1), ("someone-new", 0), ("preview ", 0), ("fal", 10**9)]
)
def test_a_clip_is_free_only_when_a_preview_cost_nothing(store: FolderStore, provider: str, price: int) -> None:
    video = Video(store, "x", provider=provider, price=price)
    assert prune(store).kept_paid_clips == 1
    assert set(video.reached) <= set(store.assets())


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"provider": "preview", "price_micro_usd": 0}', b"\xff\x00", b"null"])
def test_a_record_that_says_nothing_keeps_all_prepared_files(store: FolderStore, data: bytes) -> None:
    preview = Video(store, "x")
    store.write_record("clips/" + "0" * 64 + ".json", data)
    age(store, 30)
    report = prune(store)
    assert report.kept_paid_clips == 1 and report.unreadable_records == ("clips/" + "0" * 64 + ".json",)
    left = set(store.assets())
    assert left == {*preview.reached} - {preview.clip}


def test_a_newer_record_with_more_fields_is_understood_and_kept(store: FolderStore) -> None:
    video = Video(store, "x", provider="fal", price=5)
    data = store.read_record(video.record.order.record_name) or b""
    extra = store.put(b"a second picture", suffix=".png")
    store.write_record(
        video.record.order.record_name, data[:-1] + b',"second_image":' + extra.model_dump_json().encode() + b"}"
    )
    age(store, 30)
    assert prune(store).unreadable_records == ()
    assert {*video.reached, extra} <= set(store.assets())


def test_files_that_running_jobs_were_ordered_with_stay(store: FolderStore) -> None:
    chunk = prepared(store, "chunk", {"fingerprint": "sent"}, b"chunk on its way")
    image = prepared(store, "portrait", {"source": "ab" * 32}, b"image on its way")
    prune(store, in_use={chunk.asset.sha256})
    assert store.verify(chunk.asset) and not store.exists(image.asset)


def test_what_unknown_records_name_stays_and_finished_videos_go(store: FolderStore) -> None:
    named = store.put(b"named by something new", suffix=".bin")
    store.write_record("pins/x.json", named.model_dump_json().encode())
    kept = store.put(b"finished and kept in the store", suffix=".mp4")
    store.write_record("videos/talk.json", b'{"asset": ' + kept.model_dump_json().encode() + b"}")
    age(store, 30)
    report = prune(store)
    assert list(store.assets()) == [named]
    assert list(store.record_names("videos/")) == [] and report.removed_records == 1


def test_old_scratch_of_killed_runs_is_removed(store: FolderStore) -> None:
    left = store.root / "scratch" / "tmpkilled"
    left.mkdir()
    (left / "half.mp4").write_bytes(b"x" * 1000)
    assert prune(store).removed_files == 0
    old = time.time() - 2 * DAY
    for path in (left / "half.mp4", left):
        os.utime(path, (old, old))
    report = prune(store)
    assert (report.removed_files, report.freed_bytes) == (1, 1000) and not left.exists()


def test_a_clip_that_is_stored_while_prune_looks_is_kept(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    videos: list[Video] = []
    listed = store.assets

    def assets():
        if not videos:
            videos.append(Video(store, "late", provider="fal", price=7))
            age(store, 30)
        return listed()

    monkeypatch.setattr(store, "assets", assets)
    assert prune(store).kept_paid_clips == 1
    assert all(store.verify(asset) for asset in videos[0].reached)


PROVIDERS, PRICES = st.sampled_from(["preview", "fal", "pixazo"]), st.sampled_from([0, 1, 4_200_000])
MEMORY = Path("/dev/shm")
"""Where there is one, no example waits for the disk."""


@settings(max_examples=100, deadline=None)
@given(
    previews=st.sets(st.integers(0, 5)),
    rendered=st.dictionaries(st.integers(0, 5), st.tuples(PROVIDERS, PRICES)),
    keep_days=st.sampled_from([0, 0.5, 3]),
    days=st.sampled_from([0, 1, 40]),
    broken=st.booleans(),
    loose=st.integers(0, 3),
)
def test_whatever_the_store_holds_paid_clips_stay_whole(
    previews: set[int],
    rendered: dict[int, tuple[str, int]],
    keep_days: float,
    days: float,
    broken: bool,
    loose: int,
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        store = FolderStore(Path(folder))
        made = [Video(store, str(number)) for number in previews]
        for number, (provider, price) in rendered.items():
            name = f"dear {number}" if provider == "preview" else str(number)  # real clips share what previews have
            made.append(Video(store, name, provider=provider, price=price))
        for number in range(loose):
            store.put(b"loose %d" % number)
        if broken:
            store.write_record("clips/broken.json", b"{}")
        age(store, days)
        prune(store, keep_days=keep_days)
        for video in made:
            if video.record.price_micro_usd or video.record.provider != "preview":
                assert all(store.verify(asset) for asset in video.reached)
                assert find_clip(store, video.record.order) == video.record
            elif days > max(keep_days, 1):
                assert find_clip(store, video.record.order) is None
