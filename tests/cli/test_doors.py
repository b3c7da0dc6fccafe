"""`rempart intake …`: what is kept and what is refused is counted, told and seen in the exit code."""

from datetime import date
from pathlib import Path

import pytest

from rempart.evidence.keys import Purpose, Recipient, Recipients, new_identity, recipient_of, save_recipients
from rempart.web.config import SiteConfig
from rempart.web.setup import make_folders
from tests.cli.shell import Ask, ask
from tests.intake.test_mail import SQUARES, a_mail


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with keys and tables."""
    folder = tmp_path_factory.mktemp("site")
    site = make_folders(folder, SiteConfig())
    entries = [
        Recipient(name=name, purpose=purpose, key=recipient_of(new_identity()), created_date=date(2026, 11, 1))
        for name, purpose in (("intake-2026-11", Purpose.INTAKE), ("escrow-2026", Purpose.ESCROW))
    ]
    save_recipients(site.recipients, Recipients(entries=tuple(entries)))
    assert ask("site", "upgrade", "--data", folder).code == 0
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two reports and a row that is none."""
    path = tmp_path / "table.csv"
    path.write_text("récit;type;réf\nun;situation;1\ndeux;bidule;2\ntrois;situation;3\n", "cp1252")
    return path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("intake", "mail", "{here}/none.eml", "--data", "{data}"), "no none.eml"),
        (("intake", "csv", "{here}/none.csv", "--by", "Alice", "--data", "{data}"), "none.csv cannot be read"),
        (("intake", "csv", "{table}", "--data", "{data}"), "--by"),
        (("intake", "csv", "{table}", "--by", "Alice", "--data", "{here}"), "rempart site init"),
        (("intake", "csv", "{table}", "--by", "Alice", "--data", "{data}", "--columns", "x"), "--columns takes"),
        (("intake", "csv", "{table}", "--by", "A", "--data", "{data}", "--columns", "none=récit"), None),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(
    data: Path, table: Path, tmp_path: Path, words: tuple[str, ...], told: str | None
) -> None:
    """Exit code 2 and nothing kept; a table whose rows tell nothing any more is 1."""
    answer = ask(*(word.format(data=data, table=table, here=tmp_path) for word in words))

    if told is None:
        assert (answer.code, answer.out.splitlines()[0]) == (1, "0 reports kept.")
    else:
        assert (answer.code, answer.is_one_line) == (2, True)
        assert told in answer.err


def test_a_dry_run_needs_no_site_and_keeps_nothing(ask_here: Ask, table: Path, tmp_path: Path) -> None:
    """Only what would be taken in, and what not and why."""
    answer = ask_here("intake", "csv", table, "--dry-run", "--data", tmp_path)

    assert (answer.code, answer.out.strip()) == (1, "2 reports could be taken in.")
    assert answer.err.splitlines() == [
        "line 3, “type”: This answer is not one of those understood; docs/columns.md lists them.",
        "1 was refused.",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.csv"]


def test_a_long_list_of_refusals_is_cut(ask_here: Ask, tmp_path: Path) -> None:
    """Twenty are told, and how many more there are."""
    path = tmp_path / "table.csv"
    path.write_text("text,type\n" + "x,wrong\n" * 30)

    answer = ask_here("intake", "csv", path, "--dry-run")

    assert len(answer.err.splitlines()) == 22
    assert answer.err.splitlines()[-2:] == ["30 were refused.", "10 further ones are not listed."]


def test_a_table_is_kept_row_by_row_and_once(data: Path, table: Path) -> None:
    """In both languages of the terminal."""
    first = ask("intake", "csv", table, "--by", "Alice", "--data", data)
    again = ask("intake", "csv", table, "--by", "Bob", "--data", data, lang="fr")

    assert (first.code, first.out.strip()) == (1, "2 reports kept.")
    assert again.code == 1
    assert again.out != first.out
    assert "2" in again.out
    assert "ligne 3" in again.err


def test_mails_of_a_folder_are_moved_and_a_file_alone_stays(data: Path, tmp_path: Path) -> None:
    """Counted, and what is no mail is told with its name."""
    folder, alone = tmp_path / "mail", tmp_path / "alone.eml"
    folder.mkdir()
    (folder / "one.eml").write_bytes(a_mail("one").as_bytes())
    (folder / "none.eml").write_bytes(SQUARES)
    alone.write_bytes(a_mail("alone").as_bytes())

    answer = ask("intake", "mail", folder, alone, alone, "--data", data)

    assert (answer.code, answer.out.splitlines()) == (1, ["2 e-mails kept.", "1 e-mail had come before."])
    assert answer.err.splitlines()[0].startswith("none.eml: This file is not an e-mail")
    assert alone.exists()
    assert (folder / "done" / "one.eml").exists()
    assert (folder / "refused" / "none.eml").exists()
