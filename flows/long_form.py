"""The long-form video: from a script or a recording, and a portrait, to one exact video."""

import asyncio
import math
from dataclasses import replace
from typing import Literal
from uuid import uuid4

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Failed

from flows.accounts import Purse, check_money, open_the_ledger
from flows.answers import tell_answer
from flows.approval import want_approval
from flows.cancelling import obeying_cancel
from flows.recipe import render
from flows.request import Request
from flows.run_log import tell_the_run
from flows.stores import open_store
from longtake import progress
from longtake.assets import Store, begin_epoch, epoch, parse_address
from longtake.costs import spending_of
from longtake.errors import AssetCorrupt, AssetMissing, SettingError
from longtake.fields import check_fields
from longtake.inbox import NEEDS_APPROVAL
from longtake.inputs import pin_inputs, read_inputs
from longtake.ledger import Ledger
from longtake.manifest import VideoResult
from longtake.models import DEFAULT_MODEL
from longtake.money import micro_usd
from longtake.options import Fit, Shape, choose_options, named_accounts
from longtake.publish import check_target
from longtake.redo import check_redo
from longtake.remote import Fetcher, Target, check_public, parse_target
from longtake.requests import VideoRequest, save_request
from longtake.run import Run
from longtake.settings import load_settings
from longtake.storyboard import Storyboard

ChosenResolution = Literal["auto", "480p", "720p", "1080p"]


@flow(
    name="long-form-video",
    flow_run_name="{video}",
    description=__doc__,
    persist_result=True,
    result_serializer="json",
)
async def long_form_video(
    script: str | None = None,
    image: str | None = None,
    audio: str | None = None,
    prompt: str | None = None,
    mask: str | None = None,
    video: str = "video",
    output: str | None = None,
    provider: str = "preview",
    model: str = DEFAULT_MODEL,
    resolution: ChosenResolution = "auto",
    turbo: bool = False,
    shape: Shape = "own",
    fit: Fit = "contain",
    loudness: str = "podcast",
    reencode: bool = False,
    budget_usd: float | None = None,
    approve_above_usd: float | None = None,
    price_per_second: float | None = None,
    max_repeat_usd: float = 0,
    draft: bool = False,
    redo: list[int] = [],  # noqa: B006  Prefect reads the default for its form, and nobody changes it
) -> VideoResult | State[VideoResult]:
    """Render a long talking-head video.

    Files are named by a path on the machine that runs this, by an asset address, or by an http(s) or s3 address, also
    in the script. They are read with that machine's rights and its keys for S3, so whoever may start runs can have
    shown what it can reach, hosts of its own network too; only link-local addresses are never asked. An address with a
    query or a password is refused here, for Prefect keeps the parameters of a run.

    Args:
        script: A script (Markdown, text, YAML, JSON): a path, an asset, http(s) or s3 address.
        image: The portrait of whoever has none in the script: a path, an asset, http(s) or s3 address.
        audio: A recording in place of a script: a path, an asset, http(s) or s3 address.
        prompt: How whoever has no prompt in the script is to act, for models that take one.
        mask: A picture, white where the one who speaks is, for whoever has none in the script.
        video: The video's lasting name. Budgets and takes belong to it.
        output: Where to write the MP4: a path, or s3://bucket/name.mp4. Left out, it stays in the store.
        provider: Who renders the clips; several, with commas between, in the order in which they are asked. preview
            costs nothing. fal:team takes the key from the block named team, fal alone from the environment.
        model: The model to render with, or to plan a preview for.
        resolution: 720p takes up to 60 s a clip, 1080p up to 30 s. auto is 720p where all providers have it.
        turbo: Faster, at some loss of quality, where the model has it.
        shape: Shape of the picture; own is that of the first portrait.
        fit: How portraits of another shape are fitted.
        loudness: Loudness preset: podcast (-16 LUFS), youtube (-14) or broadcast (-23).
        reencode: Encode the whole video anew instead of copying the clips.
        budget_usd: What the video may cost over all its runs. A paid provider needs it.
        approve_above_usd: What a run may spend without a person. One that would cost more ends as NeedsApproval, and
            says what to do. Left out, whoever starts the run has agreed to its cost.
        price_per_second: What a second costs at most, at a provider that states no price.
        max_repeat_usd: What may be paid again for clips that were paid and cannot be used.
        draft: Fill clips that cannot be rendered with labelled previews, instead of failing.
        redo: Numbers of clips of which another take is wanted.
    """
    settings = load_settings()
    names = named_accounts(provider)
    options = choose_options(
        provider,
        model=model,
        resolution=resolution,
        turbo=turbo,
        shape=shape,
        fit=fit,
        loudness=loudness,
        reencode=reencode,
    )
    spending = spending_of(settings, budget_usd, max_repeat_usd, price_per_second)
    check_money(options, spending)
    check_redo(redo, options)
    check_public(script=script, image=image, audio=audio, mask=mask, output=output)
    target = parse_target(output) if output else None
    if target:
        await asyncio.to_thread(check_target, target)
    store = open_store(settings)
    words = {"image": image, "audio": audio, "prompt": prompt, "mask": mask}
    storyboard = await asyncio.to_thread(_read, script, store, words, Fetcher(lambda: store, settings.pace))
    check_fields(storyboard, options)
    ledger = None if options.is_preview else await asyncio.to_thread(open_the_ledger, settings)
    purse = Purse(names, spending, ledger, settings, run_id=flow_run.id or uuid4().hex, draft=draft, redo=tuple(redo))
    if not options.is_preview:
        parameters = {name: value for name, value in flow_run.parameters.items() if name != "redo"}
        save_request(VideoRequest(video=video, parameters=parameters, storyboard=storyboard), store)
    tell_the_run()
    try:
        if ledger and approve_above_usd is not None:
            wanted = await _wanted_approval(video, storyboard, approve_above_usd, ledger, store, purse.run_id)
            if wanted:
                return Failed(name=NEEDS_APPROVAL, message=wanted)
        async with obeying_cancel():
            result = await _rendered(storyboard, target, Run(options, video, store, epoch(store)), purse)
    finally:
        if ledger:
            ledger.dispose()
    if deployment.id:  # else whoever started the run is in this process, and has the answer
        await tell_answer(result)
    return result


async def _wanted_approval(
    video: str, storyboard: Storyboard, above_usd: float, ledger: Ledger, store: Store, run_id: str
) -> str | None:
    """What to tell a person who must approve the video first; None when nobody need."""
    if not 0 <= above_usd < math.inf:
        raise SettingError(f"{above_usd} is no amount of money.", where="approve_above_usd")
    request = Request.from_parameters(video, storyboard, flow_run.parameters)
    return await want_approval(request, micro_usd(above_usd), ledger, store, run_id)


async def _rendered(storyboard: Storyboard, target: Target | None, run: Run, purse: Purse) -> VideoResult:
    """The video. What is missing in the store, or damaged, is made anew once."""
    try:
        return await render(storyboard, target, run, purse)
    except (AssetMissing, AssetCorrupt) as error:
        progress.note(f"{error.message}; making it anew.")
        begin_epoch(run.store)
        return await render(storyboard, target, replace(run, epoch=epoch(run.store)), purse)


def _read(script: str | None, store: Store, words: dict[str, str | None], fetcher: Fetcher) -> Storyboard:
    asset = parse_address(script) if script else None
    if asset:
        with store.local(asset) as path:
            return pin_inputs(read_inputs(path, **words, fetcher=fetcher), store)
    return pin_inputs(read_inputs(script, **words, fetcher=fetcher), store)
