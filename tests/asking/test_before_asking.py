"""What a run would be refused for is told before a person is asked, and before a voice is paid."""

from __future__ import annotations

from tests.asking.desk import Producer
from tests.command_line import portrait

TEXT = "This is {}, and it is refused.\n\nNobody is asked about its price."


def test_a_missing_block_and_a_wrong_number_are_told_at_once(producer: Producer) -> None:
    image = portrait(producer.paid.folder / "refused.png", size=(1280, 720))
    words = {"image": str(image), "budget_usd": 20, "approve_above_usd": 0}
    before = producer.paid.asked, len(producer.voices.book())
    more: dict[str, dict[str, object]] = {
        "keyless": {"provider": "fal:nosuch", "voice": "openai:tts-1-hd/onyx"},
        "numberless": {"provider": "fal", "redo": [99]},
    }
    runs = {
        video: producer.start_with(**words, **fields, text=TEXT.format(video), video=video)
        for video, fields in more.items()
    }
    assert {video: producer.ended(run) for video, run in runs.items()} == dict.fromkeys(runs, "Failed")
    assert producer.message(runs["keyless"]).startswith("provider: there is no block longtake-fal/nosuch.")
    assert producer.message(runs["numberless"]).startswith("redo: there is no clip 99.")
    assert (producer.paid.asked, len(producer.voices.book())) == before
