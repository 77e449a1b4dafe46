"""The emulators' own door: books, faults, settings, the log of requests. No provider has this."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from emulators.faults import Faults, Rule
from emulators.server import Request, Response, json_response
from emulators.settings import EmulatorSettings
from emulators.site import Site, World

_RULES = TypeAdapter(tuple[Rule, ...])


class Control:
    """Answers whoever runs the emulators."""

    def __init__(self, world: World, sites: dict[str, Site]) -> None:
        self._world = world
        self._sites = sites

    async def handle(self, request: Request) -> Response:
        """Answer a request."""
        await asyncio.sleep(0)
        acts: dict[tuple[str, str], Callable[[Request], Awaitable[Response]]] = {
            ("GET", "/requests"): self._requests,
            ("GET", "/settings"): self._settings,
            ("PUT", "/settings"): self._set_settings,
            ("PUT", "/faults"): self._set_faults,
            ("POST", "/reset"): self._reset,
        }
        site = self._sites.get(request.path.removeprefix("/books/"))
        if request.method == "GET" and site:
            return Response(
                200, site.queue.keeper.book().model_dump_json().encode(), {"Content-Type": "application/json"}
            )
        act = acts.get((request.method, request.path))
        if act is None:
            return json_response({"error": "not found"}, 404)
        try:
            return await act(request)
        except ValidationError as error:
            return json_response({"error": str(error)}, 422)

    async def _requests(self, _: Request) -> Response:
        return json_response([seen.model_dump(mode="json") for seen in self._world.seen])

    async def _settings(self, _: Request) -> Response:
        return json_response(self._world.settings.model_dump(mode="json"))

    async def _set_settings(self, request: Request) -> Response:
        settings = EmulatorSettings.model_validate_json(request.body)
        self._world.settings = settings
        return json_response({})

    async def _set_faults(self, request: Request) -> Response:
        self._world.faults = Faults(self._world.settings.seed, _RULES.validate_json(request.body))
        return json_response({})

    async def _reset(self, _: Request) -> Response:
        for site in self._sites.values():
            site.queue.forget()
        self._world.seen.clear()
        self._world.faults = Faults(self._world.settings.seed, self._world.settings.faults)
        return json_response({})


def environment(sites: dict[str, Site], settings: EmulatorSettings) -> dict[str, str]:
    """The variables that point a client at the emulators."""
    fal = sites["fal"].base_url
    return {
        "LONGTAKE_FAL_QUEUE_URL": fal,
        "LONGTAKE_FAL_REST_URL": fal,
        "LONGTAKE_FAL_API_URL": fal,
        "LONGTAKE_AIMLAPI_URL": sites["aimlapi"].base_url,
        "LONGTAKE_PIXAZO_URL": sites["pixazo"].base_url,
        "FAL_KEY": settings.fal.key,
        "AIML_API_KEY": settings.aimlapi.key,
        "PIXAZO_API_KEY": settings.pixazo.key,
    }


def ready_line(control_url: str, sites: dict[str, Site], settings: EmulatorSettings) -> str:
    """What is printed once all ports are served."""
    told: dict[str, Any] = {name: site.base_url for name, site in sites.items()}
    return json.dumps(told | {"control": control_url, "env": environment(sites, settings)})
