"""Clips that fail: a draft with previews in their place, a person's word on each, and the video is whole in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from emulators.faults import Rule
from longtake.ledger import Job
from tests.paid.shop import Shop, shop

LINES = tuple(f"This is line number {number} of six." for number in range(1, 7))
AT = ("--provider", "pixazo")
PLACES = {"LONGTAKE_IN_PROGRESS": '{"pixazo": 6}'}
FAULTS = (
    Rule(where="media", fault="black", nth=(1, 2)),
    Rule(where="submit", fault="accept-then-drop", nth=(3,)),
    Rule(where="submit", fault="accept-then-drop", accepted=False, nth=(4,)),
    Rule(where="job", fault="refused", kind="content_policy_violation", nth=(4,)),
)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("failures")) as here:
        here.write("talk", LINES)
        yield here


def test_a_draft_has_previews_for_holes_and_a_persons_words_make_it_whole(paid: Shop) -> None:
    with paid.faults(*FAULTS):
        draft = paid.render("talk", *AT, "--draft", **PLACES)
    rejected, unknown, failed = (_jobs(paid, state) for state in ("rejected", "unknown", "failed"))
    assert (len(rejected), len(unknown), len(failed)) == (2, 2, 1)
    assert draft["drafts"] == sorted(int(job.clip) for job in (*rejected, *unknown, *failed))
    assert (paid.paid, len(paid.emulator.book("pixazo").accepted)) == (5, 5), "Pixazo bills what FAILED"
    _lists(paid, [job.id for job in (*rejected, *unknown, *failed)])
    assert "paid clips are kept" in paid.type("prune").stdout
    kept = {path.name.partition(".")[0] for path in (paid.home / "store/assets").rglob("*") if path.is_file()}
    for job in (*rejected, *unknown, *failed):
        assert kept.issuperset(job.inputs), "what a job was ordered with stays as long as its clip may come"

    lost, never = sorted(unknown, key=lambda job: not _was_accepted(paid, job))
    assert "is lost and counts $0." in paid.type("resolve", lost.id[:8], "--paid").stdout
    assert "is released and counts $0.00" in paid.type("resolve", never.id[:8], "--not-accepted").stdout
    assert "is failed and counts $0." in paid.type("resolve", failed[0].id[:8], "--paid").stdout
    assert "say one of" in paid.type("resolve", never.id[:8], code=2).stderr
    assert f"job {never.id[:8]} is released" in paid.type("resolve", never.id[:8], "--paid", code=1).stderr
    assert "is accepted" in paid.type("accept", "talk", "--clip", str(int(rejected[0].clip))).stdout
    assert "was rejected" in paid.type("accept", "talk", "--clip", str(int(failed[0].clip)), code=2).stderr

    spent = sum(job.charged_micro_usd for job in paid.jobs("talk")) / 1e6
    held = paid.type(*paid.words("talk", *AT, "--budget", f"{spent + 0.5:.4f}", "--yes"), code=1).stderr
    assert "To be rendered: 1 of 6 clips" in held, "what is paid already is not paid again, and so not asked for"
    assert "3 of 6 clips could not be rendered; all others are kept." in held
    assert f"clip {lost.clip}" in held
    assert "it was paid at pixazo, and its result is gone" in held
    assert f"longtake accept talk --clip {rejected[1].clip}" in held
    assert "it failed at pixazo and was billed" in held
    assert paid.paid == 6, "the one that was never accepted is paid, and nothing else"

    whole = paid.render("talk", *AT, "--max-repeat-usd", "2")
    assert (whole["clips"], whole["new_clips"], whole["drafts"]) == (6, 3, [])
    assert paid.paid == 9
    shown = paid.type("costs").stdout
    costs = json.loads(paid.type("costs", "--json").stdout)
    assert [(row["name"], row["jobs"]) for row in costs] == [("talk", 9)]
    assert f"${costs[0]['charged_micro_usd'] / 1e6:,.2f}" in shown


def _lists(paid: Shop, ids: list[str]) -> None:
    """Every way to list jobs and costs names what it should."""
    table = paid.type("jobs", "--video", "talk").stdout.splitlines()
    assert {line.split()[0] for line in table[1:] if line.strip()} > {job_id[:8] for job_id in ids}
    rows = json.loads(paid.type("jobs", "--json", "--state", "rejected", "--state", "unknown").stdout)
    assert sorted(row["state"] for row in rows) == ["rejected", "rejected", "unknown", "unknown"]
    assert {row["id"] for row in rows} < set(ids)
    assert "'gone' is no state. One of: " in paid.type("jobs", "--state", "gone", code=2).stderr
    (day,) = json.loads(paid.type("costs", "--by", "day", "--json").stdout)
    (provider,) = json.loads(paid.type("costs", "--by", "provider", "--json").stdout)
    assert (provider["name"], provider["charged_micro_usd"]) == ("pixazo", day["charged_micro_usd"])
    assert "2 jobs of unknown outcome: longtake recover" in paid.type("doctor").stdout


def _jobs(paid: Shop, state: str) -> list[Job]:
    return [job for job in paid.jobs("talk") if job.state.value == state]


def _was_accepted(paid: Shop, job: Job) -> bool:
    return any(job.id in entry.audio_name for entry in paid.emulator.book("pixazo").accepted)
