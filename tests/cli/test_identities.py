"""`rempart identities screen|judge|list`: judgements kept beside the tables, and screening with its log."""

import json
from pathlib import Path

import pytest

from rempart.cli.identities import USES
from rempart.engine.queries import DuckEngine
from rempart.identities.compare import compare
from rempart.identities.kept import FILE, read_kept
from rempart.matching.uses import read_uses
from tests.cli.shell import Ask, ask, quiet_chat
from tests.identities.rows import write_tables

ONE, OTHER, THIRD = "telegram:user1", "meta:user2", "meta:user3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an analysis with two accounts that may be one person's, and a third."""
    shown = {"names": ["Lucie Vartarden"], "phone": "0639981234"}
    accounts = [
        {**shown, "account_id": ONE},
        {**shown, "account_id": OTHER, "platform": "meta"},
        {"account_id": THIRD, "platform": "meta", "names": ["Emil Solmirnet"]},
    ]
    write_tables(tmp_path / "tables", accounts=accounts)
    return tmp_path


@pytest.fixture
def watchlist(tmp_path: Path) -> Path:
    """A list of invented people."""
    path = tmp_path / "list.csv"
    path.write_text("name,phone,birth_date\nLucie Vartarden,06 39 98 12 34,\nEmil Solmirnet,,1980-02-01\n", "utf-8")
    return path


def test_a_judgement_is_kept_and_a_later_one_supersedes_it(folder: Path, ask_here: Ask) -> None:
    """Both stay; the last one stands."""
    first = ask_here("identities", "judge", folder, ONE, OTHER, "positive", "--reason", "one voice", "--by", "Alice")
    second = ask_here("identities", "judge", folder, OTHER, ONE, "negative", "--reason", "sisters", "--by", "Ben")
    told = ask_here("identities", "list", folder)

    assert (first.code, second.code, told.code) == (0, 0, 0)
    assert "Accounts held as one person's" in first.out
    assert [item.who for item in read_kept(folder)] == ["Alice", "Ben"]
    assert "superseded" in told.out
    assert "stands" in told.out
    assert "Identity 1" not in told.out


def test_a_comparison_takes_the_judgements_that_were_kept(folder: Path, ask_here: Ask) -> None:
    """As `rempart analyse` does when it writes into the same folder."""
    before = compare(folder / "tables", engine=DuckEngine(threads=1), judgements=read_kept(folder))
    ask_here("identities", "judge", folder, ONE, OTHER, "negative", "--reason", "sisters", "--by", "Ben")
    after = compare(folder / "tables", engine=DuckEngine(threads=1), judgements=read_kept(folder))

    assert (len(before.suggestions.open), len(before.suggestions.held_back)) == (1, 0)
    assert (len(after.suggestions.open), len(after.suggestions.held_back)) == (0, 1)


def test_a_conflict_is_told_with_its_path(folder: Path, ask_here: Ask) -> None:
    """Kept, and not applied."""
    for one, other, answer in ((ONE, OTHER, "negative"), (ONE, THIRD, "positive"), (OTHER, THIRD, "positive")):
        told = ask_here("identities", "judge", folder, one, other, answer, "--reason", "read both", "--by", "Alice")

    assert told.code == 0
    assert "Not applied" in told.out
    assert "not applied" in ask_here("identities", "list", folder).out


def test_the_list_as_json_is_what_the_documentation_tells(folder: Path, ask_here: Ask) -> None:
    """For programs; an empty one is a list too."""
    assert json.loads(ask_here("identities", "list", folder, "--json").out) == []
    ask_here("identities", "judge", folder, ONE, OTHER, "unsure", "--reason", "too little", "--by", "Alice")
    (item,) = json.loads(ask_here("identities", "list", folder, "--json").out)

    assert (item["left"], item["right"], item["answer"], item["who"]) == (ONE, OTHER, "unsure", "Alice")


@pytest.mark.parametrize(
    ("one", "other", "answer", "reason", "said"),
    [
        (ONE, ONE, "positive", "x", "two different accounts"),
        (ONE, "meta:user9", "positive", "x", "meta:user9"),
        (ONE, OTHER, "maybe", "x", "positive, negative or unsure"),
        (ONE, OTHER, "positive", " ", "why"),
    ],
)
def test_a_judgement_that_cannot_stand_is_refused(
    one: str, other: str, answer: str, reason: str, said: str, folder: Path, ask_here: Ask
) -> None:
    """One sentence, and nothing is written."""
    told = ask_here("identities", "judge", folder, one, other, answer, "--reason", reason)

    assert told.code == 2
    assert told.is_one_line
    assert said in told.err
    assert not (folder / FILE).exists()


def test_a_broken_line_is_told_and_nothing_is_added(folder: Path, ask_here: Ask) -> None:
    """Half a judgement is none."""
    (folder / FILE).write_bytes(b'{"left": "a"}\n')
    told = ask_here("identities", "judge", folder, ONE, OTHER, "positive", "--reason", "x")

    assert told.code == 2
    assert "Line 1" in told.err
    assert (folder / FILE).read_bytes() == b'{"left": "a"}\n'


def test_an_analysis_refuses_judgements_that_cannot_be_read(tmp_path: Path, ask_here: Ask) -> None:
    """Before anything is read; and takes those that can."""
    chat, to = quiet_chat(tmp_path), tmp_path / "analysed"
    to.mkdir()
    (to / FILE).write_bytes(b"half a line")
    refused = ask_here("analyse", chat, "--out", to, "--jobs", "1")

    assert refused.code == 2
    assert "Line 1" in refused.err
    assert not (to / "tables").exists()
    (to / FILE).unlink()
    assert ask_here("analyse", chat, "--out", to, "--jobs", "1").code == 0


def test_a_folder_without_tables_is_refused(tmp_path: Path, ask_here: Ask) -> None:
    """With what writes them."""
    told = ask_here("identities", "list", tmp_path)

    assert told.code == 2
    assert "rempart analyse" in told.err


def test_screening_tells_candidates_with_reasons_and_rivals(folder: Path, watchlist: Path, ask_here: Ask) -> None:
    """Strong with a number of the export, weak with a name alone; never a verdict."""
    told = ask_here("identities", "screen", watchlist, folder, "--by", "Alice")

    assert told.code == 0
    for said in ("strong", "weak", "+33639981234", "candidates to compare", "same or a similar name"):
        assert said in " ".join(told.out.split())


def test_every_screening_is_written_down_without_a_name(folder: Path, watchlist: Path, ask_here: Ask) -> None:
    """Who, when, the fingerprint of the list, how many entries."""
    ask_here("identities", "screen", watchlist, folder, "--by", "Alice")
    ask_here("identities", "screen", watchlist, folder, "--by", "Ben")
    uses = read_uses(folder / USES)

    assert [(use.by, use.act, use.looked_up) for use in uses] == [("Alice", "screen", 2), ("Ben", "screen", 2)]
    assert b"Vartarden" not in (folder / USES).read_bytes()


def test_a_map_names_the_columns(folder: Path, tmp_path: Path, ask_here: Ask) -> None:
    """Lists have headings of their own; a date that is none is told, and the exit code says so."""
    path = tmp_path / "named.csv"
    path.write_text("Nom;Prénom;Né le\nSolmirnet;Emil;someday\n", "utf-8")
    columns = "family_name=Nom,given_name=Prénom,birth_date=Né le"
    told = ask_here("identities", "screen", path, folder, "--map", columns)

    assert told.code == 1
    assert THIRD in told.out
    assert "Not compared" in told.out


@pytest.mark.parametrize("columns", ["Nom", "family_name=", "colour=name", "name=Missing"])
def test_a_map_that_fits_nothing_is_refused(columns: str, folder: Path, watchlist: Path, ask_here: Ask) -> None:
    """And no use is logged: nothing was compared."""
    told = ask_here("identities", "screen", watchlist, folder, "--map", columns)

    assert told.code == 2
    assert told.is_one_line
    assert not (folder / USES).exists()


def test_a_list_that_is_not_there_is_refused(folder: Path, ask_here: Ask) -> None:
    """One sentence."""
    told = ask_here("identities", "screen", folder / "nowhere.csv", folder)

    assert told.code == 2
    assert "nowhere.csv" in told.err


def test_the_commands_speak_french(folder: Path) -> None:
    """In a process of its own, with warnings as errors; sentences that the catalogue has are French."""
    told = ask("identities", "list", folder / "elsewhere", lang="fr")

    assert told.code == 2
    assert told.is_one_line
