"""Reports: what is written comes back, what is no report is refused, and only enums stay readable."""

import msgspec
import pytest

from rempart.intake.report import (
    AgeBand,
    Answer,
    Category,
    Kind,
    NotAReport,
    Report,
    ReporterKind,
    Urgency,
    decode,
    encode,
    triage_of,
)

CANARY = "a sentence that must stay sealed"


def a_report() -> Report:
    """A report with words in every field that takes words."""
    return Report(
        kind=Kind.CONVERSATION,
        reporter=ReporterKind.CHILD,
        language="fr",
        narrative=CANARY,
        seen_at=CANARY,
        wishes=CANARY,
        urgency=Urgency.SOON,
        contact_going_on=Answer.UNKNOWN,
    )


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff", b'{"version":2,"kind":"content","reporter":"child","language":"fr"}']
)
def test_other_bytes_are_no_report(data: bytes) -> None:
    """Empty, foreign and later bytes are refused, not guessed at."""
    with pytest.raises(NotAReport):
        decode(data)


def test_a_report_comes_back_as_it_was() -> None:
    """Sealing and unsealing change nothing."""
    assert decode(encode(a_report())) == a_report()


def test_the_same_report_gives_the_same_bytes() -> None:
    """Canonical JSON: a repeated form is recognised as the same."""
    assert encode(decode(encode(a_report()))) == encode(a_report())


def test_not_answered_unknown_and_no_are_three_values() -> None:
    """Absence is kept apart from a no."""
    answers = {
        decode(encode(msgspec.structs.replace(a_report(), contact_going_on=value))).contact_going_on
        for value in (None, Answer.NO, Answer.UNKNOWN)
    }

    assert answers == {None, Answer.NO, Answer.UNKNOWN}


def test_triage_holds_no_words_of_the_person() -> None:
    """What stays readable at the door are enums and a count."""
    triage = triage_of(a_report())

    assert CANARY not in repr(triage)
    assert (triage.urgency, triage.age_band, triage.category) == (Urgency.SOON, AgeBand.UNKNOWN, Category.UNKNOWN)


def test_there_are_at_most_sixteen_categories() -> None:
    """A clear column of few values tells little."""
    assert len(Category) <= 16
