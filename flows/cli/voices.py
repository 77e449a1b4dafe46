"""The command about voices. Imports nothing but typer, so that --help answers at once."""

from __future__ import annotations

from typing import Annotated

import typer


def add_voice_commands(app: typer.Typer) -> None:
    """Give the program its command about voices."""
    app.command()(voices)


def voices(
    language: Annotated[
        str | None, typer.Option(help="Only voices that speak this language, such as de; that of the sample.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="Ask a provider what voices it has: openai, elevenlabs, polly, or openai@BLOCK.")
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="Have this voice speak, as a script names it, into the file --output.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="What the sample says.")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="The WAV to write. Default: sample.wav.")] = None,
    budget: Annotated[
        float | None, typer.Option(help="What samples may cost in all, in dollars; a voice that costs money needs it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")] = False,
) -> None:
    """List the voices that are here and what others cost, or hear one."""
    from flows.commands.voices import sample_command, voices_command

    if sample:
        sample_command(sample, language or "en", text, output or "sample.wav", budget)
    else:
        voices_command(language, at, as_json=json)
