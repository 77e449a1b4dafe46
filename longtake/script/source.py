"""The bytes of a script file as text, and the errors that name its lines."""

from __future__ import annotations

import codecs
from pathlib import Path

from longtake.errors import ScriptError

LARGEST_SCRIPT_BYTES = 5_000_000
LARGEST_TRANSCRIPT_BYTES = 6_000_000

# The longer mark first: UTF-16's little-endian one is the beginning of UTF-32's.
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Source:
    """A script's text with its name, for errors. Line ends are `\\n`; there is no byte order mark."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        for character, what in (("\x00", "a NUL character"), ("\ufffe", "a byte order mark the wrong way round")):
            found = self.text.find(character)
            if found >= 0:
                raise self.error(
                    f"the file has {what} in it: it is no text, or not in the encoding it seems to be.",
                    self.line_at(found),
                    hint="Save it as UTF-8 text.",
                )
        try:
            self.text.encode()
        except UnicodeEncodeError as error:
            raise self.error(
                "the file holds half a character (a lone surrogate).",
                self.line_at(error.start),
                hint="Save it as UTF-8 text.",
            ) from error

    def line_at(self, offset: int) -> int:
        """The number of the line that holds the character at `offset`."""
        return self.text.count("\n", 0, offset) + 1

    def error(self, message: str, line: int | None = None, *, hint: str | None = None) -> ScriptError:
        """An error at a line of this script, or about the whole of it."""
        return ScriptError(message, where=self.where(line), hint=hint)

    def where(self, line: int | None) -> str:
        """What messages call a line of this script, or the whole of it."""
        return f"{self.name}:{line}" if line else self.name


def read_source(
    path: Path, name: str | None = None, *, what: str = "script", most_bytes: int = LARGEST_SCRIPT_BYTES
) -> Source:
    """The text of a script file. Raises ScriptError for what is no readable text file of at most so many bytes.

    `name` is what messages call the file, `what` its kind.
    """
    name = name or str(path)
    try:
        if path.is_dir():
            raise ScriptError("this is a folder.", where=name, hint="Name a file in it.")
        if path.exists() and not path.is_file():
            raise ScriptError("this is no ordinary file.", where=name, hint="Name a file.")
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError as error:
        raise ScriptError("there is no such file.", where=name, hint=f"Check the {what}'s name.") from error
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ScriptError(f"the {what} cannot be read: {reason}.", where=name) from error
    if len(data) > most_bytes:
        raise ScriptError(
            f"the {what} is larger than {most_bytes // 1_000_000} MB.",
            where=name,
            hint="Split it into several videos; a ten-hour script has about 0.6 MB.",
        )
    return Source(_decoded(data, name), name)


def _decoded(data: bytes, name: str) -> str:
    mark, encoding = next(((mark, known) for mark, known in _ENCODINGS if data.startswith(mark)), (b"", "utf-8"))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        before = data[len(mark) :][: error.start].decode(encoding, errors="replace")
        line = before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        offset = error.start + len(mark)
        raise ScriptError(
            f"byte {data[offset]:#04x} at offset {offset} is not {encoding.upper()} text.",
            where=f"{name}:{line}",
            hint="Save it as UTF-8.",
        ) from error
