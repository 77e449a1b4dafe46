"""Stopped and killed at the command line, recovered, taken again: nothing is paid twice, and no old take is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.faults import Rule
from emulators.settings import EmulatorSettings
from longtake.assets import FolderStore
from longtake.orders import find_clip
from longtake.work import Work
from tests.paid.shop import Shop, shop

SLOW = EmulatorSettings(mean_seconds=2.5, spread=0, tiny=True)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("stops")) as here:
        here.write("talk")
        here.render("talk")
        here.type(*here.words("talk", "--provider", "preview"), "-o", str(here.folder / "preview.mp4"))
        yield here


def clips_of(paid: Shop) -> list[str]:
    """The content of the clips in the video, in order."""
    manifest = json.loads(paid.output("talk").with_suffix(".manifest.json").read_text())
    return [clip["clip"]["sha256"] for clip in manifest["clips"]]


def read_until(process: subprocess.Popen[str], mark: str, times: int = 1) -> str:
    """Read what a command says until the mark has come so often; what was read."""
    assert process.stderr is not None
    read = ""
    for line in process.stderr:
        read += line
        if read.count(mark) == times:
            return read
    pytest.fail(f"{mark!r} was told {read.count(mark)} times\n{read}")


def test_another_take_is_paid_once_and_the_old_one_kept(paid: Shop) -> None:
    before, first, video = paid.paid, clips_of(paid), paid.output("talk").read_bytes()
    redo = ("redo", "talk", "--clip", "2", "--yes")

    paid.emulator.set_settings(SLOW)
    with paid.faults(Rule(where="media", fault="encoder")):  # a take that is not the first one's bytes
        killed = paid.start(*redo)
        read_until(killed, "clip 002: fal IN_PROGRESS")
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
    assert paid.jobs("talk")[-1].take == 2
    paid.emulator.set_settings(SLOW.model_copy(update={"mean_seconds": 0.2}))

    adopted = _recovered(paid)
    assert adopted["told"] == "its clip is fetched"
    assert paid.paid == before + 1

    assert "redo: there is no clip 9. The video has clips 1 to 3." in paid.type(*redo, "--clip", "9", code=2).stderr
    spent = sum(job.charged_micro_usd for job in paid.jobs("talk")) / 1e6
    again = json.loads(paid.type(*redo, "--budget", f"{spent:.4f}", "--json").stdout)
    assert paid.paid == before + 1, "the killed redo's take is gone on with"
    second = clips_of(paid)
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, False, True]
    assert paid.output("talk").read_bytes() != video
    assert again["clips"] == 3
    store = FolderStore(paid.home / "store")
    old = find_clip(store, Work.model_validate_json(_job_of_clip(paid, "002", take=1)).order)
    assert old is not None
    assert old.asset.sha256 == first[1]
    assert store.verify(old.asset)

    paid.type(*redo, "--budget", "20")
    assert paid.jobs("talk")[-1].take == 3
    assert paid.paid == before + 2


def _recovered(paid: Shop) -> dict[str, str]:
    """Recover until the one job that was left is settled, as a person would."""
    for _ in range(20):
        process = paid.start("recover", "--json")
        out, err = process.communicate(timeout=60)
        (row,) = json.loads(out)
        if process.returncode == 0:
            found: dict[str, str] = row
            return found
        assert process.returncode == 1
        assert "1 job is still open" in err
    raise AssertionError(row)


def _job_of_clip(paid: Shop, clip: str, *, take: int) -> str:
    (job,) = (job for job in paid.jobs("talk") if (job.clip, job.take) == (clip, take))
    return job.order_json


def test_a_ctrl_c_cancels_what_waits_and_tells_what_goes_on(paid: Shop, tmp_path: Path) -> None:
    paid.write("long", tuple(f"This is line number {number} of six." for number in range(1, 7)))
    before = paid.paid
    places = {"LONGTAKE_IN_PROGRESS": '{"fal": 4}'}
    command = paid.words("long", "--budget", "20", "--yes")
    paid.emulator.set_settings(SLOW)
    stopped = paid.start(*command, **places)
    read_until(stopped, "IN_QUEUE", times=2)
    os.killpg(stopped.pid, signal.SIGINT)
    out, err = stopped.communicate(timeout=60)
    assert stopped.returncode == 1
    assert "Traceback" not in out + err
    assert "Still being rendered, and paid: 2 at fal (their results last 1 h after their end)" in err
    assert err.splitlines()[-1].startswith("longtake: stopped. What is finished is kept")
    states = sorted(job.state.value for job in paid.jobs("long"))
    assert states == ["cancelled", "cancelled", "submitted", "submitted"]
    cancelled = [entry for entry in paid.emulator.book("fal").accepted if entry.state == "cancelled"]
    assert len(cancelled) == 2
    assert sum(entry.billed_micro_usd for entry in cancelled) == 0

    paid.emulator.set_settings(SLOW.model_copy(update={"mean_seconds": 0.2}))
    paid.type(*command, **places)
    assert paid.paid == before + 6
