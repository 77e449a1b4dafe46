"""What a browser does with the door: it plays videos, shows pictures, runs nothing that was uploaded, and uploads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from flows.door import reading
from flows.door.application import door
from longtake.assets import Asset, FolderStore, parse_address
from tests.conftest import component
from tests.door.conftest import Open
from tests.serving import served
from tests.stitch_browser import FLAGS
from tests.stitch_media import write_clip
from tests.store.servers import OpenStore

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/>
<script>document.documentElement.setAttribute("ran", "yes"); fetch("/health?from-svg")</script></svg>"""
EVIL = "<!doctype html><title>page</title><script>document.title = 'ran'; fetch('/health?from-html')</script>"
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nGood morning.\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = component("chromium", "chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def play_link(url: str, video: Asset, captions: Asset) -> str:
    return f"{Open(url, FolderStore).link(video)}?captions={captions.address}&name=small%20talk.mp4".replace(
        "/asset/", "/play/"
    )


def test_a_video_of_a_bucket_plays_is_sought_in_and_has_captions(
    page: Page, open_s3: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PASS_ON_FROM_BYTES", 1)
    monkeypatch.setattr(reading, "_FAR_BLOCK_BYTES", 5000)
    maker = open_s3("a worker's")
    video = maker.put(write_clip(tmp_path / "talk.mp4", 1, 250))
    captions = maker.put(CAPTIONS.encode(), suffix=".vtt")
    with served(door(open_s3("the door's"))) as url:
        page.goto(play_link(url, video, captions))
        assert page.title() == "small talk.mp4"
        told = page.evaluate(
            """async () => {
              const video = document.querySelector("video");
              video.muted = true;
              await video.play();
              while (video.currentTime < 0.3 && !video.error) await new Promise((go) => setTimeout(go, 20));
              video.pause();
              video.currentTime = 8;
              await new Promise((done) => video.addEventListener("seeked", done, {once: true}));
              return [video.error, video.currentTime, video.videoWidth, video.textTracks[0].cues[0].text];
            }"""
        )
        assert told == [None, 8, 320, "Good morning."]
        lost = captions.model_copy(update={"sha256": "0" * 64})
        assert page.goto(play_link(url, lost, captions)).status == 404
        page.goto("about:blank")


def test_nothing_that_was_uploaded_runs_and_pictures_are_shown(page: Page, store: FolderStore) -> None:
    svg, html = store.put(SVG.encode(), suffix=".svg"), store.put(EVIL.encode(), suffix=".html")
    asked: list[str] = []
    with served(door(store)) as url, served(door(store)) as elsewhere:
        page.on("request", lambda request: asked.append(request.url))
        at = Open(url, store)
        page.goto(at.link(svg))
        assert page.evaluate("document.documentElement.getAttribute('ran')") is None
        page.goto(at.link(html))
        assert page.title() != "ran" and "<script>" in page.inner_text("body"), "shown as text"
        page.goto(f"{elsewhere}/health")
        width = page.evaluate(
            """(link) => new Promise((done) => {
              const picture = new Image();
              picture.onload = picture.onerror = () => done(picture.naturalWidth);
              picture.src = link;
            })""",
            at.link(svg),
        )
        assert width == 40, "a page of another origin shows it"
        assert not [one for one in asked if "from-" in one]
        page.goto("about:blank")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_uploads_several_files(browser: Browser, store: FolderStore, scripts: bool) -> None:
    files = [
        {"name": name, "mimeType": "text/markdown", "buffer": data}
        for name, data in (("talk <b>.md", b"# Talk"), ("größe.md", b"x" * 300_000))
    ]
    context = browser.new_context(java_script_enabled=scripts)
    with served(door(store)) as url:
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        page.goto(url)
        page.set_input_files("input", files)
        page.click("button")
        page.wait_for_selector("li:nth-of-type(2) code")
        page.wait_for_selector("li:nth-of-type(1) code")
        items = dict(
            zip(page.locator("li strong").all_inner_texts(), page.locator("code").all_inner_texts(), strict=True)
        )
        for file in files:
            asset = parse_address(items[str(file["name"])])
            assert asset is not None and store.path_of(asset).read_bytes() == file["buffer"]
        assert page.locator("li button").all_inner_texts() == ["Copy", "Copy"] * scripts
        link = page.locator("li a").first.get_attribute("href")
        assert httpx.get(f"{url}{link}").status_code == 200
        if scripts:
            page.locator("li button").first.click()
            assert page.evaluate("getSelection().toString()") == page.locator("code").first.inner_text()
            assert page.locator("li button").first.inner_text() == "Copied"
        assert problems == []
        context.close()
