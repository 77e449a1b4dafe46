"""Paid voices in a run that asks: once, by an estimate, and nothing is spoken before a yes."""

from __future__ import annotations

from flows.asking.forms import Choice
from flows.asking.words import ANSWERED, APPROVAL, WANTED
from tests.asking.desk import Producer
from tests.command_line import portrait

TEXT = "Good morning to everybody who is here today.\n\nThere is little to be said, and we say it at once."


def start(producer: Producer, video: str, **more: object) -> str:
    image = portrait(producer.paid.folder / "speaking.png", size=(1280, 720))
    words = {"text": TEXT, "image": str(image), "video": video, "voice": "openai:tts-1-hd/onyx"}
    return producer.start_with(**(words | {"provider": "fal", "budget_usd": 20, "approve_above_usd": 0} | more))


def test_it_asks_once_before_it_speaks_and_holds_to_the_answer(producer: Producer) -> None:
    asked = producer.paid.asked
    run = start(producer, "estimated")
    assert producer.ended(run) == "Suspended", producer.log(run)
    told, _ = producer.form(run)
    assert "characters to be spoken by openai:tts-1-hd/onyx for $0.00" in told
    assert "If it turns out dearer, you are asked again." in told
    assert producer.choices(run) == [Choice.STOP, Choice.ALL]
    assert not producer.voices.book()
    assert producer.paid.asked == asked
    assert producer.answer(run, Choice.ALL) == "Completed", producer.log(run)
    kinds = [(row.kind, row.value) for row in producer.rows(run)]
    assert kinds == [(WANTED, "1 of 1 clips, estimated"), (ANSWERED, "yes"), (APPROVAL, "yes")]
    spoken = producer.voices.billed()
    assert sum(entry.characters for entry in spoken) > len(TEXT) - 10
    assert len({entry.text_sha256 for entry in spoken}) == len(spoken)
    again = start(producer, "estimated")
    assert producer.ended(again) == "Completed", producer.log(again)
    assert len(producer.voices.book()) == len(spoken), "what was spoken is found"


def test_a_free_preview_has_another_voice_and_one_with_a_budget_the_script_s_own(producer: Producer) -> None:
    before = len(producer.voices.book())
    free = start(producer, "free", provider="preview", budget_usd=None, approve_above_usd=None, voice="openai:echo")
    assert producer.ended(free) == "Completed", producer.log(free)
    producer.has_logged(free, "Without a budget of its own a preview pays nothing: this machine's voice stands in")
    assert len(producer.voices.book()) == before
    paid = start(producer, "free", provider="preview", budget_usd=1, voice="openai:echo")
    assert producer.ended(paid) == "Suspended", "a preview's voices are asked about, too"
    told, schema = producer.form(paid)
    assert "This preview of free may cost up to $0.00" in told
    assert "Its clips cost nothing, its voices do: " in told
    assert producer.choices(paid) == [Choice.STOP, Choice.ALL]
    assert schema["properties"]["provider"]["enum"] == ["preview"]
    assert producer.answer(paid, Choice.STOP) == "Declined"
    assert len(producer.voices.book()) == before
    assert producer.retry(paid) == "Suspended"
    assert producer.answer(paid, Choice.ALL) == "Completed", producer.log(paid)
    assert len(producer.voices.book()) > before
    again = start(producer, "free", provider="preview", budget_usd=1, voice="openai:echo")
    assert producer.ended(again) == "Completed", "nothing is left to be asked about"


def test_a_scheduled_preview_asks_before_its_voices_are_paid(producer: Producer) -> None:
    before = len(producer.voices.book())
    words = {"provider": "preview", "budget_usd": 1, "voice": "openai:fable"}
    run = start(producer, "scheduled", **words, approval="end")
    assert producer.ended(run) == "NeedsApproval", producer.log(run)
    assert "scheduled: 132 characters to be spoken by openai:fable for $0.00" in producer.message(run)
    assert len(producer.voices.book()) == before
    producer.paid.type(*producer.message(run).partition("To allow it: longtake ")[2].split())
    again = start(producer, "scheduled", **words, approval="end")
    assert producer.ended(again) == "Completed", producer.log(again)
    assert len(producer.voices.book()) > before


def test_a_voice_changed_to_a_paid_one_is_asked_about_though_its_stand_in_was_rendered(producer: Producer) -> None:
    words = {"text": TEXT.replace("everybody", "all")}
    first = start(producer, "changed-voice", **words, voice=None, approve_above_usd=None)
    assert producer.ended(first) == "Completed", producer.log(first)
    asked, spoken = producer.paid.asked, len(producer.voices.book())
    run = start(producer, "changed-voice", **words)
    assert producer.ended(run) == "Suspended", producer.log(run)
    assert "Rendering 1 of the 1 clips" in producer.form(run)[0]
    assert (producer.paid.asked, len(producer.voices.book())) == (asked, spoken)
