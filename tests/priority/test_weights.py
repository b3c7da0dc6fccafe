"""The table of weights: what is shipped holds its promises, and what is wrong is refused."""

from importlib import resources

import pytest

from rempart.priority.vocabulary import FACTOR_CODES, FORBIDDEN_CODES, GATE_CODES
from rempart.priority.weights import BadWeights, Factor, Gate, Point, load_weights, parse_weights

SHIPPED = resources.files("rempart.priority").joinpath("weights.toml").read_text("utf-8")


def refusal(old: str, new: str, *, count: int = 1) -> str:
    """The sentence with which the shipped file, changed so, is refused."""
    assert old in SHIPPED, "the test changes something that stands in the file"
    with pytest.raises(BadWeights) as caught:
        parse_weights(SHIPPED.replace(old, new, count))
    return str(caught.value)


def test_caps_of_the_shipped_table_add_up_to_one_hundred() -> None:
    """No block decides alone."""
    assert [block.cap for block in load_weights().blocks] == [30, 30, 20, 15, 5]


def test_no_shipped_factor_is_above_the_cap_of_its_block() -> None:
    """A single factor never gives more than its block may."""
    caps = {block.code: block.cap for block in load_weights().blocks}

    assert all(factor.points <= caps[factor.block] for factor in load_weights().factors)


def test_shipped_points_are_those_of_the_reference() -> None:
    """The points are the ones that were agreed, row by row."""
    points = {factor.code: factor.points for factor in load_weights().factors}

    assert points == {
        "lives_with_child": 30,
        "access_through_relations": 20,
        "works_with_children": 25,
        "produces_or_directs": 30,
        "grooming_of_minor": 25,
        "incites_or_travels": 20,
        "distributes_or_administers": 15,
        "consumption_only": 5,
        "prior_conviction": 20,
        "prior_reports": 10,
        "changed_identity": 10,
        "breach_of_ban": 10,
        "other_judicial_record": 5,
        "victim_identifiable": 10,
        "victim_under_6": 10,
        "victim_under_13": 7,
        "victim_under_15": 4,
        "several_victims": 5,
        "vulnerable_victim": 5,
        "volume": 5,
        "network_role": 5,
    }


def test_shipped_gates_give_the_levels_of_the_reference() -> None:
    """G1 to G3 are immediate, G4 immediate once established, G5 is P1."""
    levels = [(gate.code, gate.level, gate.level_reported) for gate in load_weights().gates]

    assert levels == [
        ("G1", "P0", None),
        ("G2", "P0", None),
        ("G3", "P0", None),
        ("G4", "P0", "P1"),
        ("G5", "P1", None),
    ]


def test_shipped_help_path_comes_first_where_a_child_speaks_of_suicide() -> None:
    """The numbers to call stand on the gate itself."""
    first = load_weights().gate("G3").first

    assert first is not None
    assert all(number in first.fr and number in first.en for number in ("3114", "15", "112", "3018"))


def test_every_shipped_row_has_both_languages_and_a_source() -> None:
    """Nothing is shown in one language only, and nothing without saying where it comes from."""
    weights = load_weights()

    rows: list[Gate | Factor | Point] = [*weights.gates, *weights.factors, *weights.exploitability]
    for row in rows:
        assert row.source
        assert row.title.text("fr") != row.title.text("en")
        assert row.enquiry.fr.endswith(" ?")
        assert row.enquiry.en.endswith("?")


def test_thresholds_give_levels_at_their_exact_points() -> None:
    """A level begins at its threshold and not below."""
    weights = load_weights()

    assert [weights.level_of(points) for points in (0, 24.5, 25, 49.5, 50, 100)] == ["P3", "P3", "P2", "P2", "P1", "P1"]


def test_points_alone_never_give_p0() -> None:
    """Only a gate is immediate."""
    assert load_weights().level_of(100) == "P1"


def test_table_is_loaded_once() -> None:
    """Two calls give the same object."""
    assert load_weights() is load_weights()


def test_refuses_caps_that_do_not_add_up() -> None:
    """A sum other than 100 is told."""
    assert "not to 100" in refusal('code = "E"\ncap = 5', 'code = "E"\ncap = 6')


def test_refuses_a_factor_above_its_cap() -> None:
    """31 points in a block of 30 are told."""
    assert "above the cap 30 of block A" in refusal("points = 30", "points = 31")


def test_refuses_a_repeated_factor() -> None:
    """The same code twice is told."""
    assert "repeats the code lives_with_child" in refusal(
        'code = "access_through_relations"', 'code = "lives_with_child"'
    )


def test_refuses_a_missing_gate() -> None:
    """A gate that somebody took out is told."""
    start = SHIPPED.index('[[gate]]\ncode = "G5"')
    end = SHIPPED.index("# -- Blocks")

    with pytest.raises(BadWeights, match="gate G5 is missing"):
        parse_weights(SHIPPED[:start] + SHIPPED[end:])


def test_refuses_a_factor_outside_the_vocabulary() -> None:
    """A factor that nobody reviewed cannot be added by a file."""
    assert "factor 1 has a code outside the closed vocabulary" in refusal('"lives_with_child"', '"owns_a_boat"')


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("sex", "sex"),
        ("sexe_du_suspect", "sex"),
        ("nationality", "nationality"),
        ("nationalité", "nationality"),
        ("origine_ethnique", "origin"),
        ("orientation_sexuelle", "orientation"),
        ("suspect_age", "age_of_suspect"),
        ("âge", "age_of_suspect"),
        ("quartier", "neighbourhood"),
        ("REVENUS", "income"),
        ("group_membership", "group_membership"),
        ("appartenance_au_groupe", "group_membership"),
        ("religion", "religion"),
        ("santé", "health"),
    ],
)
def test_refuses_a_forbidden_factor(word: str, code: str) -> None:
    """A forbidden input is refused by name, in both languages, with or without accents."""
    assert f"factor 1 names a forbidden input ({code})" in refusal('"lives_with_child"', f'"{word}"')


def test_refuses_a_forbidden_input_under_an_innocent_code() -> None:
    """A title that names a forbidden input is refused though the code is of the vocabulary."""
    assert "factor 1 names a forbidden input (nationality)" in refusal(
        "Lives with a child or cares for one daily", "Nationality of the person"
    )


def test_refuses_a_file_without_one_of_the_forbidden_inputs() -> None:
    """The list of forbidden inputs cannot be shortened."""
    assert "forbidden" in refusal('code = "income"', 'code = "sex"')


def test_no_word_of_the_vocabulary_is_forbidden() -> None:
    """The shipped codes pass their own filter."""
    weights = load_weights()

    assert {weights.forbidden_in(code) for code in (*FACTOR_CODES, *GATE_CODES)} == {None}
    assert {row.code for row in weights.forbidden} == set(FORBIDDEN_CODES)


def test_refuses_thresholds_that_do_not_fall() -> None:
    """P2 may not need more points than P1."""
    assert "must fall" in refusal("from_points = 25", "from_points = 60")


def test_refuses_points_for_p0() -> None:
    """P0 cannot be had by points."""
    assert "only a gate may give it" in refusal('code = "P0"\n', 'code = "P0"\nfrom_points = 90\n')


def test_refuses_a_gate_that_is_more_urgent_when_only_reported() -> None:
    """What is reported never weighs more than what is established."""
    assert "more urgent" in refusal('code = "G5"\nlevel = "P1"', 'code = "G5"\nlevel = "P1"\nlevel_reported = "P0"')


def test_refuses_a_group_across_blocks() -> None:
    """Factors of which only one counts share a block."""
    assert "group" in refusal(
        'code = "network_role"\nblock = "E"', 'code = "network_role"\ngroup = "evasion"\nblock = "E"'
    )


def test_refuses_a_factor_that_implies_another_group() -> None:
    """Only factors of one group settle each other."""
    assert "may imply only" in refusal('implies = "victim_under_13"', 'implies = "several_victims"')


def test_refuses_a_field_that_is_not_of_the_form() -> None:
    """A misspelt field does not pass in silence."""
    assert "contains unknown field" in refusal("alone = true", "alnoe = true")


def test_refuses_text_that_is_not_toml() -> None:
    """A file that cannot be read is told as such."""
    with pytest.raises(BadWeights, match="nothing was ranked"):
        parse_weights("[[gate")


def test_refuses_a_factor_in_a_block_that_is_not_there() -> None:
    """Points that no cap holds are not counted."""
    assert "stands in a block that the table does not have" in refusal('block = "A"', 'block = "Z"')


def test_refuses_a_factor_both_alone_and_in_a_group() -> None:
    """The two rules would contradict each other."""
    assert "cannot both stand alone" in refusal("alone = true", 'alone = true\ngroup = "acts"')


def test_refuses_a_factor_that_gives_less_than_what_it_implies() -> None:
    """A younger victim never counts less."""
    assert "has fewer points than the factor that it implies" in refusal(
        'points = 10\ngroup = "victim_age"', 'points = 1\ngroup = "victim_age"'
    )


def test_refuses_a_point_of_exploitability_with_two_kinds_of_answer() -> None:
    """A point is answered by a word or by an instant."""
    assert "exploitability perishable_data needs either" in refusal(
        "deadline = true", 'deadline = true\nanswers = ["soon"]'
    )


def test_a_code_outside_the_vocabulary_is_not_found() -> None:
    """Asking for it is a fault of the caller."""
    with pytest.raises(KeyError):
        load_weights().factor("nationality")
