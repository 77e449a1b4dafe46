"""`longtake doctor`: what this machine has. Names keys that are set, never their values."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Callable
from itertools import islice

from rich.console import Console

from flows.commands.jobs import opened_ledger
from flows.means.stores import open_store
from flows.server.lasting import find_lasting_server
from longtake import __version__
from longtake.assets.trial import try_out
from longtake.errors import LongtakeError
from longtake.ffmpeg import ffmpeg_binary, ffmpeg_version
from longtake.settings import Settings, load_settings

KEYS = ("FAL_KEY", "AIML_API_KEY", "PIXAZO_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY")
ENCODERS = ("libx264", "aac")
MOST_COUNTED = 10_000
"""A store's files are counted as far as ten requests to a bucket tell."""


def doctor_command() -> None:
    """Print a line for each thing; a fault is said and does not stop the others."""
    settings = load_settings()
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print(f"longtake   {__version__}, Python {sys.version.split()[0]}, home {settings.home_path}")
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("ffmpeg", _ffmpeg),
        ("encoders", _encoders),
        ("prefect", _prefect),
        ("server", _server),
        ("store", _store),
        ("ledger", _ledger),
        ("voices", _voices),
        ("keys", _keys),
    )
    faults = 0
    for name, look in checks:
        try:
            console.print(f"{name:<10} {look(settings)}")
        except (LongtakeError, OSError, ImportError) as error:
            faults += 1
            console.print(f"{name:<10} FAULT: {error}")
    if faults:
        raise LongtakeError(f"{faults} of {len(checks)} things need care, see above")


def _ffmpeg(_: Settings) -> str:
    import av

    return f"{ffmpeg_version()} at {ffmpeg_binary()}; PyAV {av.__version__} with FFmpeg {av.ffmpeg_version_info}"


def _encoders(_: Settings) -> str:
    import av

    missing = [name for name in ENCODERS if name not in av.codecs_available]
    if missing:
        raise LongtakeError(f"PyAV has no {', '.join(missing)}: reinstall the package av")
    return ", ".join(ENCODERS)


def _prefect(_: Settings) -> str:
    return importlib.metadata.version("prefect")


def _server(settings: Settings) -> str:
    server = find_lasting_server(settings)
    return f"up: {server.ui_url}" if server else "none running; `longtake up` starts one, a render needs none"


def _store(settings: Settings) -> str:
    store = open_store(settings)
    try_out(store)
    sizes = [asset.size_bytes for asset in islice(store.assets(), MOST_COUNTED)]
    more = "more than " if len(sizes) == MOST_COUNTED else ""
    return f"{store!r}, readable and writable; {more}{len(sizes):,} files, {sum(sizes) / 1e6:,.1f} MB"


def _ledger(settings: Settings) -> str:
    if not settings.has_ledger:
        return "none yet: the first paid render makes it; a preview needs none"
    with opened_ledger(settings) as ledger:
        waiting = sum(job.state == "unknown" for job in ledger.live())
    kind = settings.ledger_address.partition(":")[0]
    text = f"{kind}, readable"
    return f"{text}; {waiting} jobs of unknown outcome: longtake recover" if waiting else text


def _voices(_: Settings) -> str:
    from longtake.speech import list_voices

    voices = list_voices()
    languages = {voice.language for voice in voices}
    piper = sum(voice.name.startswith("piper:") for voice in voices)
    others = f"; piper: {piper} voices" if piper else ""
    return f"espeak: {len(voices) - piper} voices in {len(languages)} languages{others}"


def _keys(_: Settings) -> str:
    return ", ".join(f"{name} {'is set' if os.environ.get(name) else 'is not set'}" for name in KEYS)
