"""The two paths: every question in both languages, short for children, and no file asked of a child."""

import re
from itertools import chain

import pytest

from rempart.intake.paths import Option, Path, Screen, Text, path_screens, screens_for, warning
from rempart.intake.report import AgeBand, Answer, Category, Kind, ReporterKind, Urgency
from rempart.wording import LANGS, Lang

MOST_WORDS = 10
SCREENS = [(path, screen) for path in Path for screen in path_screens(path)]
NAMES = [f"{path}-{screen.name}" for path, screen in SCREENS]
CHILD = path_screens(Path.CHILD)
ENUMS = {
    "kind": Kind,
    "category": Category,
    "age_band": AgeBand,
    "ongoing": Answer,
    "knows": Answer,
    "contact_safe": Answer,
    "reporter": ReporterKind,
}


def words(text: str) -> int:
    """How many words a child reads; “qu’est-ce” counts as three."""
    return len(re.findall(r"\w+", text))


def texts(screen: Screen) -> list[Text | Option]:
    """Everything that a screen shows, but its warnings."""
    fields = screen.fields
    options = [option for field in fields for option in field.options]
    hints = [option.hint for option in options] + [field.hint for field in fields] + [field.label for field in fields]
    return [screen.question, *options, *filter(None, [screen.lead, *hints])]


@pytest.mark.parametrize("lang", LANGS)
def test_a_child_reads_no_question_of_more_than_ten_words(lang: Lang) -> None:
    """Questions, answers, labels and hints alike, in both languages."""
    shown = {text.told_in(lang) for screen in CHILD for text in texts(screen) if text is not screen.lead}

    assert len(shown) > 40
    assert {text: words(text) for text in shown if words(text) > MOST_WORDS} == {}


def test_a_child_is_never_asked_for_a_file_or_for_contact() -> None:
    """No upload, no address, no telephone number: the code is the way back."""
    fields = list(chain.from_iterable(screen.fields for screen in CHILD))

    assert [field.name for field in fields if field.type == "file" or field.name.startswith("contact")] == []


def test_an_adult_may_give_a_file_on_the_last_screen_of_details_only() -> None:
    """The export of a conversation follows everything else that is told of it."""
    taking = [screen.name for screen in path_screens(Path.ADULT) if screen.takes_file]
    met = [screen.name for screen in screens_for(Path.ADULT, answers={"kind": "conversation"})]

    assert taking == ["talk"]
    assert met[:4] == ["kind", "account", "talk", "age_band"]


@pytest.mark.parametrize(("path", "screen"), SCREENS, ids=NAMES)
def test_every_question_can_be_answered_with_i_do_not_know(path: Path, screen: Screen) -> None:
    """As one of the answers, or as a button of its own."""
    choices = [field for field in screen.fields if field.type == "choice"]

    assert screen.unknown or all(field.option_of("unknown") for field in choices)
    assert screen.unknown or choices


@pytest.mark.parametrize(("path", "screen"), SCREENS, ids=NAMES)
def test_every_text_is_there_in_both_languages(path: Path, screen: Screen) -> None:
    """Nothing is left empty, and nothing is the same in French and English but names."""
    shown = texts(screen)

    assert [text for text in shown if not text.en.strip() or not text.fr.strip()] == []
    assert [text.en for text in shown if text.en == text.fr and words(text.en) > 2] == []


@pytest.mark.parametrize(("path", "screen"), SCREENS, ids=NAMES)
def test_every_answer_offered_is_one_that_the_report_knows(path: Path, screen: Screen) -> None:
    """A choice that the report could not hold would be lost at the end of the form."""
    for field in screen.fields:
        values = {option.value for option in field.options} - {"unknown"}
        if field.name == "urgency":
            assert {Urgency(int(value)) for value in values} == set(Urgency) - {Urgency.NONE_STATED}
        elif field.name in ENUMS:
            assert values <= {str(value) for value in ENUMS[field.name]}


@pytest.mark.parametrize("kind", [*Kind, "unknown", "", "no such kind"])
def test_every_kind_has_words_and_the_common_questions(kind: str) -> None:
    """Whatever is reported, there is one place for words, and the same questions follow."""
    met = [screen.name for screen in screens_for(Path.ADULT, answers={"kind": kind})]

    assert len({"words", "talk"} & set(met)) == (0 if kind == "no such kind" else 1)
    assert met[-6:] == ["age_band", "ongoing", "urgency", "category", "reporter", "contact"]


@pytest.mark.parametrize(
    ("name", "screen"),
    [
        ("danger", "urgency"),
        ("no_copy", "addresses"),
        ("no_search", "account"),
        ("good_faith", "words"),
        ("text_only", "talk"),
        ("not_a_complaint", "kind"),
        ("anonymous", "contact"),
        ("once", "addresses"),
    ],
)
def test_the_warnings_stand_where_they_are_needed(name: str, screen: str) -> None:
    """Each of the warnings is shown on the screen where the mistake would be made."""
    adult = {known.name: known for known in path_screens(Path.ADULT)}

    assert name in adult[screen].warnings


def test_a_child_is_told_first_that_nothing_is_their_fault() -> None:
    """And that no picture is needed."""
    assert CHILD[0].warnings == ("not_your_fault",)
    assert warning("not_your_fault").fr.startswith("Tu n’as rien fait de mal.")


@pytest.mark.parametrize(
    ("flaw", "pattern"),
    [
        ("a plain or missing space before : ; ? or !", r"(?<=\w) [:;?!]|(?<=[a-zé)])[;?!](?=\s|$)"),
        ("a straight apostrophe", r"[A-Za-zé]'[A-Za-zéêàâœ]"),
        ("straight or loose quotation marks", r"«[^\u00a0\u202f]|[^\u00a0\u202f]»"),
    ],
)
def test_the_french_is_typeset_as_french(flaw: str, pattern: str) -> None:
    """No-break spaces and typographic signs where French wants them."""
    shown = {text.fr for _, screen in SCREENS for text in texts(screen)}
    shown |= {warning(name).fr for _, screen in SCREENS for name in screen.warnings}

    assert [text for text in shown if re.search(pattern, text)] == [], flaw


def test_no_question_accuses_or_blames() -> None:
    """Neither the words of a verdict nor the reproaches that silence children."""
    refused = re.compile(
        r"prédateur|predator|pédo|paedo|coupable|guilty|suspect|offender|victime|pourquoi as-tu|tu n’aurais pas|why did you|you should not",
        re.IGNORECASE,
    )
    shown = {text.told_in(lang) for _, screen in SCREENS for text in texts(screen) for lang in LANGS}

    assert [text for text in shown if refused.search(text)] == []
