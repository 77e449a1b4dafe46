"""The kinds of files that are fetched: how large each may be, and whether it is what it should be."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from longtake.errors import MediaError
from longtake.script.source import LARGEST_SCRIPT_BYTES, LARGEST_TRANSCRIPT_BYTES

LARGEST_PICTURE_BYTES = 100_000_000
LARGEST_RECORDING_BYTES = 20_000_000_000
"""Ten hours of WAV in stereo, 24 bits, are 10 GB."""

LARGEST_VIDEO_BYTES = 5_000_000_000


class Kind(Enum):
    """What a file is wanted for."""

    SCRIPT = LARGEST_SCRIPT_BYTES
    PICTURE = LARGEST_PICTURE_BYTES
    RECORDING = LARGEST_RECORDING_BYTES
    VIDEO = LARGEST_VIDEO_BYTES
    TRANSCRIPT = LARGEST_TRANSCRIPT_BYTES

    @property
    def most_bytes(self) -> int:
        """The size up to which it is fetched."""
        return self.value

    def check(self, path: Path, name: str) -> None:
        """Look at the head of the file. Raises ImageError or MediaError, which call it `name`."""
        if self is Kind.PICTURE:
            from longtake.portrait.reading import opened

            with opened(path, name):
                pass
        elif self is Kind.RECORDING:
            from longtake.recordings.probe import probe_recording

            probe_recording(path, name)
        elif self is Kind.VIDEO:
            _check_video(path, name)
        elif self is Kind.TRANSCRIPT:
            from longtake.transcripts import read_transcript

            read_transcript(path, name)


def _check_video(path: Path, name: str) -> None:
    import av

    try:
        with av.open(f"file:{path}", metadata_errors="replace") as container:
            if container.streams.video:
                return
    except (av.FFmpegError, OSError) as error:
        raise MediaError(
            f"it cannot be read as a video ({error.strerror or type(error).__name__}).",
            where=name,
            hint="Check that it plays elsewhere.",
        ) from error
    raise MediaError("it has no picture.", where=name, hint="Give a video.")
