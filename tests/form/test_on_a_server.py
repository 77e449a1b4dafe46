"""Runs as the form starts them: wrong input told at once, presenters by name, takes there and back, paid once."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.presenter import Presenter
from tests.command_line import portrait
from tests.lasting_media import Up, end, start_up
from tests.paid.shop import Shop, shop
from tests.preview_media import speech_like, write_chunk
from tests.serving import ask

ENDS = ("Completed", "Failed", "Crashed")


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("form")) as here:
        yield here


@pytest.fixture(scope="module")
def up(paid: Shop) -> Iterator[Up]:
    running = start_up(paid.home, **paid.env)
    yield running
    running.process.send_signal(signal.SIGINT)
    end(running.process)


def begin(up: Up, **parameters: Any) -> str:
    """Start a run as the form does; its id."""
    (deployment,) = up.ask("deployments/filter", deployments={"name": {"any_": ["long-form-video"]}})
    return str(up.ask(f"deployments/{deployment['id']}/create_flow_run", parameters=parameters)["id"])


def ended(up: Up, run_id: str) -> tuple[str, str, str]:
    """The run's name, and how it ended."""
    up.ended(run_id, *ENDS)
    run = ask("GET", f"{up.server.api_url}/flow_runs/{run_id}").json()
    return run["name"], run["state"]["name"], run["state"]["message"] or ""


def takes(output: Path) -> list[int]:
    """Which take of each clip is in the video."""
    manifest = json.loads(output.with_suffix(".manifest.json").read_bytes())
    return [clip["order"]["take"] for clip in manifest["clips"]]


async def _save(api_url: str, presenter: Presenter, name: str) -> str:
    with temporary_settings({PREFECT_API_URL: api_url}):
        async with get_client() as client:
            return str(await presenter.asave(name, client=client))


def test_wrong_input_ends_the_run_with_one_sentence_and_nothing_is_asked_for(up: Up, paid: Shop) -> None:
    asked = paid.asked
    wrong: dict[str, dict[str, Any]] = {
        "text: there is nothing to say. Write it here, or give a file as script or audio.": {},
        "presenter: there is no presenter 'nobody'. Choose one of the list, or add one to it.": {
            "text": "Good morning.",
            "presenter": "nobody",
        },
        "budget_usd: a paid provider needs a budget. Say what this video may cost in dollars, over all its runs: "
        "budget_usd 20, or LONGTAKE_BUDGET_USD.": {"text": "Good morning.", "provider": "fal"},
    }
    runs = {told: begin(up, **parameters) for told, parameters in wrong.items()}
    ends = {told: ended(up, run_id) for told, run_id in runs.items()}
    assert {told: end[1:] for told, end in ends.items()} == {told: ("Failed", told) for told in wrong}
    assert [end[0] for end in ends.values()] == ["video", "good-morning", "good-morning"]
    assert paid.asked == asked


def test_a_text_and_a_presenter_make_a_video(up: Up, paid: Shop, tmp_path: Path) -> None:
    face = portrait(tmp_path / "ada.png")
    chosen = asyncio.run(_save(up.server.api_url, Presenter(portrait=str(face), voice="en-gb+f3"), "ada"))
    reference = {"$ref": {"block_document_id": chosen}}
    text = {"text": "Good morning. [pause 0.3] Hello."}
    runs = [
        begin(up, **text, presenter=reference, output=str(tmp_path / "a.mp4")),
        begin(up, **text, presenter="ada", output=str(tmp_path / "b.mp4")),
        begin(up, **text, image=str(face), voice="en-gb+f3", captions="files", output=str(tmp_path / "c.mp4")),
    ]
    assert [ended(up, run)[:2] for run in runs] == [("a", "Completed"), ("b", "Completed"), ("c", "Completed")]
    manifests = [json.loads((tmp_path / f"{name}.manifest.json").read_bytes()) for name in ("a", "b", "c")]
    assert len({manifest["clips"][0]["order_key"] for manifest in manifests}) == 1
    assert [manifest["check"]["captions"] for manifest in manifests] == [2, 2, 0]
    assert (tmp_path / "c.srt").read_bytes() == (tmp_path / "a.srt").read_bytes()


def test_what_longtake_did_not_write_is_never_written_over(up: Up, paid: Shop, tmp_path: Path) -> None:
    face = portrait(tmp_path / "ada.png")
    strange = tmp_path / "holiday.mp4"
    strange.write_bytes(b"of the family")
    recording = write_chunk(tmp_path / "interview.mp4", speech_like(2.0, seed=1))
    said = recording.read_bytes()
    runs = {
        strange: begin(up, text="Good morning.", image=str(face), output=str(strange)),
        recording: begin(up, audio=str(recording), image=str(face), output=str(recording)),
    }
    for path, run in runs.items():
        _, state, told = ended(up, run)
        assert (state, told.partition(":")[0]) == ("Failed", str(path)), told
        assert told.endswith("hoose another name with output.")
    assert strange.read_bytes() == b"of the family"
    assert recording.read_bytes() == said


def test_another_take_there_and_back_is_paid_once(up: Up, paid: Shop) -> None:
    script, output = paid.write("talk"), paid.output("talk")
    words = {"script": str(script), "video": "talk", "output": str(output), "provider": "fal", "budget_usd": 20}
    assert ended(up, begin(up, **words))[1] == "Completed"
    assert paid.paid == 3
    assert takes(output) == [1, 1, 1]
    first = output.read_bytes()
    assert ended(up, begin(up, **words, redo=[2]))[1] == "Completed"
    assert paid.paid == 4
    assert takes(output) == [1, 2, 1]
    assert ended(up, begin(up, **words, takes=[{"clip": 2, "take": 1}]))[1] == "Completed"
    assert takes(output) == [1, 1, 1]
    assert output.read_bytes() == first
    run = ended(up, begin(up, **words, takes={"2": 2, "1": 2}))
    assert run[1:] == ("Failed", "takes: clip 1 has no take 2. It has take 1.")
    assert takes(output) == [1, 1, 1]

    paid.type("redo", "talk", "--take", "2=2")
    assert takes(output) == [1, 2, 1]
    refused = paid.type("redo", "talk", "--take", "2=7", code=2)
    assert refused.stderr.endswith("longtake: --take: clip 2 has no take 7. It has take 1 and 2.\n")
    assert "names no take. Say the clip and its take" in paid.type("redo", "talk", "--take", "2", code=2).stderr
    assert "--clip: no clip is named." in paid.type("redo", "talk", code=2).stderr
    assert paid.paid == 4
