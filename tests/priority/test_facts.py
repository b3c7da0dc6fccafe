"""Facts files: what people state is kept with who and when, and what cannot be used is refused in one sentence."""

from datetime import UTC, datetime

import pytest

from rempart.errors import BadInput
from rempart.priority.facts import BadFacts, Facts, parse_facts
from tests.priority.case import WEIGHTS

FACT = """
[[fact]]
subject = "telegram:user123"
factor = "lives_with_child"
state = "established"
by = "Alice Martin"
at = 2026-11-20T10:00:00Z
evidence = ["exhibit 2, message 345"]
note = "Read with Bob."
"""
GATE = """
[[gate]]
subject = "telegram:user123"
gate = "G2"
state = "reported"
by = "Bob Durand"
at = 2026-11-20T11:00:00+01:00
event_at = 2026-11-22T16:00:00+01:00
"""
SEALED = """
[[exploitability]]
subject = "telegram:user123"
point = "evidence_sealed"
state = "known"
answer = "all"
by = "Bob Durand"
at = 2026-11-20T10:00:00Z
"""
DEADLINE = """
[[exploitability]]
subject = "telegram:user123"
point = "perishable_data"
state = "known"
deadline_at = 2027-11-01T00:00:00Z
by = "Bob Durand"
at = 2026-11-20T10:00:00Z
"""


def read(text: str) -> Facts:
    """The facts of a text, with the shipped weights."""
    return parse_facts(text, weights=WEIGHTS)


def refusal(text: str) -> str:
    """The sentence with which a text is refused."""
    with pytest.raises(BadFacts) as caught:
        read(text)
    sentence = str(caught.value)
    assert sentence.endswith(("nothing of it was used.", "nothing of the file was used."))
    assert "\n" not in sentence
    return sentence


def change(old: str, new: str, *, text: str = FACT) -> str:
    """A text in which something that stands in it was changed."""
    assert old in text
    return text.replace(old, new)


def test_an_empty_file_states_nothing() -> None:
    """No entry is not an error."""
    assert read("") == Facts()


def test_keeps_who_stated_a_fact_and_when_and_on_what() -> None:
    """Every field of an entry reaches its record."""
    (fact,) = read(FACT).facts

    assert (fact.subject, fact.code, fact.state, fact.by) == (
        "telegram:user123",
        "lives_with_child",
        "established",
        "Alice Martin",
    )
    assert fact.at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (fact.evidence, fact.note, fact.entry) == (("exhibit 2, message 345",), "Read with Bob.", 1)


def test_keeps_the_instant_of_the_event_of_a_gate_in_utc() -> None:
    """An offset is understood, and the instant kept in UTC."""
    (gate,) = read(GATE).facts

    assert (gate.table, gate.code, gate.state) == ("gate", "G2", "reported")
    assert gate.event_at == datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert gate.at.tzinfo is UTC


def test_reads_a_file_as_windows_writes_it() -> None:
    """A byte order mark and carriage returns change nothing."""
    assert read("\ufeff" + FACT.replace("\n", "\r\n")).facts == read(FACT).facts


def test_evidence_and_note_may_be_absent() -> None:
    """Only subject, code, state, author and instant are asked for."""
    (fact,) = read(FACT.split("evidence", maxsplit=1)[0]).facts

    assert (fact.evidence, fact.note) == ((), None)


def test_a_later_fact_supersedes_and_the_earlier_stays_in_the_history() -> None:
    """By its instant, not by its place in the file, and nothing is lost."""
    later = change("established", "contradicted").replace("2026-11-20", "2026-11-21")

    history = read(later + FACT).histories()["telegram:user123"]["lives_with_child"]

    assert [fact.state for fact in history] == ["established", "contradicted"]


def test_facts_on_other_subjects_do_not_supersede() -> None:
    """A later fact on somebody else leaves this one standing."""
    other = change("user123", "user456").replace("2026-11-20", "2026-11-21")

    histories = read(FACT + other).histories()

    assert {subject: len(told["lives_with_child"]) for subject, told in histories.items()} == {
        "telegram:user123": 1,
        "telegram:user456": 1,
    }


def test_tells_the_statements_on_subjects_that_are_not_ranked() -> None:
    """A fact on a misspelt subject does not vanish."""
    facts = read(FACT + GATE + SEALED)

    assert facts.elsewhere({"telegram:user123"}) == ()
    assert len(facts.elsewhere({"telegram:user999"})) == 3


def test_tells_the_statements_dated_after_an_instant() -> None:
    """A slip in a date can be shown."""
    facts = read(FACT)

    assert facts.later_than(datetime(2026, 11, 20, 10, tzinfo=UTC)) == ()
    assert len(facts.later_than(datetime(2026, 11, 20, 9, tzinfo=UTC))) == 1


def test_keeps_a_count_of_a_factor_on_a_scale() -> None:
    """The volume carries the number counted so far."""
    (fact,) = read(change('factor = "lives_with_child"', 'factor = "volume"\nat_least = 23000')).facts

    assert fact.at_least == 23000


def test_keeps_answers_on_exploitability_apart_from_facts() -> None:
    """The two readings never meet in one list."""
    facts = read(FACT + SEALED + DEADLINE)

    assert len(facts.facts) == 1
    assert [(item.code, item.known, item.answer) for item in facts.answers] == [
        ("evidence_sealed", True, "all"),
        ("perishable_data", True, None),
    ]
    assert facts.answers[1].deadline_at == datetime(2027, 11, 1, tzinfo=UTC)


def test_a_refusal_is_bad_input() -> None:
    """The command line gives it the exit code of the user's own input."""
    assert issubclass(BadFacts, BadInput)
    assert BadFacts.exit_code == 2


@pytest.mark.parametrize("field", ["subject", "factor", "state", "by", "at"])
def test_refuses_an_entry_without_a_field_it_needs(field: str) -> None:
    """Each of the five is asked for by name."""
    text = "\n".join(line for line in FACT.splitlines() if not line.startswith(f"{field} ="))

    assert f"Entry 1 of [[fact]]: `{field}` must be" in refusal(text)


def test_refuses_an_empty_author() -> None:
    """A statement without a name is nobody's."""
    assert "`by` must be a text" in refusal(change("Alice Martin", "  "))


def test_refuses_an_author_that_forges_a_line() -> None:
    """A control character could write a line of the report."""
    assert "`by` must be a text on one line" in refusal(change("Alice Martin", "Alice\\nG1 established"))


@pytest.mark.parametrize(
    "instant",
    [
        "2026-11-20T10:00:00",
        "2026-11-20",
        '"2026-11-20T10:00:00Z"',
        "1763632800",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_refuses_an_instant_without_its_offset(instant: str) -> None:
    """A naive, partial, quoted or impossible instant is not guessed at."""
    assert "`at` must be an instant with its offset" in refusal(change("2026-11-20T10:00:00Z", instant))


def test_refuses_a_naive_event() -> None:
    """The instant of a meeting needs its offset too."""
    assert "`event_at` must be an instant" in refusal(change("16:00:00+01:00", "16:00:00", text=GATE))


def test_refuses_an_unknown_state_and_says_which_are_allowed() -> None:
    """The four states are named."""
    sentence = refusal(FACT + change("established", "likely"))

    assert sentence.startswith("Entry 2 of [[fact]]:")
    assert "established, reported, contradicted, unknown" in sentence


def test_refuses_an_unknown_factor_and_names_the_nearest() -> None:
    """A slip of the hand is answered with the factor that was meant."""
    assert "did you mean lives_with_child?" in refusal(change("lives_with_child", "live_with_child"))


def test_refuses_a_gate_as_a_factor() -> None:
    """Gates have their own table."""
    assert "`factor` must be one of" in refusal(change("lives_with_child", "G1"))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("sex", "sex"),
        ("sexe", "sex"),
        ("nationality", "nationality"),
        ("nationalite", "nationality"),
        ("Nationalité", "nationality"),
        ("origin", "origin"),
        ("origine", "origin"),
        ("orientation", "orientation"),
        ("revenus", "income"),
        ("quartier", "neighbourhood"),
        ("age_du_suspect", "age_of_suspect"),
        ("appartenance", "group_membership"),
    ],
)
def test_refuses_a_forbidden_factor_in_both_languages(word: str, code: str) -> None:
    """A forbidden input is named as such, and cannot be stated."""
    assert f"names a forbidden input ({code})" in refusal(change("lives_with_child", word))


@pytest.mark.parametrize("field", ["sexe", "nationality", "quartier", "age", "revenu", "pays"])
def test_refuses_a_forbidden_field(field: str) -> None:
    """A forbidden input cannot ride along as a field."""
    assert "a field names a forbidden input" in refusal(FACT + f'{field} = "x"\n')


def test_refuses_an_unknown_field_and_says_which_are_allowed() -> None:
    """A misspelt field does not pass in silence."""
    sentence = refusal(FACT + 'evidense = ["x"]\n')

    assert "a field is not known; allowed are subject, state, by, at, evidence, note, factor, at_least" in sentence


def test_refuses_the_instant_of_an_event_on_a_factor() -> None:
    """Only gates have an event."""
    assert "a field is not known" in refusal(FACT + "event_at = 2026-11-20T10:00:00Z\n")


@pytest.mark.parametrize("text", ['[fact]\nsubject = "x"\n', "fact = 3\n", "[[facts]]\n", "fact = [1]\n", 'a = "b"\n'])
def test_refuses_anything_besides_its_tables(text: str) -> None:
    """A single bracket or another name is told with the three tables."""
    assert "[[fact]], [[gate]] and [[exploitability]]" in refusal(text)


@pytest.mark.parametrize(
    "text", ["[[fact]", "a = 2026-13-45T00:00:00Z", "a = " + "9" * 5000, "a = " + "[" * 5000, "\x00"]
)
def test_refuses_text_that_is_not_toml(text: str) -> None:
    """Broken and hostile text alike get one sentence."""
    assert "is not TOML that can be read" in refusal(text)


def test_tells_the_place_where_the_text_cannot_be_read() -> None:
    """The line is named, its content is not repeated."""
    sentence = refusal(FACT + 'secret word here = "x"\n')

    assert "line 10" in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize("count", ["0", "-5", "true", "1.5", '"many"', "10_000_000_000_000_000"])
def test_refuses_a_count_that_is_not_one(count: str) -> None:
    """A count is a whole number from 1."""
    text = change('factor = "lives_with_child"', f'factor = "volume"\nat_least = {count}')

    assert "`at_least` must be a whole number" in refusal(text)


def test_refuses_a_volume_without_its_count() -> None:
    """Established how much cannot be left out."""
    assert "volume needs `at_least`" in refusal(change("lives_with_child", "volume"))


def test_refuses_a_count_on_a_factor_without_a_scale() -> None:
    """A count elsewhere would mean nothing and is not ignored."""
    assert "`at_least` belongs only to" in refusal(FACT + "at_least = 3\n")


@pytest.mark.parametrize("evidence", ['"one"', "[1]", '[""]', '["a\\u001b[2J"]'])
def test_refuses_evidence_that_is_not_a_list_of_texts(evidence: str) -> None:
    """A reference that could not be followed is not kept."""
    assert "`evidence` must be a list of texts" in refusal(change('["exhibit 2, message 345"]', evidence))


def test_refuses_two_statements_of_one_instant_on_the_same_thing() -> None:
    """Neither silently wins."""
    assert "Entries 1 and 2 of [[fact]]" in refusal(FACT + change("established", "contradicted"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('answer = "all"', ""),
        ('state = "known"', 'state = "unknown"'),
        ('answer = "all"', "deadline_at = 2027-11-01T00:00:00Z"),
        ('answer = "all"', 'answer = "perhaps"'),
        ("evidence_sealed", "perishable_data"),
    ],
)
def test_refuses_an_answer_that_does_not_fit_its_point(old: str, new: str) -> None:
    """Known needs its own answer, unknown has none."""
    assert "Entry 1 of [[exploitability]]" in refusal(change(old, new, text=SEALED))


def test_a_refusal_repeats_nothing_of_the_file() -> None:
    """Names and words of the file stay out of the sentence."""
    for text in (
        change("established", "Mme Untel"),
        change("lives_with_child", "Mme Untel"),
        FACT + '"Mme Untel" = 1\n',
    ):
        sentence = refusal(text)

        assert "Untel" not in sentence
        assert "Alice" not in sentence
        assert "user123" not in sentence


def test_refuses_a_note_that_is_not_a_text() -> None:
    """A list of notes is not guessed at."""
    assert "`note` must be a text" in refusal(change('"Read with Bob."', '["Read", "with Bob"]'))
