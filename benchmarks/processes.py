"""What the processes of a home take: the most memory and the processor time of each kind of process."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path
from types import TracebackType

EVERY_SECONDS = 0.2
KINDS = (
    ("flows.server.temporary", "Prefect's server"),
    ("flows.cli", "the run"),
    ("espeak", "espeak-ng"),
    ("ffmpeg", "ffmpeg"),
)


def peak_megabytes(process: str) -> int:
    """The most resident memory that a process ever had; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return max((int(line.split()[1]) * 1024 // 1_000_000 for line in lines if line.startswith("VmHWM")), default=0)


def processor_seconds(process: str) -> float:
    """The processor time of a living process, without its children's; 0 when it is gone."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Looks at all processes whose environment names a home, for as long as the context lasts."""

    def __init__(self, home: Path) -> None:
        self._mark = str(home).encode()
        self._kinds: dict[str, str] = {}
        self._megabytes: dict[str, int] = defaultdict(int)
        self._seconds: dict[str, dict[str, float]] = defaultdict(dict)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_until_ended, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def largest_megabytes(self) -> int:
        """The most resident memory that any process had."""
        return max(self._megabytes.values(), default=0)

    def report(self) -> str:
        """A line for each kind of process."""
        return "\n".join(
            f"    {kind:28} {self._megabytes[kind]:5d} MB at most, {sum(self._seconds[kind].values()):7.1f} s of "
            f"processor time in {len(self._seconds[kind])} processes"
            for kind in sorted(self._megabytes, key=lambda kind: -self._megabytes[kind])
        )

    def _look_until_ended(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            for folder in Path("/proc").glob("[0-9]*"):
                kind = self._kinds.get(folder.name) or self._kind(folder)
                if kind:
                    self._megabytes[kind] = max(self._megabytes[kind], peak_megabytes(folder.name))
                    seconds = self._seconds[kind]
                    seconds[folder.name] = max(seconds.get(folder.name, 0), processor_seconds(folder.name))

    def _kind(self, folder: Path) -> str:
        """What kind of process of this home it is; empty for another home's, or one that is gone."""
        try:
            if self._mark not in (folder / "environ").read_bytes():
                return ""
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
        kind = next((kind for mark, kind in KINDS if mark in words), "a process of its own")
        self._kinds[folder.name] = kind
        return kind
