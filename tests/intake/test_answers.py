"""Untrusted fields: what becomes a report, what is refused with a sentence, and the three ways of not answering."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.intake.answers import Given, Problem, clean, problems_on, read_answers, read_partly
from rempart.intake.paths import Path, path_screens, screens_for
from rempart.intake.report import (
    MAX_ITEMS,
    MAX_LINE_CHARS,
    MAX_NARRATIVE_CHARS,
    AgeBand,
    Answer,
    Attachment,
    Category,
    Kind,
    Report,
    ReporterKind,
    Urgency,
    decode,
    encode,
)
from rempart.wording import LANGS, Lang

ADULT = Given(path=Path.ADULT, language="fr")
CHILD = Given(path=Path.CHILD, language="en")
FILE = Attachment(name="chat.txt", sha256="ab" * 32, size_bytes=12, address="cd" * 32, reader="whatsapp")


def report_of(answers: dict[str, str], given: Given = ADULT) -> Report:
    """The report of answers that must be taken."""
    told = read_answers(answers, given=given)
    assert isinstance(told, Report)
    return told


def problems_of(answers: dict[str, str], given: Given = ADULT) -> list[tuple[str, str]]:
    """(screen, field) of what is refused."""
    told = read_answers(answers, given=given)
    assert not isinstance(told, Report)
    return [(problem.screen, problem.field) for problem in told]


def test_a_form_without_any_answer_is_sent_back() -> None:
    """An empty report helps nobody; the first question is shown again."""
    assert problems_of({}) == [("kind", "kind")]
    assert problems_of({"kind": "account", "keep": "1", "words": " \r\n "}) == [("kind", "kind")]
    assert problems_of({}, CHILD) == [("category", "category")]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"kind": "person"}, "kind"),
        ({"kind": "content", "urgency": "5"}, "urgency"),
        ({"kind": "content", "urgency": "-1"}, "urgency"),
        ({"kind": "content", "category": "a verdict"}, "category"),
        ({"kind": "content", "contact_safe": "maybe"}, "contact_safe"),
        ({"kind": "situation", "words": "x" * (MAX_NARRATIVE_CHARS + 1)}, "words"),
        ({"kind": "account", "service": "x" * (MAX_LINE_CHARS + 1)}, "service"),
        ({"kind": "content", "addresses": "x" * (MAX_LINE_CHARS + 1)}, "addresses"),
        ({"kind": "content", "addresses": "\n".join(map(str, range(MAX_ITEMS + 1)))}, "addresses"),
        ({"kind": "content", "contact_email": "nobody"}, "contact_email"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_field(answers: dict[str, str], field: str) -> None:
    """The person is led to the one thing to mend; nothing is cut or dropped silently."""
    assert [name for _, name in problems_of(answers)] == [field]


@pytest.mark.parametrize("lang", LANGS)
def test_a_refusal_is_a_sentence_with_its_limit(lang: Lang) -> None:
    """It says what is too much, and that nothing is lost."""
    told = read_answers({"kind": "situation", "words": "x" * 20_001}, given=ADULT)

    assert isinstance(told, tuple)
    sentence = told[0].told_in(lang)
    assert "20000" in sentence
    assert "{" not in sentence


def test_an_address_is_refused_of_whom_says_that_writing_is_dangerous() -> None:
    """Nobody at the desk can then write there by mistake."""
    answers = {"kind": "content", "contact_safe": "no", "contact_phone": "0"}

    assert problems_of(answers) == [("contact", "contact_phone")]
    assert report_of(answers | {"contact_phone": "", "contact_name": "Zoé"}).contact is not None


def test_a_whole_adult_form_becomes_a_report() -> None:
    """Every answer stands in its place, in the words of the person."""
    report = report_of(
        {
            "kind": "conversation",
            "service": "ChatApp",
            "account": "pseudo_42",
            "words": " Bonjour.\r\nDeuxième ligne. ",
            "seen_at": "hier soir",
            "age_band": "11_14",
            "ongoing": "no",
            "urgency": "3",
            "category": "secrecy_asked",
            "reporter": "parent",
            "contact_email": "zoe@example.org",
            "contact_safe": "yes",
            "contact_hours": "le soir",
        },
        Given(path=Path.ADULT, language="fr", attachments=(FILE,)),
    )

    assert (report.kind, report.reporter, report.language) == (Kind.CONVERSATION, ReporterKind.PARENT, "fr")
    assert [(account.service, account.name) for account in report.accounts] == [("ChatApp", "pseudo_42")]
    assert (report.narrative, report.seen_at) == ("Bonjour.\nDeuxième ligne.", "hier soir")
    assert (report.age_band, report.contact_going_on) == (AgeBand.FROM_11_TO_14, Answer.NO)
    assert (report.urgency, report.category) == (Urgency.SOON, Category.SECRECY_ASKED)
    assert report.attachments == (FILE,)
    assert report.contact is not None
    assert (report.contact.email, report.contact.is_safe, report.contact.safe_hours) == (
        "zoe@example.org",
        Answer.YES,
        "le soir",
    )
    assert decode(encode(report)) == report


def test_a_whole_child_form_becomes_a_report() -> None:
    """Two presses are enough for one, and the reporter is a child whatever the fields say."""
    report = report_of(
        {"category": "bullying", "urgency": "2", "told": "nobody", "wishes": "school", "reporter": "platform"}, CHILD
    )

    assert (report.reporter, report.kind) == (ReporterKind.CHILD, Kind.SITUATION)
    assert (report.told_somebody, report.wishes, report.contact) == ("nobody", "school", None)


def test_not_answered_no_and_i_do_not_know_stay_three() -> None:
    """None, a value, and unknown are never mixed up."""
    answers = {"kind": "situation", "words": "x"}

    assert report_of(answers).contact_going_on is None
    assert report_of(answers | {"ongoing": "no"}).contact_going_on is Answer.NO
    assert report_of(answers | {"ongoing": "unknown"}).contact_going_on is Answer.UNKNOWN
    assert report_of(answers).said_unknown == ()
    assert report_of(answers | {"urgency": "unknown"}).said_unknown == ("urgency",)


def test_i_do_not_know_beside_written_words_gives_way_to_the_words() -> None:
    """Whoever wrote something did answer."""
    given = Given(path=Path.ADULT, language="fr", unknown=frozenset({"words", "account"}))

    report = report_of({"kind": "account", "words": "something"}, given)

    assert (report.narrative, report.said_unknown) == ("something", ("account",))


def test_only_what_is_not_known_is_an_answer_too() -> None:
    """A form in which everything is unknown is sent: the person came."""
    assert report_of({"kind": "unknown", "category": "unknown"}).said_unknown == ("kind", "category")


def test_answers_of_another_kind_are_left_out() -> None:
    """Who first chose an address and then a situation does not send the address."""
    answers = {"kind": "situation", "words": "x", "addresses": "https://example.org/", "account": "a"}

    report = report_of(answers)

    assert (report.addresses, report.accounts) == ((), ())
    assert report_of(answers | {"kind": "content"}).addresses == ("https://example.org/",)


def test_an_unfinished_form_is_read_without_what_is_wrong() -> None:
    """A step that was kept on request never fails because of one field."""
    report = read_partly({"kind": "content", "words": "kept", "contact_email": "wrong"}, given=ADULT)

    assert report is not None
    assert (report.narrative, report.contact) == ("kept", None)
    assert read_partly({"kind": "content"}, given=ADULT) is None


def test_a_screen_is_checked_alone() -> None:
    """What is wrong elsewhere does not hold somebody up here."""
    screens = {screen.name: screen for screen in path_screens(Path.ADULT)}
    answers = {"urgency": "nine", "words": "fine"}

    assert problems_on(screens["words"], untrusted=answers) == ()
    assert [problem.field for problem in problems_on(screens["urgency"], untrusted=answers)] == ["urgency"]


@pytest.mark.parametrize(
    ("typed", "kept"), [("a\r\nb\rc", "a\nb\nc"), ("  a  ", "a"), ("a\0b", "ab"), ("\ud800", "?"), ("é 👋", "é 👋")]
)
def test_a_text_is_kept_as_typed(typed: str, kept: str) -> None:
    """Only line ends, blanks around, and what no file can hold are changed."""
    assert clean(typed) == kept
    assert clean(clean(typed)) == kept


@given(
    st.dictionaries(
        st.sampled_from(
            sorted({field.name for path in Path for screen in path_screens(path) for field in screen.fields})
        ),
        st.one_of(
            st.text(max_size=80), st.sampled_from(["unknown", "yes", "no", "4", "content", "conversation", "meeting"])
        ),
    ),
    st.sampled_from(Path),
)
def test_whatever_is_sent_gives_a_report_or_a_place_to_mend(answers: dict[str, str], path: Path) -> None:
    """No field, however hostile, makes the door fail; every report can be kept and read again."""
    told = read_answers(answers, given=Given(path=path, language="fr"))

    if isinstance(told, Report):
        assert decode(encode(told)) == told
    else:
        names = {screen.name for screen in screens_for(path, answers=answers)}
        assert told
        assert all(isinstance(problem, Problem) and problem.screen in names for problem in told)
