"""Two runs at the same moment share their jobs; no more jobs are in progress than the account may have."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from emulators.faults import Rule
from longtake.ledger import JobState, open_ledger
from tests.paid.site import DRIVER_TIMEOUT_SECONDS, QUICK_PROVIDERS, Site, all_clips, site
from tests.postgres import new_postgres, postgres_server  # noqa: F401  fixtures


def other_home(here: Site) -> str:
    """Another machine's home: it has what clips are ordered with, and nothing else."""
    home = here.folder / "other-home"
    shutil.copytree(here.home / "store", home / "store")
    return str(home)


def paid_once(here: Site, both: list[subprocess.Popen[str]]) -> dict[str, str]:
    """See that two runs tell the same, and paid for six clips once; what they told."""
    told = []
    for process in both:
        out, err = process.communicate(timeout=DRIVER_TIMEOUT_SECONDS)
        assert process.returncode == 0, err
        told.append(json.loads(out))
    assert told[0] == told[1]
    assert all_clips(told[0])
    assert here.book.paid == len(here.book.accepted) == 6
    assert here.book.most_in_progress <= 2
    return dict(told[0])


def test_two_processes_that_render_the_same_pay_once(tmp_path: Path) -> None:
    with site(tmp_path, "fal", clips=6) as here:
        told = paid_once(here, [here.start(), here.start()])

        asked = len(here.emulator.requests())
        assert here.run() == told
        assert len(here.emulator.requests()) == asked, "a rerun after success asks nothing"


def test_two_machines_with_one_ledger_pay_once_and_each_has_its_clips(
    tmp_path: Path,
    new_postgres: Callable[[], str],  # noqa: F811  a fixture
) -> None:
    ledger_url = new_postgres()
    with site(tmp_path, "fal", clips=6) as here:
        homes = [str(here.home), other_home(here)]
        paid_once(here, [here.start(LONGTAKE_HOME=home, LONGTAKE_LEDGER_URL=ledger_url) for home in homes])
        assert len(list(Path(homes[1], "store/records/clips").glob("*.json"))) == 6
    ledger = open_ledger(ledger_url)
    owners = {job.owner for job in ledger.jobs(states={JobState.COMPLETED})}
    ledger.dispose()
    assert len(owners) <= 2


def test_a_clip_that_this_store_lacks_is_fetched_again_as_long_as_that_can_be(tmp_path: Path) -> None:
    with site(tmp_path, "fal", clips=3) as here:
        home = other_home(here)
        here.emulator.set_faults([Rule(where="media", fault="frozen", nth=(1,))])
        first = here.run()
        (rejected,) = here.jobs("rejected")
        with here.ledger() as ledger:
            ledger.accept(rejected.id, by="a person who died before the clip was noted")
        here.emulator.set_faults([])
        shared = f"sqlite:///{here.home / 'ledger.sqlite'}"

        accepted = here.run()[rejected.clip]
        assert accepted == f"clip {rejected.clip_sha256}", "the rejected clip is in this store"
        away = here.run(LONGTAKE_HOME=home, LONGTAKE_LEDGER_URL=shared)
        assert away == first | {rejected.clip: accepted}

        shutil.rmtree(Path(home) / "store/records")
        here.emulator.set_settings(QUICK_PROVIDERS.model_copy(update={"result_lifetime_seconds": 0.01}))
        for _ in range(2):
            gone = here.run(LONGTAKE_HOME=home, LONGTAKE_LEDGER_URL=shared)
            for label, sentence in gone.items():
                assert f"clip {label} (" in sentence
                assert f"longtake redo talk --clip {label}" in sentence
                assert ("not in this store" in sentence) == (label == rejected.clip or "its result is gone" in sentence)
        assert here.book.paid == len(here.book.accepted) == 3


def test_a_killed_runs_jobs_hold_their_places(tmp_path: Path) -> None:
    with site(tmp_path, "fal", clips=6) as here:
        here.run_killed("polling", count=3)
        assert all_clips(here.run())
        assert here.book.paid == 6
        assert here.book.most_in_progress <= 2


def test_a_run_of_another_video_takes_care_of_jobs_that_hold_all_places(tmp_path: Path) -> None:
    with site(tmp_path, "fal", clips=2) as here:
        here.run_killed("polling", count=2)
        held = len(here.jobs("submitted"))
        works = json.loads(here.works.read_text())
        other = works[0] | {"order": works[0]["order"] | {"prompt": "another one"}}
        here.works.write_text(json.dumps([other]))
        time.sleep(1.5)
        assert all_clips(here.run("--video", "other", LONGTAKE_IN_PROGRESS='{"fal": 1}'))
        assert held >= 1
        assert not here.jobs("submitted")
        assert here.book.paid == held + 1
