"""The files that a script names: made absolute, and looked at before anything is spent on them."""

from __future__ import annotations

from pathlib import Path

from longtake.assets import parse_address
from longtake.errors import BadInput
from longtake.remote.uris import is_uri, joined
from longtake.script.source import Source
from longtake.storyboard import Storyboard


class Files:
    """Turns what a script names into absolute paths, from the script's folder; without one, leaves them as they are.

    Names in a script that was fetched from `base` are addresses beside that. `noted` is told where the script first
    names each address.
    """

    def __init__(
        self, source: Source, folder: Path | None, *, base: str | None = None, noted: dict[str, str] | None = None
    ) -> None:
        self._source = source
        self._folder = folder
        self._base = base
        self._noted = {} if noted is None else noted
        self._seen: dict[str, str] = {}

    def find(self, name: str, line: int | None) -> str:
        """The absolute path of a file, or the address as it is. Raises ScriptError at `line`."""
        if name not in self._seen:
            self._seen[name] = self._looked_up(name, line)
        return self._seen[name]

    def find_optional(self, name: str | None, line: int | None) -> str | None:
        """The same for a name that may be missing; an empty one counts as missing."""
        return self.find(name, line) if name and name.strip() else None

    def _looked_up(self, name: str, line: int | None) -> str:
        if name.startswith("asset:"):
            try:
                parse_address(name)
            except BadInput as error:
                raise self._source.error(error.message, line, hint=error.hint) from error
            return name
        if self._base or is_uri(name):
            return self._address(name, line)
        if self._folder is None:
            return name
        try:
            path = Path(self._folder, Path(name).expanduser()).absolute()
            if path.is_dir():
                raise self._source.error(f"{name!r} is a folder.", line, hint="Name a file in it.")
            if path.exists() and not path.is_file():
                raise self._source.error(f"{name!r} is no ordinary file.", line, hint="Name a file.")
            with path.open("rb"):
                return str(path)
        except FileNotFoundError as error:
            raise self._source.error(
                f"there is no file {name[:200]!r}.",
                line,
                hint=f"Paths are taken from the script's own folder, {self._folder.absolute()}.",
            ) from error
        except (OSError, ValueError, RuntimeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise self._source.error(f"the file {name[:200]!r} cannot be read: {reason}.", line) from error

    def _address(self, name: str, line: int | None) -> str:
        try:
            uri = joined(self._base, name) if self._base else name
        except BadInput as error:
            raise self._source.error(error.message, line, hint=error.hint) from None
        self._noted.setdefault(uri, self._source.where(line))
        return uri


def files_of(storyboard: Storyboard) -> tuple[str, ...]:
    """Every file that a storyboard names, once each, in the order of their first mention."""
    around = [one.file for one in (storyboard.music, storyboard.logo) if one]
    names: list[str | None] = [storyboard.intro, storyboard.outro, *around]
    for speaker in storyboard.speakers.values():
        names += [speaker.image, speaker.mask]
    for scene in storyboard.scenes:
        names.append(scene.image)
        for line in scene.lines:
            names += [line.audio, line.transcript]
    return tuple(dict.fromkeys(name for name in names if name))
