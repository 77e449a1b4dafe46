"""The long-form video: from a script or a recording, and a portrait, to one exact video."""

import asyncio
from dataclasses import replace
from typing import Annotated, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from pydantic import Field

from flows.asking.asker import asking
from flows.cancelling import obeying_cancel
from flows.form.fields import (
    AskAbove,
    Chosen,
    ChosenResolution,
    ClipNumber,
    Dollars,
    Loudness,
    Model,
    Provider,
    Takes,
    Words,
)
from flows.form.given import gather_given, read_given
from flows.form.naming import name_of, run_name
from flows.form.takes import use_takes
from flows.form.telling import told_plainly
from flows.means.accounts import Purse, check_money
from flows.means.stores import open_store
from flows.recipe import render
from flows.request import Request, lasting_parameters
from flows.telling.answers import tell_answer
from flows.telling.run_log import tell_the_run
from longtake import progress
from longtake.assets import begin_epoch, epoch
from longtake.costs import spending_of
from longtake.errors import AssetCorrupt, AssetMissing, HolesLeft
from longtake.manifest import VideoResult
from longtake.models import DEFAULT_MODEL
from longtake.options import Captions, Fit, Shape, choose_options
from longtake.ours import check_ours
from longtake.publish import check_target
from longtake.redo import check_redo
from longtake.remote import Fetcher, Target, check_public, parse_target
from longtake.requests import VideoRequest, save_request
from longtake.run import Run
from longtake.script import files_of
from longtake.settings import load_settings
from longtake.storyboard import Storyboard


@flow(
    name="long-form-video",
    flow_run_name=run_name,
    description=__doc__,
    persist_result=True,
    result_serializer="json",
)
@told_plainly
async def long_form_video(
    text: Words = None,
    script: Words = None,
    audio: Words = None,
    transcript: Words = None,
    image: Words = None,
    presenter: Chosen = None,
    voice: Words = None,
    language: Words = None,
    prompt: Words = None,
    mask: Words = None,
    video: Words = None,
    output: Words = None,
    provider: Provider = "preview",
    budget_usd: Dollars = None,
    approve_above_usd: AskAbove = None,
    approval: Literal["ask", "end"] = "ask",
    model: Model = DEFAULT_MODEL,
    resolution: ChosenResolution = "auto",
    turbo: bool = False,
    shape: Shape = "own",
    fit: Fit = "contain",
    loudness: Loudness = "podcast",
    captions: Captions = "track",
    draft: bool = False,
    redo: list[ClipNumber] = [],  # noqa: B006  Prefect reads the default for its form, and nobody changes it
    takes: Takes = {},  # noqa: B006
    price_per_second: Dollars = None,
    max_repeat_usd: Annotated[float, Field(ge=0)] = 0,
    reencode: bool = False,
) -> VideoResult | State[VideoResult]:
    """Render a long talking-head video.

    Files are named by an asset address (the upload page answers with one), by an http(s) or s3 address, or by a path on
    the machine that runs this, also in the script. They are read with that machine's rights and its keys for S3, so
    whoever may start runs can have shown what it can reach, hosts of its own network too; only link-local addresses are
    never asked. An address with a query or a password is refused here, for Prefect keeps the parameters of a run.

    Args:
        text: What is said: the script itself, with empty lines between paragraphs. Example: Good morning. [pause 0.8]
            Welcome to all of you. Speakers and scenes work as in a script file. One of more than 200 KB is uploaded,
            and its address given as script.
        script: In place of text: a script file (Markdown, text, YAML, JSON). Example: asset:... as the upload page
            answers, https://example.com/talk.md, s3://bucket/talk.md, or a path on the machine that renders.
        audio: In place of both: a recording, whose words are kept as they are. Example: s3://bucket/talk.m4a
        transcript: What the recording says, and when: an SRT or VTT file, whose texts become the captions.
            Example: s3://bucket/talk.srt
        image: The portrait of whoever has none in the script. Example: asset:... or https://example.com/ada.png
        presenter: Someone whose portrait, voice, prompt and mask are kept under a name. What the script says of a
            speaker comes first, then the fields here, then the presenter.
        voice: The voice of whoever has none in the script. Example: en-gb+f3, or openai:onyx, which costs money. Empty,
            the language's own.
        language: The language of a script that names none; in a script of several languages, the one that is rendered.
            Example: en-GB, de, pt-BR. Empty, en.
        prompt: How whoever has no prompt in the script acts, for models that take one. Example: A calm guide who smiles
            now and then.
        mask: A picture of the portrait's size, white where the one who speaks is. Only for several people in one
            portrait.
        video: The video's lasting name: its budget and its takes belong to it, and a second run under that name goes on
            with it. Example: lighthouse. Empty, the script's id, or the name of its file, or its first words.
        output: Where to write the MP4. Example: s3://bucket/talk.mp4. Empty, it stays in the store.
        provider: Who renders the clips. preview costs nothing. Several with commas between are asked in that order;
            fal:team takes the key from the block named team. Example: fal,pixazo
        budget_usd: What the video may cost over all its runs, in dollars. A paid provider needs it, and a preview in
            which a voice that costs money is to be heard. Example: 20. Empty, the budget that the machine sets for all
            videos.
        approve_above_usd: A run that may cost more asks a person first. 0 asks before anything is spent; without an
            amount nobody is asked, for whoever starts the run has agreed.
        approval: How it asks. ask waits until a person answers here, on the run's page; end ends the run as
            NeedsApproval, and says what to do.
        model: The model to render with, or to plan a preview for.
        resolution: 720p takes up to 60 s a clip, 1080p up to 30 s. auto is 720p where all providers have it.
        turbo: Faster, at some loss of quality, where the model has it.
        shape: Shape of the picture; own is that of the first portrait.
        fit: How portraits of another shape are fitted. contain shows all of it before a blurred copy, cover cuts off
            what is over, exact takes only portraits of that shape.
        loudness: How loud it is in the end. podcast is -16 LUFS, youtube -14, broadcast -23.
        captions: track puts them into the video, where viewers switch them on, and beside it as SRT and VTT files;
            files leaves them out of the video; burn draws them into the picture, for which it is encoded anew.
        draft: Fill clips that cannot be rendered with labelled previews, instead of failing.
        redo: Numbers of clips of which another take is wanted; the old one is kept. Example: 7
        takes: Clips for which an older take is used again. It costs nothing. Example: clip 7, take 1
        price_per_second: What a second costs at most, in dollars, at a provider that states no price. Example: 0.16
        max_repeat_usd: What may be paid again, in dollars, for clips that were paid and cannot be used.
        reencode: Encode the whole video anew instead of copying the clips.
    """
    settings = load_settings()
    store = open_store(settings)
    tell_the_run()
    async with asking(
        settings, store, provider=provider, budget_usd=budget_usd, approval=approval, above_usd=approve_above_usd
    ) as asker:
        declined = await asker.hear(provider, budget_usd)
        if declined:
            return declined
        provider, budget_usd = asker.provider(provider), asker.budget_usd(budget_usd)
        options = choose_options(
            provider,
            model=model,
            resolution=resolution,
            turbo=turbo,
            shape=shape,
            fit=fit,
            loudness=loudness,
            captions=captions,
            reencode=reencode,
        )
        spending = spending_of(settings, budget_usd, max_repeat_usd, price_per_second)
        check_money(options, spending)
        check_redo(redo, options, takes)
        storyboard = asker.pinned()
        if storyboard is None:
            given = await gather_given(
                presenter,
                settings,
                text=text,
                script=script,
                audio=audio,
                transcript=transcript,
                image=image,
                voice=voice,
                language=language,
                prompt=prompt,
                mask=mask,
            )
            storyboard = await read_given(given, store, Fetcher(lambda: store, settings.pace))
        check_public(output=output)
        target = parse_target(output) if output else None
        if target:
            await asyncio.to_thread(check_target, target)
            await asyncio.to_thread(check_ours, target, store, files_of(storyboard))
        parameters = flow_run.parameters | {"video": video, "provider": provider, "budget_usd": budget_usd}
        request = Request.from_parameters(name_of(parameters, storyboard), storyboard, parameters)
        run = Run(options, request.video, store, epoch(store))
        ledger = None if options.is_preview else asker.ledger
        purse = Purse(request.accounts, spending, ledger, settings, asker.run_id, draft=draft, redo=tuple(redo))
        if ledger:
            save_request(
                VideoRequest(video=run.video, parameters=lasting_parameters(parameters), storyboard=storyboard), store
            )
            if takes:
                await use_takes(request, takes, ledger, store, run_id=asker.run_id)
        try:
            allowed = await asker.before_money(request, parameters, run, purse)
            if isinstance(allowed, State):
                return allowed
            async with obeying_cancel():
                result = await _rendered(storyboard, target, run, allowed)
        except HolesLeft:
            await asker.ask_about_jobs(request)
            raise
        await asker.finish()
    if deployment.id:  # else whoever started the run is in this process, and has the answer
        await tell_answer(result)
    return result


async def _rendered(storyboard: Storyboard, target: Target | None, run: Run, purse: Purse) -> VideoResult:
    """The video. What is missing in the store, or damaged, is made anew once."""
    try:
        return await render(storyboard, target, run, purse)
    except (AssetMissing, AssetCorrupt) as error:
        progress.note(f"{error.message}; making it anew.")
        begin_epoch(run.store)
        return await render(storyboard, target, replace(run, epoch=epoch(run.store)), purse)
