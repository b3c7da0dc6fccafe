"""The one call for tables: identifiers, layers, judgements and what was not examined."""

from datetime import UTC, datetime
from pathlib import Path

from rempart.engine.queries import DuckEngine
from rempart.identities.compare import compare, histories
from rempart.identities.judgements import Answer, Judgement
from tests.identities.rows import Shown, day, identify, write_tables

ENGINE = DuckEngine(threads=1)


def two(folder: Path) -> Path:
    """Two accounts with one number and one name on two services."""
    shown = {"names": ["Lucie Vartarden"], "phone": "0639981234"}
    return write_tables(
        folder,
        accounts=[
            {**shown, "account_id": "telegram:user1"},
            {**shown, "account_id": "meta:user2", "platform": "meta"},
            {"account_id": "meta:user3", "platform": "meta", "names": ["Emil", "Zoé"]},
        ],
    )


def judgement(answer: Answer) -> Judgement:
    """Alice's answer on the two."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Judgement(left="telegram:user1", right="meta:user2", answer=answer, who="Alice", at=at, reason="read both")


def test_a_suggestion_is_open_until_a_person_answers(tmp_path: Path) -> None:
    """Nobody is merged before."""
    found = compare(two(tmp_path), engine=ENGINE)

    assert [(item.left, item.right) for item in found.suggestions.open] == [("meta:user2", "telegram:user1")]
    assert found.judged.groups == ()
    assert found.accounts == 3


def test_a_positive_judgement_makes_the_identity(tmp_path: Path) -> None:
    """And the suggestion is answered."""
    found = compare(two(tmp_path), engine=ENGINE, judgements=[judgement(Answer.POSITIVE)])

    assert found.judged.groups == (("meta:user2", "telegram:user1"),)
    assert (len(found.suggestions.open), len(found.suggestions.answered)) == (0, 1)


def test_a_negative_judgement_holds_the_suggestion_back(tmp_path: Path) -> None:
    """On every later run."""
    found = compare(two(tmp_path), engine=ENGINE, judgements=[judgement(Answer.NEGATIVE)])

    assert (len(found.suggestions.open), len(found.suggestions.held_back)) == (0, 1)
    assert found.judged.groups == ()


def test_a_changed_name_is_a_history_without_dates(tmp_path: Path) -> None:
    """One export tells an order only."""
    (history,) = compare(two(tmp_path), engine=ENGINE).histories

    assert [worn.name for worn in history.worn] == ["Emil", "Zoé"]
    assert not history.dated


def test_names_of_two_exhibits_are_dated_by_them() -> None:
    """Each exhibit says when its name was seen."""
    table = identify(Shown(account="a", names=("Zoé",), days=(5, 6)), Shown(account="a", names=("Emil",), days=(1, 2)))
    exhibits = [("f" if name == "Emil" else "e") * 64 for name in table["value"].to_pylist()]
    place = table.schema.get_field_index("exhibit_sha256")
    (history,) = histories(table.set_column(place, table.schema.field(place), [exhibits]))

    assert [(worn.name, worn.first_at) for worn in history.worn] == [("Emil", day(1)), ("Zoé", day(5))]


def test_empty_tables_compare_to_nothing(tmp_path: Path) -> None:
    """No account, no suggestion, no failure."""
    found = compare(write_tables(tmp_path), engine=ENGINE)

    assert (found.accounts, found.suggestions.open, found.hard.edges) == (0, (), ())
