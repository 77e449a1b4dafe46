"""The commands about paid jobs. Imports nothing but typer, so that --help answers at once."""

from __future__ import annotations

from typing import Annotated

import typer

Video = Annotated[str, typer.Argument(help="The video's lasting name, as `longtake jobs` shows it.")]
Clip = Annotated[int, typer.Option("--clip", min=1, help="The clip's number.")]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="The job's id, or its first digits.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]


def add_job_commands(app: typer.Typer) -> None:
    """Give the program its commands about paid jobs."""
    for command in (jobs, recover, resolve, accept, redo, costs, approve, inbox, emulate):
        app.command()(command)


def jobs(
    video: Annotated[str | None, typer.Option(help="Only this video's.")] = None,
    state: Annotated[list[str] | None, typer.Option(help="Only in this state; may be given several times.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only at this provider.")] = None,
    clip: Annotated[int | None, typer.Option(min=1, help="Only of this clip.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    json: Json = False,
) -> None:
    """List paid jobs: where each stands and what it counts for."""
    from flows.commands.jobs import jobs_command

    jobs_command(video, state or (), provider, clip, limit, as_json=json)


def recover(
    job: Annotated[str | None, typer.Argument(metavar="[JOB]", help="Only this one.")] = None,
    video: Annotated[str | None, typer.Option(help="Only this video's.")] = None,
    provider: Annotated[
        str | None, typer.Option(help="Blocks that hold keys, as fal:studio; besides the keys in the environment.")
    ] = None,
    json: Json = False,
) -> None:
    """Look unknown, lost and left jobs up at their providers, and fetch their clips. Never pays anything."""
    from flows.commands.recover import recover_command

    recover_command(job, video, provider, as_json=json)


def resolve(
    job: JobId,
    paid: Annotated[bool, typer.Option("--paid", help="It was accepted, and so paid.")] = False,
    not_accepted: Annotated[bool, typer.Option("--not-accepted", help="It was never accepted, nor paid.")] = False,
) -> None:
    """Say what became of a job that nobody else can tell about."""
    from flows.commands.jobs import resolve_command

    resolve_command(job, paid=paid, not_accepted=not_accepted)


def accept(video: Video, clip: Clip) -> None:
    """Use a clip that failed its check all the same."""
    from flows.commands.jobs import accept_command

    accept_command(video, clip)


def redo(
    video: Video,
    clip: Annotated[
        list[int] | None, typer.Option("--clip", min=1, help="The clip's number; may be given several times.")
    ] = None,
    take: Annotated[
        list[str] | None,
        typer.Option(
            "--take",
            metavar="CLIP=TAKE",
            help="Go back to an older take, such as 7=1, which costs nothing; may be given several times.",
        ),
    ] = None,
    budget: Annotated[float | None, typer.Option(help="A new budget, in dollars. Default: the last one.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Spend without asking.")] = False,
    json: Json = False,
) -> None:
    """Take another take of a clip, or go back to an older one, and join the video again. Every take is kept."""
    from flows.commands.redo import redo_command

    redo_command(video, tuple(clip or ()), tuple(take or ()), budget, yes=yes, as_json=json)


def costs(
    by: Annotated[str, typer.Option(help="day, video or provider.")] = "video",
    json: Json = False,
) -> None:
    """Show what was spent."""
    from flows.commands.jobs import costs_command

    costs_command(by, as_json=json)


def approve(
    video: Video,
    up_to: Annotated[float, typer.Option("--up-to", help="What it may cost at most, in dollars.")],
) -> None:
    """Allow what a run has asked for that ended as NeedsApproval."""
    from flows.commands.approval import approve_command

    approve_command(video, up_to)


def inbox(
    source: Annotated[str, typer.Argument(help="A folder, s3://bucket/prefix, or a list file (.yaml, .csv).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read what is due; tell what would be refused.")] = False,
    again: Annotated[str | None, typer.Option(metavar="ITEM", help="Have this one started again.")] = None,
) -> None:
    """Show an inbox: how each item stands, and what is done about it next. Starts nothing."""
    from flows.commands.inbox import inbox_command

    inbox_command(source, dry_run=dry_run, again=again)


def emulate(
    port: Annotated[int, typer.Option(min=0, max=65000, help="The first of four ports; 0: any that are free.")] = 4290,
) -> None:
    """Start emulators of the providers, to try a paid run without money. They render previews."""
    from flows.commands.emulate import emulate_command

    emulate_command(port)
