"""The command line. Imports little, so that --help answers at once; Prefect only when a flow is run."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from flows.cli.jobs import add_job_commands
from flows.cli.voices import add_voice_commands

CTRL_C = 130
"""What typer answers when it met a Ctrl-C."""

app = typer.Typer(
    name="longtake",
    help="Turn a script or a recording, and a portrait, into a talking-head video as long as you like.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

add_job_commands(app)
add_voice_commands(app)

Script = Annotated[
    str | None,
    typer.Argument(help="Markdown, plain text, YAML or JSON: a path, http(s) or s3 address. None with --audio."),
]
Image = Annotated[str | None, typer.Option(help="Portrait of whoever has none in the script.")]
Audio = Annotated[str | None, typer.Option(help="A recording, in place of a script.")]
Transcript = Annotated[str | None, typer.Option(help="What the recording says and when: an SRT or VTT file.")]
Voice = Annotated[str | None, typer.Option(help="Voice of whoever has none in the script, such as en-gb+f3.")]
Language = Annotated[
    str | None,
    typer.Option(
        help="Language of a script that names none, such as en-GB; of several languages, the only one wanted."
    ),
]
Prompt = Annotated[str | None, typer.Option(help="How whoever has no prompt in the script is to act.")]
Mask = Annotated[str | None, typer.Option(help="Picture, white where the one who speaks is.")]
ProviderOption = Annotated[
    str,
    typer.Option(help="preview (free), or fal, aimlapi, pixazo; several, with commas: each stands in for the last."),
]
Model = Annotated[str, typer.Option(help="The model to render with, or to plan a preview for.")]
ResolutionOption = Annotated[str, typer.Option(help="720p (clips up to 60 s), 1080p (up to 30 s), or 480p.")]
Turbo = Annotated[bool, typer.Option("--turbo", help="Faster, at some loss of quality, where the model has it.")]
ShapeOption = Annotated[str, typer.Option(help="own (that of the first portrait), 16:9, 9:16 or 1:1.")]
FitOption = Annotated[str, typer.Option(help="How other portraits are fitted: contain, cover or exact.")]
Loudness = Annotated[str, typer.Option(help="podcast (-16 LUFS), youtube (-14) or broadcast (-23).")]
CaptionsOption = Annotated[
    str, typer.Option(help="track (in the video, and beside it as files), files (alone), or burn (into the picture).")
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", help="The MP4 to write, a path or s3://bucket/name.mp4. Default: SCRIPT's name."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else, on stdout.")]
PricePerSecond = Annotated[
    float | None, typer.Option(help="What a second costs at most, in dollars, where the provider states no price.")
]
Budget = Annotated[float | None, typer.Option(help="What the video may cost over all its runs, in dollars.")]
MaxRepeat = Annotated[float, typer.Option(help="What may be paid again for clips that were paid and cannot be used.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Spend up to the estimate without asking.")]
Draft = Annotated[bool, typer.Option("--draft", help="Fill clips that cannot be rendered with labelled previews.")]
Reencode = Annotated[bool, typer.Option(help="Encode the whole video anew instead of copying the clips.")]


@app.command()
def render(
    script: Script = None,
    image: Image = None,
    audio: Audio = None,
    transcript: Transcript = None,
    voice: Voice = None,
    language: Language = None,
    prompt: Prompt = None,
    mask: Mask = None,
    output: Output = None,
    provider: ProviderOption = "preview",
    model: Model = "omnihuman-1.5",
    resolution: ResolutionOption = "auto",
    turbo: Turbo = False,
    shape: ShapeOption = "own",
    fit: FitOption = "contain",
    loudness: Loudness = "podcast",
    captions: CaptionsOption = "track",
    reencode: Reencode = False,
    budget: Budget = None,
    price_per_second: PricePerSecond = None,
    max_repeat_usd: MaxRepeat = 0,
    draft: Draft = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Render a video. Called again, it goes on where it was; finished, it answers at once."""
    words = locals()
    from flows.commands.render import render_command
    from flows.request import Request

    requests = Request.each_from_words(**_without(words, "yes", "json"))
    if len(requests) == 1:
        render_command(requests[0], as_json=json, yes=yes)
    else:
        from flows.commands.in_turn import run_in_turn

        run_in_turn(request.storyboard.language for request in requests)


@app.command()
def plan(
    script: Script = None,
    image: Image = None,
    audio: Audio = None,
    transcript: Transcript = None,
    voice: Voice = None,
    language: Language = None,
    prompt: Prompt = None,
    mask: Mask = None,
    output: Output = None,
    provider: ProviderOption = "preview",
    model: Model = "omnihuman-1.5",
    resolution: ResolutionOption = "auto",
    turbo: Turbo = False,
    shape: ShapeOption = "own",
    fit: FitOption = "contain",
    loudness: Loudness = "podcast",
    captions: CaptionsOption = "track",
    price_per_second: PricePerSecond = None,
    json: Json = False,
) -> None:
    """Show where the video will be cut, what exists already, and what it would cost. Renders nothing."""
    words = locals()
    from flows.commands.render import plan_command
    from flows.request import Request

    for request in Request.each_from_words(**_without(words, "json")):
        plan_command(request, as_json=json)


def _without(words: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: word for name, word in words.items() if name not in names}


@app.command()
def doctor() -> None:
    """Show what is here: ffmpeg, encoders, Prefect, store, ledger, voices, keys (never their values)."""
    from flows.commands.doctor import doctor_command

    doctor_command()


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port of Prefect's server and UI.")] = 4200,
    files_port: Annotated[int, typer.Option(help="Port of the door to the store.")] = 4280,
) -> None:
    """Start a lasting Prefect server with its UI, serve the flow, and open the store's door."""
    from flows.server.up import up_command

    up_command(port, files_port)


@app.command()
def door(
    host: Annotated[str, typer.Option(help="The interface to listen on; 0.0.0.0 in a container.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 4280,
) -> None:
    """Open the store's door alone: browsers see videos and pictures through it, and upload files."""
    from flows.door.command import door_command

    door_command(host, port)


@app.command()
def prune(
    keep_days: Annotated[float, typer.Option(help="Keep what is younger than this.")] = 0.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be removed.")] = False,
) -> None:
    """Free space: remove what can be made again for nothing. Clips that were paid for always stay."""
    from flows.commands.render import prune_command

    prune_command(keep_days, dry_run=dry_run)


@app.command(name="import")
def import_(
    file: Annotated[str, typer.Argument(help="Subtitles (SRT, VTT), a table (CSV, TSV), or a list in JSON.")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="The script to write, .md or .yaml. Default: FILE's name, .md.")
    ] = None,
) -> None:
    """Write a script from subtitles, a table or a list."""
    from flows.commands.importing import import_command

    import_command(file, output)


@app.command()
def schema() -> None:
    """Print the JSON Schema of YAML and JSON scripts."""
    from flows.commands.render import schema_command

    schema_command()


@app.command()
def version() -> None:
    """Print the version."""
    from longtake import __version__

    typer.echo(__version__)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 2 bad input, 1 everything else."""
    from longtake.garbage import collect_seldom

    collect_seldom()
    from longtake.errors import BadInput, LongtakeError

    _reach_this_machine_directly()
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except BadInput as error:
        _fail(str(error), 2)
    except LongtakeError as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        code = CTRL_C
    except Exception as error:
        if isinstance(error, typer.TyperException):
            _fail(f"{error}\nTry: longtake --help", 2)
        _report(error)
    if code == CTRL_C:
        _fail("stopped. What is finished is kept; the same command goes on from there.", 1)
    sys.exit(code)


def _reach_this_machine_directly() -> None:
    """A proxy for the world outside cannot reach the servers on this machine."""
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(filter(None, (direct, "127.0.0.1", "localhost")))


def _fail(text: str, code: int) -> None:
    typer.echo(f"longtake: {text}", err=True)
    sys.exit(code)


def _report(error: Exception) -> None:
    """An error that nobody foresaw: the trace goes to a file, a sentence to the person."""
    import traceback

    from longtake.settings import load_settings

    path = load_settings().home_path / "last-error.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    _fail(f"{type(error).__name__}: {error}\nThis is a fault in Longtake; its trace is in {path}", 1)
