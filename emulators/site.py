"""A provider's place on the net: its port, its queue, its faults, and the log of what it was asked."""

from __future__ import annotations

import hmac
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.downloads import download
from emulators.faults import Faults, ProviderName, Rule, Where
from emulators.files import Files
from emulators.inputs import audio_name_of, offer_at
from emulators.jobs import Job, Queue
from emulators.rendering import Renderer
from emulators.server import Request, Response
from emulators.settings import AccountSettings, EmulatorSettings
from emulators.wire_faults import spoiled
from longtake.frozen import Frozen
from longtake.money import MICRO

_SECRET_HEADERS = frozenset({"authorization", "ocp-apim-subscription-key", "cookie"})
_USUAL_USD_PER_SECOND = 0.14

Answer = Callable[[Rule | None], Awaitable[Response]]


class Seen(Frozen):
    """A request that was seen. Keys are left out."""

    provider: ProviderName
    where: Where | None
    method: str
    path: str
    headers: dict[str, str]
    status: int | None
    fault: str
    at: float


@dataclass(frozen=True)
class Route:
    """What a request asks for: where rules find it, the text they match, and how it is answered."""

    wheres: tuple[Where, ...]
    answer: Answer
    subject: str = ""
    job: Job | None = None


class World:
    """What all emulated providers share."""

    def __init__(self, home: Path, settings: EmulatorSettings) -> None:
        self.home = home
        self.settings = settings
        self.faults = Faults(settings.seed, settings.faults)
        self.renderer = Renderer(home / "rendered")
        self.files = Files(home / "files")
        self.seen: list[Seen] = []


class Site(ABC):
    """One emulated provider."""

    name: ProviderName

    def __init__(self, world: World) -> None:
        self.world = world
        self.base_url = ""
        self.queue = Queue(
            self.name, world.home, lambda: world.settings, world.renderer, self.bill, self.told_that_it_ended
        )

    async def handle(self, request: Request) -> Response:
        """Answer a request, or fail to, as the rules want."""
        route = self.route(request)
        subject = f"{request.method} {request.target} {route.subject} {route.job.subject if route.job else ''}"
        job_id = route.job.request_id if route.job else ""
        struck = (self.world.faults.strike(self.name, where, subject, job_id) for where in route.wheres)
        rule = next((rule for rule in struck if rule), None)
        if rule and rule.is_wire:
            response = await spoiled(rule, lambda: route.answer(None), self.error_body)
        else:
            response = await route.answer(rule)
        self._note(request, route, response, rule)
        return response

    @abstractmethod
    def route(self, request: Request) -> Route:
        """What the request asks for."""

    @abstractmethod
    def error_body(self, status: int, kind: str) -> dict[str, Any]:
        """The provider's usual words for an error."""

    @abstractmethod
    def bill(self, job: Job) -> int:
        """What an ended job costs, in micro-dollars."""

    @abstractmethod
    def told_that_it_ended(self, job: Job) -> None:
        """Hear that a job has ended."""

    @property
    def account(self) -> AccountSettings:
        """The settings of the account."""
        return self.world.settings.account(self.name)

    def has_key(self, given: str | None, prefix: str = "") -> bool:
        """Whether a header's value is the account's key."""
        return hmac.compare_digest((given or "").encode(), f"{prefix}{self.account.key}".encode())

    def new_job(self, endpoint: str, given: dict[str, Any], request_id: str = "", **more: Any) -> Job:
        """A job with the faults that strike it. It is not accepted yet."""
        job = Job(
            request_id=request_id or str(uuid.uuid4()),
            provider=self.name,
            endpoint=endpoint,
            given=given,
            audio_name=audio_name_of(given),
            accepted_at=time.time(),
            **more,
        )
        job.job_fault = self.world.faults.strike(self.name, "job", job.subject, job.request_id)
        job.media_fault = self.world.faults.strike(self.name, "media", job.subject, job.request_id)
        return job

    def known_job(self, request_id: str) -> Job | None:
        """The job of that id; None when there is none, or when it ended too long ago."""
        job = self.queue.jobs.get(request_id)
        if job is None or job.ended_at is None:
            return job
        return job if time.time() - job.ended_at < self.world.settings.result_lifetime_seconds else None

    def price_micro_usd(self, job: Job) -> int:
        """What the job's audio costs. What was not read counts as one second."""
        offer = offer_at(self.name, job.endpoint)
        prices = [price.usd_per_second for price in offer.prices] if offer else []
        usd = self.account.usd_per_second or (prices[0] if prices else _USUAL_USD_PER_SECOND)
        return round(billed_seconds(job) * usd * MICRO)

    def clip_url(self, job: Job, suffix: str = ".mp4") -> str:
        """Where the clip of a completed job can be downloaded."""
        return f"{self.base_url}/clips/{job.request_id.split(':')[0]}/output{suffix}"

    def clip_route(self, request: Request) -> Route | None:
        """The download of a clip, if that is what is asked for. It needs no key."""
        parts = request.path.strip("/").split("/")
        if request.method not in ("GET", "HEAD") or len(parts) != 3 or parts[0] != "clips":
            return None
        job = next((job for job in self.queue.jobs.values() if job.request_id.split(":")[0] == parts[1]), None)

        async def answer(_: Rule | None) -> Response:
            return await download(job, request, self.world.settings)

        return Route(("download",), answer, job=job)

    def _note(self, request: Request, route: Route, response: Response, rule: Rule | None) -> None:
        headers = {name: "..." if name in _SECRET_HEADERS else value for name, value in request.headers.items()}
        self.world.seen.append(
            Seen(
                provider=self.name,
                where=route.wheres[0] if route.wheres else None,
                method=request.method,
                path=request.target,
                headers=headers,
                status=None if response.cut in ("drop", "reset") else response.status,
                fault=rule.fault if rule else "",
                at=time.time(),
            )
        )


def billed_seconds(job: Job) -> float:
    """The seconds that a job is billed for."""
    return max(1.0, round(job.seconds, 2)) if job.seconds else 1.0
