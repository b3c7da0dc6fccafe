"""The phrase language: what it finds, what it must not find, what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detection.phrases import BadPhrase, PhraseBook

CLASSES = {"parent": "mother father", "family": "@parent sister", "loop": "@loop"}
FREQUENCY = {"the": 900, "you": 800, "to": 700}


def book(lines: str) -> PhraseBook:
    """A book with one owner."""
    return PhraseBook({"x": lines}, classes={k: v for k, v in CLASSES.items() if k != "loop"}, frequency=FREQUENCY)


def finds(lines: str, text: str) -> bool:
    """Whether the words of the text hold one of the lines."""
    return bool(book(lines).find(text.split()))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("tell nobody", "nobody will tell"),
        ("tell nobody", "tell the others nobody came"),
        ("tell .. nobody", "tell one two three nobody"),
        ("tell .. nobody", "tell them 0end nobody came"),
        ("keep secret !cake|party", "keep secret the party"),
        ("< hush", "oh hush"),
        ("hush >", "hush now"),
        ("age #8-17", "age 18"),
        ("age #", "age unknown"),
        ("delet* chat", "dele chat"),
        ("your @parent", "your teacher"),
        ("home [all] alone", "home very alone"),
    ],
)
def test_does_not_find(line: str, text: str) -> None:
    """Another order, a word too many, the end of a sentence, a guard or another number keep a phrase silent."""
    assert not finds(line, text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("tell nobody", "please tell nobody"),
        ("tell .. nobody", "tell one two nobody"),
        ("tell ... nobody", "tell a b c d e nobody"),
        ("tell|say nothing", "say nothing"),
        ("keep secret !cake|party", "keep secret please"),
        ("< hush", "hush now"),
        ("hush >", "oh hush 0end"),
        ("age #8-17", "age 13"),
        ("age #", "age 99"),
        ("delet* chat", "deleting chat"),
        ("your @family", "your sister"),
        ("your @family", "your mother"),
        ("home [all] alone", "home alone"),
        ("home [all] alone", "home all alone"),
        ("home .. [all] alone", "home you are alone"),
        ("sécrèt", "secret"),
    ],
)
def test_finds(line: str, text: str) -> None:
    """Gaps, alternatives, stems, classes, numbers, ends and optional words mean what the module says."""
    assert finds(line, text)


@pytest.mark.parametrize("line", ["tell @nobody", "tell Mum's", "[maybe]", "!only"])
def test_refuses_a_line_that_is_not_of_the_language(line: str) -> None:
    """A slip in a signal is refused when the book is made, naming the line."""
    with pytest.raises(BadPhrase, match="phrase"):
        book(line)


def test_refuses_a_class_that_holds_itself() -> None:
    """A circle of classes ends in a sentence, not in a hang."""
    with pytest.raises(BadPhrase, match="holds itself"):
        PhraseBook({"x": "a"}, classes=CLASSES, frequency=FREQUENCY)


def test_tells_where_the_phrase_stands() -> None:
    """The report marks the words that matched."""
    match = book("tell .. nobody").find(["please", "tell", "them", "nobody"])[0]

    assert (match.start, match.end) == (1, 4)


def test_gives_each_phrase_once() -> None:
    """A phrase said twice in a message is one statement."""
    assert len(book("tell nobody").find(["tell", "nobody", "tell", "nobody"])) == 1


def test_marks_a_weak_phrase() -> None:
    """A line that begins with ~ never counts as strong."""
    assert book("~ tell nobody").find(["tell", "nobody"])[0].phrase.weak


WORDS = st.sampled_from(["tell", "nobody", "mother", "keep", "secret", "0end", "13", "x", "y"])


@given(st.lists(WORDS, max_size=12))
def test_filing_never_loses_a_phrase(words: list[str]) -> None:
    """Filing under the rarest word finds exactly what asking every phrase of every message finds."""
    lines = ["tell .. nobody", "keep secret", "#8-17 x", "@parent ... secret", "tell [keep] nobody", "y !x"]
    together = {match.phrase.text for match in book("\n".join(lines)).find(words)}
    alone = {line for line in lines if book(line).find(words)}

    assert together == alone


@given(st.lists(WORDS, max_size=30), st.integers(0, 5))
def test_free_words_up_to_the_gap_change_nothing(words: list[str], gap: int) -> None:
    """`...` lets up to five free words pass, whatever stands around."""
    text = [*words, "keep", *["free"] * gap, "secret", *words]

    assert any(match.phrase.text == "keep ... secret" for match in book("keep ... secret").find(text))
