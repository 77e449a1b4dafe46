"""The errors: the tree that is printed is the tree that is there, and every error survives pickling."""

from __future__ import annotations

import inspect
import pickle
import re
from collections.abc import Iterator

import pytest

from longtake import errors
from longtake.errors import BadInput, LongtakeError, ToolFailed

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, LongtakeError)]


def printed_tree() -> Iterator[tuple[str, str | None]]:
    """Every class of the docstring's tree, with the one it hangs on."""
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^([│├└─ ]*)([A-Z]\w+)(  |$)", line)
        if found:
            depth = len(found[1])
            while above and above[-1][0] >= depth:
                above.pop()
            yield found[2], above[-1][1] if above else None
            above.append((depth, found[2]))


def test_the_printed_tree_is_the_tree() -> None:
    real = {kind.__name__: None if kind is LongtakeError else kind.__bases__[0].__name__ for kind in CLASSES}
    assert dict(printed_tree()) == real
    assert len(CLASSES) > 10


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_survives_pickling_with_all_it_knows(kind: type[LongtakeError]) -> None:
    error = kind("it went wrong")
    extras = {name: f"the {name}" for name in vars(error) if name != "message"}
    vars(error).update(extras)
    error.__notes__ = ["a note"]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is kind and str(again) == str(error) and again.args == error.args
        assert vars(again) == vars(error)


def test_bad_input_says_where_and_what_to_do() -> None:
    error = BadInput("it is empty.", where="talk.md:3", hint="Write something.")
    assert str(error) == "talk.md:3: it is empty. Write something."
    assert str(BadInput("it is empty.")) == "it is empty."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_failed_tool_keeps_its_command_and_last_words() -> None:
    again = pickle.loads(pickle.dumps(ToolFailed("ffmpeg ended", command="ffmpeg -i x", code=1, stderr="no x")))
    assert (again.command, again.code, again.stderr) == ("ffmpeg -i x", 1, "no x")


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_is_explained_in_a_sentence(kind: type[LongtakeError]) -> None:
    assert kind.__doc__ and kind.__doc__.strip()[0].isupper() and "." in kind.__doc__
