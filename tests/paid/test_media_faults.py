"""Faults of media: what is only odd is used, what is wrong is rejected and named, and nothing is paid again unasked."""

from __future__ import annotations

from pathlib import Path

from emulators.faults import Rule
from longtake.ledger import Job
from longtake.work import read_rejected
from tests.paid.site import QUICK_PROVIDERS, Site, all_clips, site

ODD = (
    {"fault": "other-fps", "fps": 30},
    {"fault": "other-fps", "fps": 24},
    {"fault": "frames", "frames": -5},
    {"fault": "frames", "frames": 8},
    {"fault": "size"},
    {"fault": "encoder"},
)
BAD = (
    {"fault": "frames", "frames": -9},
    {"fault": "frames", "frames": 40},
    {"fault": "truncated"},
    {"fault": "wrong-audio"},
    {"fault": "black"},
    {"fault": "frozen"},
    {"fault": "html"},
)
REASONS = (
    "has 21 frames",
    "has 70 frames",
    "cut short",
    "sound is not what was sent",
    "picture is black",
    "picture stands still",
    "what came was no clip: what was downloaded is no MP4",
)


def rules(*faults: dict[str, object]) -> tuple[Rule, ...]:
    """The first clip gets the first fault, and so on."""
    return tuple(Rule.model_validate({"where": "media", **fault, "nth": [n]}) for n, fault in enumerate(faults, 1))


def one_at_a_time(here: Site, **more: str) -> dict[str, str]:
    return here.run(LONGTAKE_IN_PROGRESS='{"fal": 1}', **more)


def test_clips_that_are_only_odd_are_used(tmp_path: Path) -> None:
    settings = QUICK_PROVIDERS.model_copy(update={"faults": rules(*ODD), "tiny": False})
    with site(tmp_path, clips=len(ODD), settings=settings) as here:
        assert all_clips(one_at_a_time(here))
        assert here.book.paid == len(ODD)


def test_each_bad_clip_is_rejected_named_and_not_paid_again_unasked(tmp_path: Path) -> None:
    clips = len(BAD) + 1
    settings = QUICK_PROVIDERS.model_copy(update={"faults": rules(*BAD), "tiny": False})
    with site(tmp_path, clips=clips, settings=settings) as here:
        told = one_at_a_time(here)
        rejected = {job.clip: job for job in reversed(here.jobs("rejected"))}
        assert len(rejected) == len(BAD)
        assert sum(text.startswith("clip ") for text in told.values()) == 1
        for words, label in zip(REASONS, rejected, strict=True):  # the first clip that was sent got the first fault
            number, sentence = int(label), told[label]
            assert f"clip {label} (0:0{(number - 1) * 1.2:.1f}-0:0{number * 1.2:.1f}" in sentence
            assert f"words of clip {number}" in sentence
            assert words in sentence
            assert "longtake redo talk" in sentence
            assert ("longtake accept talk" in sentence) == (job_of(here, label).clip_sha256 is not None)

        again = one_at_a_time(here)
        assert all(rejected[label].reason in again[label] for label in rejected)
        assert here.book.paid == len(here.book.accepted) == clips

        here.emulator.set_faults(())
        assert all_clips(here.run("--max-repeat-usd", "10"))
        assert here.book.paid == clips + len(BAD)
        assert {job.clip for job in here.jobs() if job.is_repeat} == set(rejected)


def job_of(here: Site, label: str) -> Job:
    (job,) = (job for job in here.jobs() if job.clip == label)
    return job


def test_a_rejected_clip_is_kept_and_may_be_accepted(tmp_path: Path) -> None:
    settings = QUICK_PROVIDERS.model_copy(update={"faults": rules({"fault": "frozen"}), "tiny": False})
    with site(tmp_path, clips=1, settings=settings) as here:
        here.run()
        (rejected,) = here.jobs("rejected")
        record = read_rejected(rejected.id, here.store)
        assert record and not record.verdict.passed
        assert here.store.verify(record.asset)
        assert record.asset.sha256 == rejected.clip_sha256


def test_a_clip_whose_download_always_breaks_off_stays_to_be_fetched(tmp_path: Path) -> None:
    settings = QUICK_PROVIDERS.model_copy(update={"faults": rules({"fault": "short-content"})})
    with site(tmp_path, clips=1, settings=settings) as here:
        told = here.run()
        assert "broke off" in told["001"]
        assert len(here.jobs("submitted")) == 1
        again = here.run()
        assert "broke off" in again["001"]
        assert here.book.paid == len(here.book.accepted) == 1
