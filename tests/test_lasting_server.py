"""The lasting server: renders find it, its runs can be seen and retried, and it leaves nothing behind."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.server.lasting import LastingServer, note_path
from tests.command_line import ROOT, environment, longtake, render, small_talk, start
from tests.deploy.team import wait_until
from tests.lasting_media import Up, end, gone, start_up
from tests.prefect_database import put_database
from tests.serving import free_port

PROXY = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
"""A proxy that reaches nothing: servers on this machine are not asked through it."""

CLIPS = ["clip 001 · ", "clip 002 · ", "clip 003 · "]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    running = start_up(tmp_path_factory.mktemp("lasting") / "home")
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
        end(running.process)


@pytest.fixture(scope="module")
def talk(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A talk that was rendered through the server."""
    folder = tmp_path_factory.mktemp("talk")
    done = longtake(up.home, "render", str(small_talk(folder)), "-o", str(folder / "talk.mp4"))
    assert f"{up.server.ui_url}/v2/runs/flow-run/" in done.stderr
    assert "3 clips, " in done.stderr
    return folder


def test_recover_comes_up_by_schedule(up: Up) -> None:
    def scheduled() -> list[str]:
        runs = up.ask("flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}})
        return [run["id"] for run in runs if "auto-scheduled" in run["tags"]]

    wait_until(lambda: len(scheduled()) > 1, "runs of the schedule", 120)


def test_a_render_runs_there_and_each_clip_can_be_seen(up: Up, talk: Path) -> None:
    assert not (up.home / "prefect.lock").exists(), "a temporary server was started"
    run = up.runs()[-1]
    assert (run["name"], run["state"]["name"]) == ("small-talk", "Completed")
    assert run["deployment_id"]
    tasks = up.tasks(run)
    clips = sorted(name for name in tasks if name.startswith("clip "))
    assert [name[: len(CLIPS[0])] for name in clips] == CLIPS
    assert set(tasks.values()) == {"Completed"}


def test_without_it_and_behind_a_proxy_the_video_has_the_same_bytes(talk: Path, tmp_path: Path) -> None:
    render(tmp_path / "home", talk / "talk.md", tmp_path / "talk.mp4", **PROXY)
    assert (tmp_path / "home/prefect.lock").exists()
    for name in ("talk.mp4", "talk.srt", "talk.vtt", "talk.manifest.json"):
        assert (tmp_path / name).read_bytes() == (talk / name).read_bytes()


def test_a_changed_script_renders_one_clip_and_shows_the_others_as_cached(up: Up, talk: Path, tmp_path: Path) -> None:
    script = small_talk(tmp_path, edit="Here I say something else.")
    result = render(up.home, script, tmp_path / "talk.mp4")
    assert (result["clips"], result["new_clips"]) == (3, 1)
    tasks = up.tasks(up.runs()[0])
    states = [tasks[name] for name in sorted(tasks) if name.startswith("clip ")]
    assert states == ["Cached", "Completed", "Cached"]


def test_the_door_serves_the_finished_video_in_ranges(up: Up, talk: Path) -> None:
    video = (talk / "talk.mp4").read_bytes()
    asset = json.loads((talk / "talk.manifest.json").read_text())["asset"]
    address = f"{up.server.door_url}/asset/{asset['sha256']}/{asset['size_bytes']}.mp4"
    part = httpx.get(address, headers={"Range": "bytes=500-1499"})
    assert (part.status_code, part.content) == (206, video[500:1500])
    assert httpx.get(address).content == video


def test_a_failed_run_is_retried_at_the_api_and_its_clips_are_cached(up: Up, talk: Path, tmp_path: Path) -> None:
    output = tmp_path / "talk.mp4"
    blocked = tmp_path / "talk.srt"
    (blocked / "a folder where a file should be").mkdir(parents=True)
    failed = longtake(up.home, "render", str(talk / "talk.md"), "-o", str(output), code=2)
    assert "cannot write" in failed.stderr
    run = up.runs()[0]
    assert run["state"]["name"] == "Failed"
    shutil.rmtree(blocked)
    retry = {"type": "SCHEDULED", "name": "AwaitingRetry", "state_details": {"scheduled_time": _now()}}
    up.ask(f"flow_runs/{run['id']}/set_state", state=retry)
    assert up.ended(run["id"], "Completed", "Crashed") == "Completed"
    assert output.read_bytes() == (talk / "talk.mp4").read_bytes()
    assert {state for name, state in up.tasks(run).items() if name.startswith("clip ")} == {"Cached"}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_ctrl_c_at_a_render_that_follows_cancels_the_run(up: Up, tmp_path: Path) -> None:
    script = small_talk(tmp_path, edit="This is never said to its end. " * 600)
    process = start(up.home, "render", str(script), "-o", str(tmp_path / "talk.mp4"))
    assert process.stderr is not None
    assert any("Beginning flow run" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    _, err = end(process)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert up.ended(up.runs()[0]["id"], "Cancelled", "Completed") == "Cancelled"
    assert not (tmp_path / "talk.mp4").exists()


def test_a_second_one_is_refused(up: Up) -> None:
    refused = longtake(up.home, "up", "--port", str(free_port()), "--files-port", str(free_port()), code=1)
    assert refused.stderr == f"longtake: a server is up already: {up.server.ui_url}\n"
    assert note_path(up.home).exists()


@pytest.mark.parametrize("option", ["--port", "--files-port"])
def test_a_port_in_use_is_bad_input(tmp_path: Path, option: str) -> None:
    ports = {"--port": str(free_port()), "--files-port": str(free_port())}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ports[option] = str(listening.getsockname()[1])
        words = [word for pair in ports.items() for word in pair]
        refused = longtake(tmp_path / "home", "up", *words, code=2)
    assert f"{option}: port {ports[option]} cannot be used: Address already in use." in refused.stderr
    assert refused.stdout == ""


def test_one_port_cannot_be_both(tmp_path: Path) -> None:
    port = str(free_port())
    assert f"port {port} cannot" in longtake(tmp_path, "up", "--port", port, "--files-port", port, code=2).stderr


def test_a_named_server_that_is_dead_is_told(tmp_path: Path) -> None:
    named: dict[str, Any] = {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    words = ("render", str(small_talk(tmp_path)), "-o", str(tmp_path / "talk.mp4"))
    failed = longtake(tmp_path / "home", *words, code=1, **named)
    assert f"no Prefect server answers at PREFECT_API_URL ({named['PREFECT_API_URL']})" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (tmp_path / "talk.mp4").exists()


def test_ctrl_c_ends_it_and_leaves_nothing_behind(up: Up, talk: Path) -> None:
    os.killpg(up.process.pid, signal.SIGINT)
    out, err = end(up.process)
    assert up.process.returncode == 0
    assert out.endswith("Stopped.\n")
    assert "KeyboardInterrupt" not in err
    assert gone(up.home)
    assert not note_path(up.home).exists()


def is_idle(up: Up) -> bool:
    """Whether no run is at work, or due: its process would end by itself, but later."""
    at_work = {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}
    due = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "expected_start_time": {"before_": datetime.datetime.now(datetime.UTC).isoformat()},
    }
    return not any(up.ask("flow_runs/filter", flow_runs=which) for which in (due, at_work))


def test_sigterm_ends_it_as_ctrl_c_does(up: Up, talk: Path) -> None:
    """Also after a run: Prefect's threads must not hold it up."""
    again = start_up(up.home, **PROXY)
    result = render(up.home, talk / "talk.md", talk / "again.mp4")
    assert result["new_clips"] == 0
    wait_until(lambda: is_idle(again), "the end of what the schedule had due", 120)
    again.process.terminate()
    out, _ = end(again.process)
    assert again.process.returncode == 0
    assert out.endswith("Stopped.\n")
    assert gone(up.home)


def test_killed_it_takes_its_server_along_and_renders_go_on_without(up: Up, talk: Path, tmp_path: Path) -> None:
    again = start_up(up.home, **PROXY)
    wait_until(lambda: is_idle(again), "the end of what the schedule had due", 120)
    again.process.kill()
    end(again.process)
    assert gone(up.home)
    result = render(up.home, talk / "talk.md", tmp_path / "talk.mp4")
    assert (result["new_clips"], result["from_manifest"]) == (0, False)
    assert (tmp_path / "talk.mp4").read_bytes() == (talk / "talk.mp4").read_bytes()


def test_a_plain_prefect_server_and_a_worker_do_the_same(talk: Path, tmp_path: Path) -> None:
    """As a team sets it up: Prefect's own commands, and this project's prefect.yaml."""
    home, port = tmp_path / "home", free_port()
    api = {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_HOME": str(tmp_path / "prefect")}
    put_database(tmp_path / "prefect")
    with prefect(home, "server", "start", "--port", str(port), PREFECT_HOME=api["PREFECT_HOME"]):
        while not LastingServer(api_url=api["PREFECT_API_URL"]).is_up():
            time.sleep(0.1)
        failed = longtake(home, "render", str(talk / "talk.md"), "-o", str(tmp_path / "talk.mp4"), code=1, **api)
        assert "run `prefect deploy --all`" in failed.stderr
        with prefect(home, "work-pool", "create", "longtake", "--type", "process", **api) as created:
            assert created.wait() == 0
        with prefect(home, "--no-prompt", "deploy", "--all", **api) as deployed:
            assert deployed.wait() == 0
        with prefect(home, "worker", "start", "--pool", "longtake", PREFECT_WORKER_QUERY_SECONDS="1", **api):
            render(home, talk / "talk.md", tmp_path / "talk.mp4", **api)
    assert (tmp_path / "talk.mp4").read_bytes() == (talk / "talk.mp4").read_bytes()
    assert gone(home)


@contextmanager
def prefect(home: Path, *words: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of Prefect's own, for as long as the context lasts."""
    command = [sys.executable, "-m", "prefect", *words]
    home.mkdir(exist_ok=True)
    with (home / f"{words[0]}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(home, **more), stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.terminate()  # a worker may need to hear it twice
            process.wait(timeout=40)
