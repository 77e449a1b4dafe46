"""What a provider says no to is told: which clip, its times and words, the provider's reason, and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from emulators.faults import ProviderName, Rule
from emulators.refusals import MESSAGES
from tests.paid.site import QUICK_PROVIDERS, Site, all_clips, site

PROVIDERS: tuple[ProviderName, ...] = ("fal", "aimlapi", "pixazo")
ACCOUNT_HINTS = {
    ("fal", 401): "FAL_KEY",
    ("fal", 402): "dashboard",
    ("fal", 403): "Exhausted balance",
    ("aimlapi", 401): "AIML_API_KEY",
    ("aimlapi", 402): "Top up",
    ("aimlapi", 403): "Top up",
    ("pixazo", 401): "PIXAZO_API_KEY",
    ("pixazo", 402): "Top it up",
    ("pixazo", 403): "subscription",
}
INPUT_HINTS = {
    "content_policy_violation": "Change the words or the portrait",
    "face_detection_error": "one clear face",
    "image_too_small": "another picture",
    "image_too_large": "another picture",
    "image_load_error": "another picture",
    "file_too_large": "Change what is sent",
    "audio_duration_too_long": "shorter clips",
    "audio_duration_too_short": "Listen to the clip's sound",
    "unsupported_audio_format": "Listen to the clip's sound",
}
KINDS = tuple(INPUT_HINTS)


def rule(**words: Any) -> Rule:
    return Rule.model_validate(words)


def sites(folder: Path, provider: ProviderName, clips: int, *faults: Rule) -> Any:
    return site(folder, provider, clips=clips, settings=QUICK_PROVIDERS.model_copy(update={"faults": faults}))


def submits(here: Site) -> int:
    """Requests that could have cost something."""
    return sum(seen.where == "submit" for seen in here.emulator.requests())


def title(label: str) -> str:
    """The clip as a person finds it."""
    number = int(label)
    times = "-".join(f"0:{frames / 25:04.1f}" for frames in ((number - 1) * 30, number * 30))
    return f"clip {label} ({times}, 'words of clip {number}'): "


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_account_that_is_refused_is_asked_once_and_each_clip_told(provider: ProviderName, tmp_path: Path) -> None:
    with sites(tmp_path, provider, 3) as here:
        for asked, status in enumerate((401, 402, 403), 1):
            refused = rule(provider=provider, where="submit", fault="status-code", status=status, accepted=False)
            here.emulator.set_faults([refused])
            told = here.run()
            assert submits(here) == asked
            for label, sentence in told.items():
                assert sentence.startswith(f"AccountRefused: {title(label)}{provider}: ")
                assert str(status) in sentence and ACCOUNT_HINTS[provider, status] in sentence
        assert not here.book.accepted
        assert sum(job.charged_micro_usd for job in here.jobs()) == 0

        here.emulator.set_faults([rule(provider=provider, where="status", fault="status-code", status=401)])
        told = here.run()
        assert all(sentence.startswith(f"AccountRefused: {title(label)}") for label, sentence in told.items())
        begun = len(here.jobs("submitted"))
        assert 1 <= begun == len(here.book.accepted)
        here.emulator.set_faults([])
        assert all_clips(here.run())
        assert here.book.paid == len(here.book.accepted) == 3


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_input_that_the_model_refuses_is_told_with_its_reason_and_asks_nobody_else(
    provider: ProviderName, tmp_path: Path
) -> None:
    kinds = KINDS if provider == "aimlapi" else (*KINDS, "file_download_error")  # a failure there is not billed
    refusals = [
        rule(provider=provider, where="job", fault="refused", kind=kind, nth=[n]) for n, kind in enumerate(kinds, 1)
    ]
    other = "pixazo" if provider == "fal" else "fal"
    with sites(tmp_path, provider, len(kinds), *refusals) as here:
        told = here.run() if provider == "aimlapi" else here.run("--provider", f"{provider},{other}")
        failed = {job.clip: job for job in here.jobs("failed")}
        assert set(failed) == set(told)
        assert not here.emulator.book(other).accepted
        for label, sentence in told.items():
            assert title(label) in sentence
        if provider == "pixazo":  # bills what FAILED, and has no word for why but a sentence
            sentences = {MESSAGES[kind][0] for kind in kinds}
            assert {job.billed for job in failed.values()} == {"assumed"}
            assert {text for text in sentences for one in told.values() if text.rstrip(".") in one} == sentences
            assert all(f"longtake resolve {failed[label].id[:8]}" in one for label, one in told.items())
            return
        _check_kinds(provider, failed, told)
        accepted = len(here.book.accepted)
        again = here.run()
        if provider == "fal":  # may have billed them
            assert len(here.book.accepted) == accepted == len(kinds)
            assert all(title(label) in one and "longtake resolve" in one for label, one in again.items())
            assert any("one clear face" in one for one in again.values())
        else:
            assert all_clips(again)


def _check_kinds(provider: str, failed: dict[str, Any], told: dict[str, str]) -> None:
    kinds = {job.kind: label for label, job in failed.items()}
    for kind, hint in INPUT_HINTS.items():
        sentence = told[kinds[kind]]
        assert sentence.startswith(f"InputRefused: {title(kinds[kind])}{provider} refused it: ")
        assert MESSAGES[kind][0].rstrip(".") in sentence and hint in sentence
        assert failed[kinds[kind]].billed == ("assumed" if provider == "fal" else "no")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_input_that_is_refused_at_the_submit_costs_nothing(provider: ProviderName, tmp_path: Path) -> None:
    status = 400 if provider == "pixazo" else 422
    words: dict[str, Any] = {"where": "submit", "fault": "status-code", "status": status, "accepted": False}
    refusals = [rule(provider=provider, kind=kind, nth=[n], **words) for n, kind in enumerate(INPUT_HINTS, 1)]
    with sites(tmp_path, provider, len(INPUT_HINTS), *refusals) as here:
        told = here.run("--provider", "fal,pixazo") if provider == "fal" else here.run()
        assert submits(here) == len(INPUT_HINTS)
        failed = here.jobs("failed")
        assert {job.kind for job in failed} == set(INPUT_HINTS)
        assert {(job.billed, job.charged_micro_usd) for job in failed} == {("no", 0)}
        for job in failed:
            assert told[job.clip].startswith(f"InputRefused: {title(job.clip)}{provider} refused it: ")
            assert MESSAGES[job.kind][0].rstrip(".") in told[job.clip] and INPUT_HINTS[job.kind] in told[job.clip]


def test_a_job_that_failed_unbilled_is_tried_once_more_and_then_elsewhere(tmp_path: Path) -> None:
    with sites(tmp_path, "fal", 1, rule(where="job", fault="platform-error")) as here:
        told = here.run("--provider", "fal,pixazo")
        assert told["001"].startswith(f"JobFailed: {title('001')}pixazo: ")
        assert "It is not billed. Run the same command again later" in told["001"]
        assert [len(here.emulator.book(name).accepted) for name in ("fal", "pixazo")] == [2, 2]
        here.emulator.set_faults([rule(provider="fal", where="job", fault="platform-error")])
        assert all_clips(here.run("--provider", "fal,pixazo"))
        assert len(here.book.accepted) == 4
        assert here.book.paid == 0
        assert here.emulator.book("pixazo").paid == 1


def test_a_job_that_may_have_been_billed_waits_for_a_person(tmp_path: Path) -> None:
    broken = rule(provider="pixazo", where="job", fault="refused", word="FAILED", kind="it broke")
    with sites(tmp_path, "pixazo", 1, broken) as here:
        for _ in range(2):
            told = here.run("--provider", "pixazo,fal")
            (failed,) = here.jobs("failed")
            assert (failed.billed, failed.charged_micro_usd) == ("assumed", failed.reserve_micro_usd)
            assert title("001") in told["001"] and "It broke" in told["001"]
            assert f"longtake resolve {failed.id[:8]} --paid, or --not-accepted" in told["001"]
            assert "longtake redo talk --clip 001" in told["001"]
        here.emulator.set_faults([])
        assert len(here.book.accepted) == submits(here) == 1
        with here.ledger() as ledger:
            ledger.resolve(failed.id, paid=False, by="a person who looked")
        assert all_clips(here.run())
        assert len(here.book.accepted) == 2


def test_a_submit_that_pixazo_lost_is_never_sent_again(tmp_path: Path) -> None:
    lost = rule(provider="pixazo", where="submit", fault="accept-then-drop", nth=[1])
    with sites(tmp_path, "pixazo", 1, lost) as here:
        for _ in range(2):
            told = here.run("--provider", "pixazo,fal", "--max-repeat-usd", "5")
            assert told["001"].startswith(f"OutcomeUnknown: {title('001')}pixazo cannot tell")
            (unknown,) = here.jobs("unknown")
            assert f"longtake resolve {unknown.id[:8]} --paid, or --not-accepted" in told["001"]
        assert len(here.book.accepted) == submits(here) == 1
        assert not here.emulator.book("fal").accepted
        with here.ledger() as ledger:
            ledger.resolve(unknown.id, paid=True, by="a person who looked")
        told = here.run("--provider", "pixazo,fal")
        assert title("001") in told["001"] and "its result is gone" in told["001"]
        assert submits(here) == 1


def test_a_result_that_has_expired_is_lost_and_not_paid_again(tmp_path: Path) -> None:
    short = QUICK_PROVIDERS.model_copy(update={"result_lifetime_seconds": 0.01})
    with site(tmp_path, "fal", clips=1, settings=short) as here:
        here.run_killed("polling")
        with closing(sqlite3.connect(here.home / "ledger.sqlite")) as ledger, ledger:  # it was not submitted just now
            ledger.execute("UPDATE longtake_jobs SET submitted_at = submitted_at - 100")
        for _ in range(2):
            told = here.run(LONGTAKE_PACE__DEADLINE_SECONDS="3600")
            assert title("001") in told["001"]
            assert "its result is gone" in told["001"] and "longtake redo" in told["001"]
            (lost,) = here.jobs("lost")
            assert lost.charged_micro_usd > 0
        assert len(here.book.accepted) == 1
        here.emulator.set_settings(QUICK_PROVIDERS)
        assert all_clips(here.run("--max-repeat-usd", "1"))


def test_a_job_past_its_deadline_is_given_up_where_that_is_possible(tmp_path: Path) -> None:
    with sites(tmp_path, "fal", 1, rule(provider="fal", where="job", fault="stuck")) as here:
        told = here.run(LONGTAKE_PACE__DEADLINE_SECONDS="1")
        assert told["001"].startswith(f"JobCancelled: {title('001')}fal: ")
        assert "the same command orders it anew" in told["001"]
        (cancelled,) = here.jobs("cancelled")
        assert cancelled.charged_micro_usd == here.book.paid == 0
        assert [entry.state for entry in here.book.accepted] == ["cancelled"]
        here.emulator.set_faults([])
        assert all_clips(here.run())
        assert here.book.paid == 1
