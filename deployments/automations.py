"""The automations that Prefect's server has for Longtake: runs of dead machines, and who is told of what."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

VIDEO_TAG, UPKEEP_TAG = "longtake", "longtake-upkeep"
RUN = "prefect.resource.id"
HEARTBEAT_SECONDS = 30
SILENT_SECONDS = 3 * HEARTBEAT_SECONDS

STUCK_SECONDS = 15 * 60
"""Longer than a container's image takes to come."""

STARTS = 3
"""So often a video's run is started by itself. What crashes each time, as for want of memory, is then left alone."""

UPKEEP_TOLD_EVERY = timedelta(hours=6)
"""A ledger that cannot be reached fails a run every ten minutes; that is told once in so long."""

STATE_MESSAGE = "event.resource['prefect.state-message']"
TO = ", to "
"""What stands before the block's name in the names of notifications."""

MESSAGE = f"{{{{ {STATE_MESSAGE} or 'It says no more.' }}}}"
QUESTION = f"{{{{ {STATE_MESSAGE} or flow_run.name + ' waits for an answer: press Resume on its page.' }}}}"
"""A state in which a run is suspended has no message of its own."""

LINK = "{{ flow_run|ui_url }}"


def upkeep() -> tuple[AutomationCore, ...]:
    """What every server of a team needs."""
    return (_silent_runs(), _crashed_videos(), _stuck_runs())


def notifications(name: str, block: UUID) -> tuple[AutomationCore, ...]:
    """Who is told, through which block: of failures, of what needs a person, of finished videos."""
    needs = f"{{% if 'longtake resolve' in {STATE_MESSAGE} %}}needs a person{{% else %}}failed{{% endif %}}"
    return (
        _told(
            f"Longtake: failed videos{TO}{name}",
            block,
            ("Failed",),
            VIDEO_TAG,
            subject=f"Longtake: {{{{ flow_run.name }}}} {needs}",
            body=f"{MESSAGE}\n{LINK}",
        ),
        _told(
            f"Longtake: videos that crash again and again{TO}{name}",
            block,
            ("Crashed",),
            VIDEO_TAG,
            run_counts=_all_but_restarted(),
            subject="Longtake: {{ flow_run.name }} crashed and is not started again",
            body=f"{MESSAGE}\nNothing that was paid is lost: Retry in Prefect's UI goes on with it.\n{LINK}",
        ),
        _told(
            f"Longtake: what needs a person{TO}{name}",
            block,
            ("Needs*", "needs*", "Suspended"),
            subject="Longtake: a person is needed",
            body=f"{QUESTION}\n{LINK}",
        ),
        _told(
            f"Longtake: finished videos{TO}{name}",
            block,
            ("Completed",),
            VIDEO_TAG,
            subject="Longtake: {{ flow_run.name }} is finished",
            body=f"{{{{ flow_run.parameters['output'] or 'It is in the store.' }}}}\n{LINK}",
        ),
        _told(
            f"Longtake: failing upkeep{TO}{name}",
            block,
            ("Failed", "Crashed"),
            UPKEEP_TAG,
            every=UPKEEP_TOLD_EVERY,
            subject="Longtake: {{ flow.name }} fails",
            body=f"{MESSAGE}\n{LINK}",
        ),
    )


def is_notification(name: str) -> bool:
    """Whether an automation of that name is one that `notifications` makes."""
    return name.startswith("Longtake: ") and TO in name


def _silent_runs() -> AutomationCore:
    """A run whose machine is gone stays Running by itself, for ever. Any change of its state is a sign of life."""
    return AutomationCore(
        name="Longtake: silent runs have crashed",
        description=f"No heartbeat for {SILENT_SECONDS} s: the machine is gone.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},
            match=ResourceSpecification({RUN: "prefect.flow-run.*"}),
            match_related=_tagged(VIDEO_TAG, UPKEEP_TAG),
            for_each={RUN},
            threshold=1,
            within=timedelta(seconds=SILENT_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, name="Crashed", message=f"No heartbeat for {SILENT_SECONDS} s.", force=False
            )
        ],
    )


def _crashed_videos() -> AutomationCore:
    """Another worker goes on where the ledger says the video stands. The count of its starts guards against a loop."""
    return AutomationCore(
        name="Longtake: crashed videos are started again",
        description=f"Up to {STARTS} starts. Money is safe: a job is submitted once, whoever runs the video.",
        trigger=_on(("Crashed",), VIDEO_TAG, run_counts=tuple(map(str, range(1, STARTS)))),
        actions=[ChangeFlowRunState(state=StateType.SCHEDULED, name="AwaitingRetry", message="Started again.")],
    )


def _stuck_runs() -> AutomationCore:
    """A run that a worker took and never began, for its machine was gone first, would wait for ever."""
    return AutomationCore(
        name="Longtake: runs that never began are offered again",
        description=f"Taken by a worker and not begun in {STUCK_SECONDS // 60} minutes.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={"prefect.flow-run.Pending"},
            expect={"prefect.flow-run.*"},
            match=ResourceSpecification({RUN: "prefect.flow-run.*"}),
            match_related=_tagged(VIDEO_TAG, UPKEEP_TAG),
            for_each={RUN},
            threshold=1,
            within=timedelta(seconds=STUCK_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.SCHEDULED, name="AwaitingRetry", message="Its worker never began it.", force=False
            )
        ],
    )


def _all_but_restarted() -> tuple[str, ...]:
    """The counts of starts at which a crash is final: 0 is a run that no worker could start."""
    return ("0", *(f"{digit}" for digit in range(STARTS, 10)), "[1-9][0-9]*")


def _told(
    name: str,
    block: UUID,
    states: tuple[str, ...],
    *tags: str,
    subject: str,
    body: str,
    run_counts: tuple[str, ...] = (),
    every: timedelta | None = None,
) -> AutomationCore:
    trigger = _on(states, *tags, run_counts=run_counts, every=every)
    action = SendNotification(block_document_id=block, subject=subject, body=body)
    return AutomationCore(name=name, description="", trigger=trigger, actions=[action])


def _on(
    states: tuple[str, ...], *tags: str, run_counts: tuple[str, ...] = (), every: timedelta | None = None
) -> EventTrigger:
    """Fires when a run with one of the tags comes to one of the states; with `every`, once in so long for each flow."""
    match: dict[str, str | list[str]] = {RUN: "prefect.flow-run.*"}
    if run_counts:
        match["prefect.run-count"] = list(run_counts)
    return EventTrigger(
        posture=Posture.Reactive,
        expect={f"prefect.flow-run.{state}" for state in states},
        match=ResourceSpecification(match),
        match_related=_tagged(*(tags or (VIDEO_TAG, UPKEEP_TAG))),
        for_each={"related:flow:prefect.resource.id"} if every else {RUN},
        threshold=1,
        within=every or timedelta(0),
    )


def _tagged(*tags: str) -> ResourceSpecification:
    return ResourceSpecification({RUN: [f"prefect.tag.{tag}" for tag in tags], "prefect.resource.role": "tag"})
