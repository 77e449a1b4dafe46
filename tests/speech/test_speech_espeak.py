"""espeak-ng in child processes: the same samples in any order, and no crash that harms anyone else."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

from longtake.errors import VoiceFailed
from longtake.speech.child_process import ChildDied
from longtake.speech.espeak import EspeakVoice
from longtake.speech.espeak_child import SPEAK
from longtake.speech.espeak_engine import EngineFailed, EngineMissing
from longtake.speech.espeak_library import LibraryEngine
from longtake.speech.espeak_process import EspeakProcess

CRASHING = ("esx/kl", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.")
# Breath, whisper, an echo and the klatt synthesizer are what takes random numbers or keeps a memory.
VOICES = ("gmw/en-US+f3", "gmw/en+whisper", "gmw/en+klatt2", "gmw/de", "sit/cmn", "roa/fr+croak")


@pytest.fixture
def engine() -> Iterator[LibraryEngine]:
    engine = LibraryEngine.from_package()
    yield engine
    engine.close()


def jobs() -> list[tuple[str, str]]:
    return [
        (voice, f"Sentence number {n} tells of {n * 37} things, some of them new.")
        for voice in VOICES
        for n in range(8)
    ]


def spoken(engine: LibraryEngine, order: list[tuple[str, str]], threads: int = 1) -> dict[tuple[str, str], bytes]:
    with ThreadPoolExecutor(threads) as pool:
        return dict(zip(order, pool.map(lambda job: engine.speak(*job).samples.tobytes(), order), strict=True))


def test_a_sentence_has_the_same_samples_in_any_order_and_process(engine: LibraryEngine) -> None:
    straight = spoken(engine, jobs())
    shuffled = jobs()
    random.Random(7).shuffle(shuffled)
    time.sleep(1.1)  # espeak-ng takes its seed from the clock's seconds
    other = LibraryEngine.from_package()
    again = spoken(other, shuffled, threads=3)
    other.close()
    assert again == straight
    assert len({*straight.values()}) == len(jobs())


def test_the_environment_changes_nothing(engine: LibraryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine.speak(*jobs()[0]).samples
    engine.close()
    monkeypatch.setenv("ESPEAK_DATA_PATH", "/nowhere")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    assert np.array_equal(engine.speak(*jobs()[0]).samples, before)


def test_idle_children_are_used_again(engine: LibraryEngine) -> None:
    for job in jobs()[:5]:
        engine.speak(*job)
    assert len(engine.idle_pids) == 1


def test_many_sentences_at_once_take_no_more_children_than_processors(engine: LibraryEngine) -> None:
    voices = [EspeakVoice(VOICES[n % len(VOICES)], engine) for n in range(30)]

    async def all_at_once() -> None:
        await asyncio.gather(*(voice.speak(f"This is number {n}.") for n, voice in enumerate(voices)))

    asyncio.run(all_at_once())
    assert 1 <= len(engine.idle_pids) <= (os.cpu_count() or 1)


def test_a_killed_child_is_replaced_and_its_sentence_spoken(engine: LibraryEngine) -> None:
    job = jobs()[0]
    before = engine.speak(*job).samples
    (pid,) = engine.idle_pids
    os.kill(pid, signal.SIGKILL)
    assert np.array_equal(engine.speak(*job).samples, before)
    assert len(engine.idle_pids) == 1
    assert engine.idle_pids != (pid,)


def test_a_child_killed_in_the_middle_of_a_sentence_is_noticed_at_once() -> None:
    process = EspeakProcess(Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path()).parent)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(process.ask, SPEAK, "gmw/en", "A very long sentence goes on and on. " * 4000)
        time.sleep(0.05)
        assert not answer.done()
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(ChildDied):
            answer.result(timeout=100)
    process.kill()


def test_children_killed_all_the_time_harm_no_sentence(engine: LibraryEngine) -> None:
    straight = spoken(engine, jobs())
    killed: list[int] = []
    stop = threading.Event()

    def kill_now_and_then() -> None:
        while not stop.wait(0.01):
            for pid in engine.idle_pids[:1]:
                with suppress(ProcessLookupError):  # it was used, found dead and replaced in the meantime
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    again = {}
    rounds = 0
    while rounds < 3 or (not killed and rounds < 600):
        again |= spoken(engine, jobs(), threads=2)
        rounds += 1
    stop.set()
    killer.join()
    assert killed
    assert again == straight


def test_a_voice_that_crashes_is_named_and_harms_no_other(engine: LibraryEngine) -> None:
    good, bad = EspeakVoice("gmw/de", engine), EspeakVoice(CRASHING[0], engine)

    async def all_at_once() -> list[object]:
        texts = [f"Satz Nummer {n}." for n in range(6)]
        return await asyncio.gather(
            *map(good.speak, texts[:3]), bad.speak(CRASHING[1]), *map(good.speak, texts[3:]), return_exceptions=True
        )

    results = asyncio.run(all_at_once())
    failures = [result for result in results if isinstance(result, BaseException)]
    assert len(failures) == 1
    assert isinstance(failures[0], VoiceFailed)
    assert "espeak:esx/kl" in str(failures[0]) and "'1, 2, 3" in str(failures[0]) and "-11" in str(failures[0])


def test_an_unknown_voice_is_refused_by_the_library_too(engine: LibraryEngine) -> None:
    with pytest.raises(EngineFailed, match="does not know the voice"):
        engine.speak("nonsense", "Hello.")
    assert len(engine.idle_pids) == 1


def test_the_data_may_lie_on_a_long_path_with_spaces_and_other_letters(engine: LibraryEngine, tmp_path: Path) -> None:
    home = tmp_path / "Ein langer Weg über Größe" / ("ordner " * 25) / "日本語"
    home.mkdir(parents=True)
    library = shutil.copy(espeakng_loader.get_library_path(), home / "libespeak-ng ü.so")
    data = shutil.copytree(espeakng_loader.get_data_path(), home / "espeak-ng-data")
    far = LibraryEngine(Path(library), data)
    assert len(str(data).encode()) > 200
    assert np.array_equal(far.speak(*jobs()[0]).samples, engine.speak(*jobs()[0]).samples)
    assert far.catalogue() == engine.catalogue()
    far.close()


def test_a_library_that_cannot_be_loaded_is_missing(tmp_path: Path) -> None:
    broken = tmp_path / "libespeak-ng.so"
    broken.write_bytes(b"no library")
    with pytest.raises(EngineMissing, match="cannot be used"):
        LibraryEngine(broken, Path(espeakng_loader.get_data_path())).catalogue()


def test_without_data_it_is_missing(tmp_path: Path) -> None:
    engine = LibraryEngine(Path(espeakng_loader.get_library_path()), tmp_path / "espeak-ng-data")
    with pytest.raises(EngineMissing):
        engine.catalogue()


def gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has waited for counts as ended."""
    state = Path(f"/proc/{pid}/stat")
    if sys.platform != "linux":
        return subprocess.run(["ps", "-p", str(pid)], capture_output=True, check=False).returncode != 0
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def wait_until_gone(pid: int) -> bool:
    for _ in range(1000):
        if gone(pid):
            return True
        time.sleep(0.05)
    return False


def test_closing_ends_the_children(engine: LibraryEngine) -> None:
    engine.speak(*jobs()[0])
    pids = engine.idle_pids
    engine.close()
    assert pids and all(map(gone, pids))
    assert engine.idle_pids == ()
    assert engine.speak(*jobs()[0]).samples.any()


PARENT = """
import sys, time
from longtake.speech.espeak_library import LibraryEngine
engine = LibraryEngine.from_package()
engine.speak("gmw/en", "Hello there.")
print(*engine.idle_pids, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["kill", "exit"])
def test_children_end_with_their_parent(end: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        if end == "kill":
            parent.kill()
    assert wait_until_gone(pid)


def test_a_ctrl_c_in_the_terminal_does_not_reach_the_children() -> None:
    """The terminal signals the whole foreground group; the child is in another session."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        process_group=0,
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert os.getsid(pid) == pid != os.getsid(parent.pid)
        assert os.getpgid(pid) != os.getpgid(parent.pid)
    assert wait_until_gone(pid)
