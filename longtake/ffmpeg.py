"""The ffmpeg binary, and the one place that runs it. Commands are built with ffmpeg-python.

The binary is LONGTAKE_FFMPEG when that is set, else the one that imageio-ffmpeg carries, else the system's.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from longtake.errors import MissingComponent, SettingError, ToolFailed

_LAST_WORDS_BYTES = 4000


@functools.cache
def ffmpeg_binary() -> str:
    """The path of the ffmpeg to use. Raises MissingComponent when there is none."""
    chosen = os.environ.get("LONGTAKE_FFMPEG")
    if chosen:
        found = shutil.which(chosen)
        if not found:
            raise SettingError(f"{chosen!r} is no program.", where="LONGTAKE_FFMPEG", hint="Name an ffmpeg binary.")
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        found = shutil.which("ffmpeg")
    if not found:
        raise MissingComponent("no ffmpeg was found: install the package imageio-ffmpeg, or set LONGTAKE_FFMPEG")
    return found


@functools.cache
def ffmpeg_version() -> str:
    """What the binary calls itself, such as `n9.0.2` or `5.1.9-0+deb12u1`."""
    answer = subprocess.run([ffmpeg_binary(), "-version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"ffmpeg version (\S+)", answer)
    return found[1] if found else "unknown"


def command_of(stream: Any) -> list[str]:
    """The command line of an ffmpeg-python output: quiet, never asking, overwriting."""
    arguments: list[str] = stream.get_args()
    return [ffmpeg_binary(), "-hide_banner", "-nostdin", "-nostats", "-y", *arguments]


def run(stream: Any) -> subprocess.CompletedProcess[bytes]:
    """Run an ffmpeg-python output to its end; its stdout and stderr are in the answer. Raises ToolFailed."""
    command = command_of(stream)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise _failure(command, done.returncode, done.stderr)
    return done


@contextmanager
def piped(stream: Any, *, feed: bool = False, drain: bool = False, log: Path | None = None) -> Iterator[_Pipes]:
    """Run an ffmpeg-python output with its stdin to write to (`feed`) or its stdout to read from (`drain`).

    Its stderr goes to the file `log` when one is given (so that a full pipe never stops it), else its end is kept for
    the error. Leaving the context waits for its end and raises ToolFailed; an error inside the context kills it.
    """
    command = command_of(stream)
    if feed:
        command.remove("-nostdin")
    log_path = log or Path(os.devnull)
    with log_path.open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE if drain else subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            yield _Pipes(process)
            if process.stdin:
                process.stdin.close()
            if process.stdout:
                process.stdout.close()
            code = process.wait()
        except BrokenPipeError:
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code:
        raise _failure(command, code, _end_of(log_path))


class _Pipes:
    """The open ends of a running ffmpeg."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout


def _end_of(path: Path) -> bytes:
    if path == Path(os.devnull):
        return b""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LAST_WORDS_BYTES))
        return file.read()


def _failure(command: list[str], code: int, stderr: bytes) -> ToolFailed:
    words = stderr[-_LAST_WORDS_BYTES:].decode(errors="replace").strip()
    last = words.splitlines()[-1] if words else "it said nothing"
    return ToolFailed(f"ffmpeg ended with code {code}: {last}", command=shlex.join(command), code=code, stderr=words)
