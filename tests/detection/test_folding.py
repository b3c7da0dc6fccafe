"""Folding: many spellings, one word; positions stay true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detection.folding import LANGUAGES, Folder, load_language, split

FR = Folder(load_language("fr"), frozenset({"gamin", "secret", "parents", "efface"}))
EN = Folder(load_language("en"), frozenset({"delete", "hello", "secret", "kid"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mère", ["mere"]),
        ("ta reum", ["ta", "mere"]),
        ("jte dis", ["je", "te", "dis"]),
        ("T'as quel âge ?", ["tu", "as", "quel", "age", "0q"]),
        ("s3cret", ["secret"]),
        ("secreeeet", ["secret"]),
        ("EFFACE", ["efface"]),
        ("g@min", ["gamin"]),
        ("RDV à 16h30", ["rendez", "vous", "a", "0time"]),
        ("16:30", ["0time"]),
        ("13ans", ["13", "ans"]),
        ("50€", ["50", "euros"]),
        ("🤫", ["0hush"]),
        ("fini. Bien", ["fini", "0end", "bien"]),
        ("bon... bien", ["bon", "bien"]),
        ("l’école", ["l", "ecole"]),
    ],
)
def test_french_spellings(text: str, words: list[str]) -> None:
    """SMS, verlan, leetspeak, accents, stretched letters, hours and money come out as plain words."""
    assert FR.fold(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't", ["do", "not"]),
        ("dont", ["do", "not"]),
        ("u r", ["you", "are"]),
        ("del3te", ["delete"]),
        ("helllllo", ["hello"]),
        ("2nite at 5 pm", ["tonight", "at", "0time"]),
        ("5.30pm", ["0time"]),
        ("ur mum", ["your", "mum"]),
        ("any1", ["anyone"]),
        ("k1d", ["kid"]),
        ("ѕесrеt", ["secret"]),
        ("", []),
        ("…", []),
    ],
)
def test_english_spellings(text: str, words: list[str]) -> None:
    """Texting forms, look-alike letters of other alphabets and numbers for letters come out as plain words."""
    assert EN.fold(text) == words


@given(st.text(max_size=200))
def test_any_text_folds_to_plain_words(text: str) -> None:
    """No text breaks folding, and what comes out is lower-case ASCII, so that phrases can meet it."""
    for folder in (FR, EN):
        for word in folder.fold(text):
            assert word.isascii()
            assert word == word.lower()
            assert word.strip() == word != ""


@given(st.text(max_size=200))
def test_ranges_lie_in_the_text_and_rise(text: str) -> None:
    """The report marks characters by these ranges; they must be those of the raw words."""
    words, ranges = FR.fold_with_ranges(text)

    assert len(words) == len(ranges)
    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert ranges == sorted(ranges)
    assert [(start, end) for _, start, end in split(text)] == sorted({(s, e) for _, s, e in split(text)})


@given(st.text(max_size=100))
def test_folding_twice_is_the_same(text: str) -> None:
    """What is remembered is what would be computed."""
    fresh = Folder(load_language("en"), frozenset({"delete", "hello", "secret", "kid"}))

    assert EN.fold(text) == fresh.fold(text)


def test_every_language_loads() -> None:
    """The word tables are of the form, with a version."""
    for code in LANGUAGES:
        language = load_language(code)
        assert language.code == code
        assert language.version
        assert language.classes
