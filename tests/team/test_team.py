"""A team's workers on machines that share nothing but servers: killed, or with a server away, nobody pays twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.settings import AccountSettings, EmulatorSettings
from tests.deploy.team import wait_until
from tests.paid.shop import Shop
from tests.store.proxies import Faults
from tests.team.plant import KEYS, Plant, plant

SLOW = EmulatorSettings(
    mean_seconds=3,
    spread=0.3,
    tiny=True,
    fal=AccountSettings(concurrency=4, key="emulated-key-id:emulated-fal-secret"),
)
NUMBERS = ("one", "two", "three", "four")
OUTAGE_SECONDS = 10.0
VIDEOS = 20


def lines(video: str) -> tuple[str, ...]:
    """What is said in a video, a clip a line; no other video says it."""
    return tuple(f"This is line number {number} of the video that is called {video}." for number in NUMBERS)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        with plant(tmp_path_factory.mktemp("team"), SLOW, LONGTAKE_IN_PROGRESS='{"fal": 3}') as made:
            made.start_worker("one")
            made.start_worker("two")
            yield made


def test_the_other_worker_takes_up_what_a_killed_one_left(team: Plant, tmp_path: Path) -> None:
    runs = {video: team.start_video(video, *lines(video)) for video in ("left", "right")}
    wait_until(lambda: team.accepted() >= 3, f"three clips at the provider\n{team.logs()}")
    killed = team.worker_of(runs["right"])
    team.kill(killed)
    team.team.set_state(runs["right"], "CRASHED", "Crashed", "as the automation for silent runs does")
    team.team.set_state(runs["right"], "SCHEDULED", "AwaitingRetry")
    assert [team.ended(run) for run in runs.values()] == ["Completed", "Completed"]
    assert team.worker_of(runs["right"]) != killed
    assert team.accepted() == team.emulator.book("fal").paid == 2 * len(NUMBERS)
    assert team.emulator.book("fal").most_in_progress <= 3
    team.start_worker(killed)

    alone = Shop(tmp_path, team.emulator)
    alone.write("right", lines("right"))
    alone.render("right")
    assert team.video("right") == alone.output("right").read_bytes()


def test_servers_that_are_away_for_a_while_cost_nothing(team: Plant) -> None:
    before = team.accepted()
    run = team.start_video("patient", *lines("patient"))
    wait_until(lambda: team.accepted() > before, f"a clip at the provider\n{team.logs()}")
    team.postgres.stop()
    time.sleep(2)
    team.postgres.start()
    team.kill("server")
    team.start_server()
    assert team.ended(run) == "Completed"
    assert team.accepted() - before == len(NUMBERS)
    assert team.emulator.book("fal").paid == team.accepted()


def test_a_store_that_stumbles_and_is_away_costs_nothing(team: Plant) -> None:
    before = team.accepted()
    team.proxy.meet = faults = Faults(0.2)
    run = team.start_video("stumbling", *lines("stumbling"))
    wait_until(lambda: team.accepted() > before, f"a clip at the provider\n{team.logs()}")
    team.line.cut()
    time.sleep(OUTAGE_SECONDS)
    team.line.mend()
    assert team.ended(run) == "Completed"
    team.proxy.meet = None
    assert faults.made > 10
    assert team.accepted() - before == len(NUMBERS)
    assert team.emulator.book("fal").paid == team.accepted()


@pytest.mark.timeout(900)
def test_many_videos_keep_to_the_accounts_places_though_a_worker_is_killed(team: Plant) -> None:
    """20 videos on four slots, with five jobs in progress at once."""
    places = AccountSettings(concurrency=5, key=SLOW.fal.key)
    team.emulator.set_settings(SLOW.model_copy(update={"mean_seconds": 2, "fal": places}))
    for name in [name for name in team.processes if name != "server"]:
        team.kill(name)
    team.more["LONGTAKE_IN_PROGRESS"] = '{"fal": 5}'
    for name in ("five", "six"):
        team.start_worker(name, videos_at_once=2)
    before = team.accepted()
    runs = [team.start_video(f"many-{n}", f"The first of video {n}.", f"The last of video {n}.") for n in range(VIDEOS)]
    wait_until(lambda: team.accepted() - before >= VIDEOS // 2, f"the first clips\n{team.logs()}", 180)
    left = team.lose("six", runs)
    team.start_worker("seven", videos_at_once=2)
    assert [team.ended(run, 300) for run in runs] == ["Completed"] * VIDEOS
    book = team.emulator.book("fal")
    assert left
    assert len(book.accepted) == book.paid == before + 2 * VIDEOS
    assert book.most_in_progress <= 5
