"""The table of what answers state is read whole or refused, and holds every answer of the form."""

from importlib import resources

import pytest

from rempart.intake.paths import Path, path_screens
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.priority.answers import FIELDS, NOT_ANSWERED, BadRules, answers_of, load_rules, parse_rules, words_of
from tests.priority.case import WEIGHTS

TEXT = resources.files("rempart.priority").joinpath("reported.toml").read_text("utf-8")
OFFERED = {"ongoing": "contact_going_on", "knows": "knows_person"}  # screens whose name is not that of their field


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('code = "G2"', 'code = "G9"', "row 6 has a code that is neither a gate nor a factor"),
        ('code = "G2"', 'code = "volume"', "row 6 states a factor on a scale"),
        (
            'category = ["meeting"], urgency = ["soon", "now"]',
            'category = ["trip"]',
            "an answer of `category` that the form does not have",
        ),
        ('kind = ["situation"]', 'language = ["fr"]', r"row 2 asks for a forbidden input \(origin\)"),
        ('kind = ["situation"]', 'gender = ["x"]', r"row 2 asks for a forbidden input \(sex\)"),
        ('kind = ["situation"]', 'files = ["1"]', "row 2 asks a field that is none of kind"),
        ('kind = ["situation"]', "kind = []", "length >= 1"),
        (
            'field = "knows_person"\nvalues = ["no", "unknown"]',
            'field = "knows_person"\nvalues = ["no"]',
            "the answer unknown of `knows_person` stands nowhere",
        ),
        ('values = ["no", "unknown"]', 'values = ["maybe"]', "a silent answer is not one of the form"),
        ('code = "urgency_soon"', 'code = "urgency_now"', "repeats the code urgency_now"),
        ('code = "urgency_soon"', 'code = "G1"', "floor G1 has the code of a gate or factor"),
        ('level = "P0"', 'level = "P9"', "P9"),
        ('[[silent]]\nfield = "kind"', '[[quiet]]\nfield = "kind"', "quiet"),
        ('code = "G2"', 'code = "G2"\nstate = "contradicted"', "state"),
        ('version = "2026.11"', "version = ", "refused"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_what_is_wrong(before: str, after: str, told: str) -> None:
    """A slip of a hand in the table ranks nothing, and no row can state that something is not."""
    assert before in TEXT

    with pytest.raises(BadRules, match=told):
        parse_rules(TEXT.replace(before, after, 1), weights=WEIGHTS)


def test_no_answer_of_either_form_is_forgotten() -> None:
    """Every option that people can choose is a word of the table."""
    offered = {
        (OFFERED.get(field.name, field.name), option.value)
        for path in Path
        for screen in path_screens(path)
        for field in screen.fields
        for option in field.options
    }
    asked = {(name, value) for name, value in offered if name in FIELDS}

    assert {name for name, _ in asked} >= {"category", "age_band", "kind", "urgency"}
    assert [
        (name, value)
        for name, value in sorted(asked)
        if name != "urgency" and value not in words_of(name) and (name, value) != ("kind", "unknown")
    ] == []


def test_rules_ask_six_answers_and_nothing_else() -> None:
    """No language, no contact, no text, no reporter can reach a rule."""
    bare = Report(kind=Kind.CONTENT, reporter=ReporterKind.UNKNOWN, language="fr")

    assert set(answers_of(bare)) == set(FIELDS)
    assert answers_of(bare) == {
        "kind": "content",
        "category": NOT_ANSWERED,
        "urgency": "none_stated",
        "age_band": NOT_ANSWERED,
        "contact_going_on": NOT_ANSWERED,
        "knows_person": NOT_ANSWERED,
    }


def test_every_rule_says_where_it_comes_from() -> None:
    """Source and version stand on each row."""
    rules = load_rules()

    assert all(rule.source and rule.version for rule in (*rules.rows, *rules.floors))
