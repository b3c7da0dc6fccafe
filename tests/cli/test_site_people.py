"""`rempart site user --role`: who may do what is given and ended at the terminal, told, and written in the journal."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.shell import ask


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with its keys."""
    place = tmp_path_factory.mktemp("people")
    data = place / "data"
    assert ask("site", "init", "--data", data, "--name", "Essai").code == 0
    assert ask("keys", "init", "--data", data, "--escrow-out", place / "guard.key", "--yes").code == 0
    return data


def rows(data: Path, query: str) -> list[tuple[object, ...]]:
    """Rows of the desk."""
    with closing(sqlite3.connect(data / "desk/desk.db")) as database:
        return database.execute(query).fetchall()


HELD = "SELECT u.username, g.role FROM desk_grant g JOIN auth_user u ON u.id = g.person_id WHERE g.until_at IS NULL ORDER BY 1, 2"


def test_a_site_has_its_organisation_and_all_its_keys(made: Path) -> None:
    """Made once, under the name of the site; again changes nothing."""
    again = ask("site", "upgrade", "--data", made)

    assert again.code == 0
    assert rows(made, "SELECT name, is_home FROM desk_organisation") == [("Essai", 1)]
    assert rows(made, "SELECT count(*) FROM desk_event WHERE action = 'organisation_made'") == [(1,)]
    assert ask("keys", "check", "--data", made).code == 0


def test_a_role_that_is_none_is_refused_before_anything_is_made(made: Path) -> None:
    """The roles are named."""
    told = ask("site", "user", "zoe", "--role", "root", "--data", made)

    assert (told.code, told.is_one_line, "analyst" in told.err) == (2, True, True)
    assert rows(made, "SELECT 1 FROM auth_user WHERE username = 'zoe'") == []


def test_a_person_is_made_with_roles_and_they_change(made: Path) -> None:
    """The password is given with the account alone; each change is an event; twice is refused."""
    first = ask("site", "user", "alice", "--role", "analyst", "--role", "head", "--data", made)
    second = ask("site", "user", "alice", "--end-role", "head", "--data", made)
    again = ask("site", "user", "alice", "--role", "analyst", "--data", made)

    assert (first.code, second.code, again.code) == (0, 0, 2)
    assert ("password" in first.out, "password" in second.out) == (True, False)
    assert "Roles of alice: analyst, head" in first.out
    assert "Roles of alice: analyst\n" in second.out
    assert "already" in again.err
    assert [row for row in rows(made, HELD) if row[0] == "alice"] == [("alice", "analyst")]
    told = rows(made, "SELECT action, actor FROM desk_event WHERE subject_kind = 'person' ORDER BY seq")
    assert told == [(action, "owner") for action in ("person_made", "role_granted", "role_granted", "role_ended")]


def test_a_person_without_a_role_is_told_so(made: Path) -> None:
    """They may enter, and do nothing."""
    told = ask("site", "user", "bob", "--data", made)

    assert told.code == 0
    assert "Roles of bob: none; give one with --role" in told.out


def test_both_logs_are_signed_and_verify(made: Path) -> None:
    """What the tests above did is in the journal."""
    signed, verified = ask("sign", "--once", "--data", made), ask("verify", made)

    assert (signed.code, verified.code) == (0, 0)
    assert (made / "journal/checkpoint").read_text().startswith("localhost/rempart/journal\n")
