"""Departments are taken from what people state, and from nothing that only looks like it."""

from pathlib import Path

import pytest

from rempart.network.departments import find_departments, load_departments, stated_departments
from rempart.network.files import identify_files
from tests.network.small import ENGINE, Row, said, tables_of

NOTHING = [
    "on se voit dans le 10 minutes",
    "dans le 75e",
    "dans le 13ème",
    "j'habite dans le 13ème",
    "je suis dans le 12",
    "rendez-vous le 12/03",
    "je suis du 12 mars",
    "je suis né en 75",
    "j'ai 69 ans",
    "j'habite au 69 rue de la Paix",
    "ça coûte 69003 euros",
    "appelle le 06 12 34 56 78",
    "dans le 93,5 fm",
    "dans le 69.5",
    "dans le 50 %",
    "dans le 45 km",
    "tu habites dans le 69 ?",
    "c'est dans le 69 ou pas ?",
    "j'habite pas dans le 69",
    "je n'habite plus dans le 69",
    "code postal 99123",
    "dans le 99",
    "dans le 2023",
    "dans le 69003",
    "bonjour",
    "",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_a_department_is_not_taken(text: str) -> None:
    """Dates, hours, prices, ages, ordinals, numbers of houses, questions, denials."""
    assert stated_departments(text) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("j'habite dans le 69", "69"),
        ("J’habite actuellement dans le 33", "33"),
        ("Je suis du 93, et toi ?", "93"),
        ("je viens du 31!", "31"),
        ("moi c'est dans le 59", "59"),
        ("j'habite dans le 12", "12"),
        ("mon département est le 34", "34"),
        ("mon code postal c'est 97410", "974"),
        ("j'habite à Lyon 69003", "69"),
        ("je vis dans le 2A", "2A"),
    ],
)
def test_a_statement_in_the_first_person_is_ones_own(text: str, code: str) -> None:
    """With a verb of living, or with the words mon département, mon code postal."""
    told = stated_departments(text)

    assert [(one.code, one.kind) for one in told] == [(code, "own")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("il habite dans le 38", "38"),
        ("on se retrouve dans le 69", "69"),
        ("code postal 20200", "2B"),
        ("code postal : 20000", "2A"),
        ("département 971", "971"),
        ("dpt 44", "44"),
    ],
)
def test_a_department_named_is_nobodys(text: str, code: str) -> None:
    """Of whom it is said is open."""
    told = stated_departments(text)

    assert [(one.code, one.kind) for one in told] == [(code, "named")]


def test_each_department_is_told_once_and_own_wins() -> None:
    """Two sentences, one of them in the first person."""
    told = stated_departments("Il est dans le 69. Moi aussi j'habite dans le 69! Elle est dans le 42")

    assert [(one.code, one.kind) for one in told] == [("69", "own"), ("42", "named")]


def test_a_forwarded_statement_is_not_its_senders(tmp_path: Path) -> None:
    """Forwarded words only name; a service line says nothing; the statement leads to its message."""
    messages: list[Row] = [
        said(1, "user1", text="J'habite dans le 69"),
        said(2, "user2", text="J'habite dans le 38", forwarded_from="Alice"),
        said(3, "user2", text="J'habite dans le 38", kind="service"),
        said(4, "user1", text="rien à dire"),
    ]
    tables_of(tmp_path, messages=messages)

    found = find_departments(tmp_path, engine=ENGINE, copies=identify_files(tmp_path, engine=ENGINE).copies)

    assert [(row["row"], row["code"], row["kind"]) for row in found.statements.to_pylist()] == [
        (1, "69", "own"),
        (2, "38", "named"),
    ]
    assert dict(found.own) == {"69": 1}
    assert found.accounts == 1


def test_nothing_stated_is_an_empty_table(tmp_path: Path) -> None:
    """No statement, no failure."""
    tables_of(tmp_path, messages=[said(1, "user1", text="bonjour")])

    found = find_departments(tmp_path, engine=ENGINE, copies=identify_files(tmp_path, engine=ENGINE).copies)

    assert found.statements.num_rows == 0
    assert found.accounts == 0


def test_there_are_a_hundred_and_one_departments() -> None:
    """As INSEE counts them; 20 is not one."""
    codes = load_departments()

    assert len(codes) == 101
    assert "20" not in codes
    assert codes["69"] == "Rhône"
