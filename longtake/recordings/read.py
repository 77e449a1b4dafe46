"""Reading a recording of any format, as 48 kHz mono."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from longtake.errors import MediaError, ToolFailed
from longtake.ffmpeg import piped
from longtake.grid import SAMPLES_PER_SECOND

BLOCK_SAMPLES = SAMPLES_PER_SECOND
"""A block is a second; the last one may be shorter. It holds whole hops of 10 ms."""

_FLOAT_BYTES = 4
_LOG_BYTES = 20_000
_LARGEST = 8.0


class Sound:
    """The first audio track of a file as blocks of 48 kHz mono float32, decoded while it is read.

    Channels are mixed in equal parts; `left_only` takes the first one instead. Full scale is 1.0, and what a lossy or
    float file holds above it is kept. When the blocks have ended, `samples` and `complaints` (what the decoder said)
    are known.
    """

    def __init__(self, path: Path, name: str, *, left_only: bool = False) -> None:
        self._path = path
        self.name = name
        self.left_only = left_only
        self.samples = 0
        self.complaints: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is, as far as it has been read."""
        return self.samples / SAMPLES_PER_SECOND

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The sound. Raises MediaError when the decoder gives up, naming how much could be read."""
        with tempfile.TemporaryDirectory(prefix="longtake-") as folder:
            log = Path(folder) / "log"
            try:
                with piped(self._command(), drain=True, log=log) as pipes:
                    while data := pipes.stdout.read(BLOCK_SAMPLES * _FLOAT_BYTES):
                        block = _sane(np.frombuffer(data, np.float32))
                        self.samples += block.size
                        yield block
            except ToolFailed as error:
                raise self._given_up(error) from error
            self.complaints = _lines(log)

    def _command(self) -> Any:
        # file: keeps ffmpeg from reading a name with a colon as a protocol; the list keeps playlists off the network.
        source = ffmpeg.input(f"file:{self._path}", protocol_whitelist="file")["a:0"]
        if self.left_only:
            source = source.filter("channelmap", map="0", channel_layout="mono")
        kind = {"format": "f32le", "acodec": "pcm_f32le", "ac": 1, "ar": SAMPLES_PER_SECOND}
        return source.output("pipe:1", **kind).global_args("-loglevel", "error")

    def _given_up(self, error: ToolFailed) -> MediaError:
        last = error.stderr.splitlines()[-1] if error.stderr else "ffmpeg said nothing"
        read = f"after {self.seconds:.1f} s " if self.samples else ""
        return MediaError(
            f"it could not be decoded: {read}ffmpeg gave up ({last.replace(str(self._path), self.name)}).",
            where=self.name,
            hint="The file is damaged or of an unknown kind: export it again, as WAV or FLAC if you can.",
        )


def _sane(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The samples without what is no number, and within what can be meant: a damaged float file holds anything."""
    return np.clip(np.nan_to_num(samples, nan=0.0), -_LARGEST, _LARGEST)


def _lines(log: Path) -> tuple[str, ...]:
    with log.open("rb") as file:
        return tuple(file.read(_LOG_BYTES).decode(errors="replace").splitlines())
