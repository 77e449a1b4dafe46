"""A run's pages as its recipe meets them: whatever goes wrong with one costs the page, and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from typing_extensions import override

from flows.means.accounts import Purse
from flows.pages.board import Board, key_of
from flows.pages.live_page import CLIPS
from flows.pages.plan_page import PLAN
from flows.pages.result_page import RESULT
from flows.pages.run_pages import Pages
from longtake import progress
from longtake.assets import Asset, FolderStore
from longtake.costs import Spending, estimates
from longtake.errors import LedgerFailed
from longtake.ledger import Ledger, SpeechState
from longtake.run import Run
from longtake.settings import load_settings
from longtake.shots import Shot
from tests.command_line import portrait
from tests.ledger.making import CAPS, Clock, Opener, new_speech
from tests.pages.shots import OPTIONS, clip_of, manifest_of, record_of, shots_of, storyboard_of
from tests.stitch_media import write_clip


class Kept(Board):
    """Keeps what is written, in place of a server."""

    def __init__(self) -> None:
        super().__init__(uuid4(), "talk")
        self.pages: dict[str, str] = {}
        self.writes = 0

    @override
    async def put(self, title: str, text: str) -> bool:
        self.pages[title] = text
        self.writes += 1
        return True


class Notes(progress.Silence):
    """Keeps what is told where there is no run's log."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @override
    def note(self, text: str) -> None:
        self.lines.append(text)


def run_through(
    store: FolderStore, video: Asset, shots: list[Shot], ledger: Ledger | None = None
) -> tuple[Kept, list[str]]:
    """What is written and told of a run that ends with this video."""
    board, notes = Kept(), Notes()

    async def run() -> None:
        progress.listen(notes)
        spending = Spending(budget_micro_usd=1)
        purse = Purse({"fal": None}, spending, ledger, load_settings(), run_id="run")
        pages = Pages(board, storyboard_of(), Run(OPTIONS, "talk", store, "first"), purse)
        pages.planned(shots, estimates(shots, OPTIONS))
        for shot in shots:
            pages.begun(shot)
            pages.ended(shot, record_of(shot))
        pages.joined(video, shots, 4.0)
        manifest = manifest_of([clip_of(shot) for shot in shots]).model_copy(update={"asset": video})
        await pages.finished(manifest, None)
        await pages.close()

    asyncio.run(run())
    return board, notes.lines


@pytest.fixture
def shots(store: FolderStore, tmp_path: Path) -> list[Shot]:
    image = store.put(portrait(tmp_path / "ada.png"))
    found = shots_of(2)
    return [
        shot.model_copy(
            update={
                "start_frame": 50 * number,
                "end_frame": 50 * (number + 1),
                "look": shot.look.model_copy(update={"image": image}),
            }
        )
        for number, shot in enumerate(found)
    ]


def test_all_pages_of_a_run_are_written(store: FolderStore, tmp_path: Path, shots: list[Shot]) -> None:
    video = store.put(write_clip(tmp_path / "video.mp4", 1, 100))
    board, told = run_through(store, video, shots)
    assert not told
    assert set(board.pages) == {PLAN, CLIPS, RESULT}
    assert "The portraits: `asset:" in board.pages[PLAN]
    assert "**2 of 2 clips**" in board.pages[CLIPS]
    assert "One picture of the video: `asset:" in board.pages[RESULT]
    assert "The joins: `asset:" in board.pages[RESULT]


def test_a_video_that_cannot_be_drawn_costs_its_pictures_only(store: FolderStore, shots: list[Shot]) -> None:
    board, told = run_through(store, store.put(b"no video", suffix=".mp4"), shots)
    assert told == ["A picture of the video: not on the run's page (MediaError)"]
    assert "Watch the video" in board.pages[RESULT]
    assert "One picture" not in board.pages[RESULT]


def test_a_portrait_that_is_gone_costs_the_page_of_the_plan_only(
    store: FolderStore, tmp_path: Path, shots: list[Shot]
) -> None:
    store.delete(shots[0].look.image)
    board, told = run_through(store, store.put(write_clip(tmp_path / "video.mp4", 1, 100)), shots)
    assert told == [f"{PLAN}: not on the run's page (AssetMissing)"]
    assert set(board.pages) == {CLIPS, RESULT}


def test_every_page_counts_what_voices_were_paid(store: FolderStore, tmp_path: Path, shots: list[Shot]) -> None:
    opener = Opener(f"sqlite:///{tmp_path}/ledger.sqlite", Clock())
    ledger = opener("me")
    request = ledger.begin_speech(new_speech(reserve_micro_usd=250_000), CAPS, most_tries=3).request
    assert request
    ledger.end_speech(request, SpeechState.SPOKEN, charged_micro_usd=250_000)
    board, _ = run_through(store, store.put(write_clip(tmp_path / "video.mp4", 1, 100)), shots, ledger)
    opener.close()
    assert "paid **$0.25**" in board.pages[CLIPS]
    assert "paid **$0.25**" in board.pages[RESULT]


def test_a_ledger_that_cannot_be_read_costs_pages_only(
    store: FolderStore, tmp_path: Path, shots: list[Shot], monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = Opener(f"sqlite:///{tmp_path}/ledger.sqlite", Clock())
    ledger = opener("me")

    def fails(**_: object) -> None:
        raise LedgerFailed("the ledger is locked")

    monkeypatch.setattr(ledger, "jobs", fails)
    board, told = run_through(store, store.put(write_clip(tmp_path / "video.mp4", 1, 100)), shots, ledger)
    opener.close()
    assert set(board.pages) == {PLAN}
    assert f"{RESULT}: not on the run's page (LedgerFailed)" in told


def test_a_run_without_a_deployment_writes_and_draws_nothing(store: FolderStore, shots: list[Shot]) -> None:
    async def run() -> None:
        purse = Purse({"fal": None}, Spending(), None, load_settings(), run_id="run")
        pages = Pages(None, storyboard_of(), Run(OPTIONS, "talk", store, "first"), purse)
        pages.planned(shots, ())
        pages.begun(shots[0])
        pages.ended(shots[0], ValueError("no"))
        pages.joined(store.put(b"no video"), shots, 4.0)
        await pages.finished(manifest_of([clip_of(shot) for shot in shots]), None)
        await pages.close()

    before = set(store.assets())
    asyncio.run(run())
    assert {asset.suffix for asset in set(store.assets()) - before} == {""}


@pytest.mark.parametrize(
    ("video", "key"),
    [
        ("hello", "hello-plan"),
        ("Über_uns: Folge 7", "uber-uns-folge-7-plan"),
        ("про", "plan"),
        ("--", "plan"),
        ("x" * 200, "x" * 60 + "-plan"),
    ],
)
def test_a_pages_key_is_one_that_prefect_takes(video: str, key: str) -> None:
    from prefect.client.schemas.actions import ArtifactCreate

    assert key_of(video, PLAN) == key
    assert ArtifactCreate(key=key).key == key
