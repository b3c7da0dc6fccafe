"""`rempart site`, `check`, `serve`, `work`, `sign`: a newcomer gets from nothing to a site, and an unsafe one does not open."""

import json
import re
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from rempart.evidence.ledger.checkpoints import read_checkpoint
from rempart.web.config import DatabaseConfig, FaceConfig, LedgerConfig, MailConfig, Site, SiteConfig
from rempart.web.safety.rules import RULES
from tests.cli.shell import SOURCES, Ask, ask

PASSWORD = re.compile(r"^[0-9a-z]{5}(-[0-9a-z]{5}){3}$", re.MULTILINE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site made by the commands that `site init` names."""
    place = tmp_path_factory.mktemp("site")
    data = place / "data"
    first = ask("site", "init", "--data", data, "--name", "Essai", "--profile", "association")
    assert first.code == 0, first.err
    assert [f"rempart {words}" in first.out for words in ("keys init", "site user", "check", "serve")] == [True] * 4
    assert ask("keys", "init", "--data", data, "--escrow-out", place / "guard.key", "--yes").code == 0
    return data


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """Rows of a database of the site."""
    database = sqlite3.connect(path)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def test_init_makes_a_site_and_leaves_one_that_is_there(made: Path) -> None:
    """Its configuration says only what was asked; a second call changes nothing."""
    before = (made / "rempart.toml").read_bytes(), (made / "keys" / "public.secret").read_bytes()

    again = ask("site", "init", "--data", made, "--name", "Another name")

    config = Site.at(made).config
    assert again.code == 0
    assert before == ((made / "rempart.toml").read_bytes(), (made / "keys" / "public.secret").read_bytes())
    assert (config.name, config.profile, config.production) == ("Essai", "association", False)


def test_check_lists_what_is_unsafe_and_what_was_not_seen(made: Path) -> None:
    """Every name it tells is a rule; the exit code says which of the three it was."""
    told = ask("check", "--data", made, "--json")

    found = json.loads(told.out)
    codes = [one["code"] for one in found["unsafe"]]
    assert set(codes) | set(found["not_examined"]) <= {rule.__name__ for rule in RULES}
    assert "keys_open_to_public" in codes  # one user has made everything
    assert all(one["sentence"] and one["remedy"] for one in found["unsafe"])
    assert told.code == 2


def test_check_tells_it_in_the_language_of_the_reader(made: Path) -> None:
    """Code, sentence and remedy."""
    told = ask("check", "--data", made, lang="fr")

    assert "✗ keys_open_to_public: L’utilisateur de la façade publique" in told.out
    assert "\n  → Faites tourner" in told.out
    assert told.code == 2


@pytest.mark.parametrize("command", [("serve",), ("serve", "--face", "public")])
def test_a_site_in_production_does_not_open_while_it_is_unsafe(
    made: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Exit code 2, one clear list, and nothing was started."""
    folder = tmp_path / "data"
    _copy(made, folder)
    (folder / "rempart.toml").write_text('production = true\n[public]\nhosts = ["*"]\n')

    told = ask(*command, "--data", folder)

    assert told.code == 2
    assert told.out == ""
    assert all(f"✗ {code}: " in told.err for code in ("hosts_any", "no_https", "no_witness", "keys_open_to_public"))
    assert "→ " in told.err
    assert "Traceback" not in told.err
    assert not (folder / "ledger" / "checkpoint").exists()


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def test_an_account_begins_with_a_one_time_password_that_is_shown_once(made: Path) -> None:
    """Kept as a hash; the name is given once, and renewing takes nothing for granted."""
    first = ask("site", "user", "alice", "--data", made)
    before = rows(made / "desk" / "desk.db", "SELECT username, password, is_superuser FROM auth_user")
    again = ask("site", "user", "alice", "--data", made)
    unchanged = rows(made / "desk" / "desk.db", "SELECT username, password, is_superuser FROM auth_user")
    renewed = ask("site", "user", "alice", "--reset", "--data", made)

    kept = rows(
        made / "desk" / "desk.db", "SELECT password, is_password_once FROM auth_user JOIN desk_entry ON user_id = id"
    )
    password, other = (PASSWORD.search(told.out) for told in (first, renewed))
    assert password
    assert other
    assert (password[0] != other[0], password[0] in str(before)) == (True, False)
    assert (again.code, again.is_one_line, "--reset" in again.err) == (2, True, True)
    assert before == unchanged
    assert [(row[0], row[2]) for row in before] == [("alice", 0)]
    assert str(before[0][1]).startswith("scrypt$")
    assert [(str(hashed) != str(before[0][1]), is_once) for hashed, is_once in kept] == [(True, 1)]


def test_an_account_that_is_not_there_is_not_renewed(made: Path) -> None:
    """A mistyped name makes nothing."""
    told = ask("site", "user", "bob", "--reset", "--data", made)

    assert (told.code, told.is_one_line) == (2, True)
    assert rows(made / "desk" / "desk.db", "SELECT 1 FROM auth_user WHERE username = 'bob'") == []


def test_a_partner_gets_a_token_that_is_shown_once(made: Path) -> None:
    """The site keeps its SHA-256 alone; a name is given once."""
    told = ask("site", "partner", "Platform A", "--data", made)
    again = ask("site", "partner", "Platform A", "--data", made)

    token = told.out.split()[-1]
    kept = rows(made / "door" / "door.db", "SELECT name, token_hash FROM door_partner")
    assert len(token) >= 40
    assert kept == [("Platform A", sha256(token.encode()).digest())]
    assert (again.code, again.is_one_line, token in again.out + again.err) == (2, True, False)


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 101])
def test_a_name_that_is_none_is_refused(ask_here: Ask, made: Path, name: str) -> None:
    """People must be able to read it on one line."""
    assert ask_here("site", "partner", name, "--data", made).code == 2
    assert ask_here("site", "user", name, "--data", made).code == 2


def test_what_is_due_is_done_once(made: Path) -> None:
    """The second call finds nothing to do."""
    first, second = ask("work", "--once", "--data", made), ask("work", "--once", "--data", made)

    assert (first.code, second.code) == (0, 0)
    assert {"mail", "witnesses", "stamps", "drafts", "intake_key"} <= set(first.out.split())
    assert "Nothing is due." in second.out


def test_what_was_received_is_signed(made: Path) -> None:
    """The journal of the desk too; an empty ledger gets its checkpoint all the same."""
    told = ask("sign", "--once", "--data", made)

    assert told.code == 0
    ledger, journal = (read_checkpoint((made / name / "checkpoint").read_bytes()) for name in ("ledger", "journal"))
    assert "signed." in told.out
    assert ledger.checkpoint.size == 0
    assert journal.checkpoint.size >= 1


def test_upgrade_completes_what_is_missing(made: Path) -> None:
    """A lost secret is made anew; sessions end, and nothing else."""
    (made / "keys" / "desk.secret").unlink()

    told = ask("site", "upgrade", "--data", made)

    assert told.code == 0
    assert (made / "keys" / "desk.secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve",),
        ("check",),
        ("site", "upgrade"),
        ("site", "user", "alice"),
        ("site", "partner", "a"),
        ("work", "--once"),
        ("sign", "--once"),
    ],
)
def test_without_a_site_every_command_says_how_to_make_one(
    ask_here: Ask, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """One sentence, and nothing is written."""
    told = ask_here(*arguments, "--data", tmp_path / "none")

    assert told.code == 2
    assert "rempart site init" in told.err
    assert told.is_one_line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [("serve", "--demo", "--face", "public"), ("serve", "--face", "owner"), ("site", "init", "--profile", "other")],
)
def test_words_that_mean_nothing_are_refused(ask_here: Ask, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Before anything is made."""
    told = ask_here(*arguments, "--data", tmp_path / "none")

    assert told.code == 2
    assert told.is_one_line
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_does_not_load_the_site() -> None:
    """`rempart analyse` stays quick: Django comes with the commands of the site only."""
    program = (
        "import sys; from rempart.cli.main import main; sys.exit('django' in sys.modules or 'gunicorn' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_guide_explains_every_line_of_the_configuration() -> None:
    """docs/site.md is what rempart.toml points to."""
    guide = (SOURCES.parent / "docs" / "site.md").read_text("utf-8")
    known = [
        name
        for record in (SiteConfig, FaceConfig, DatabaseConfig, LedgerConfig, MailConfig)
        for name in record.__struct_fields__
    ]

    sections = {"public", "desk", "database", "ledger", "mail"}
    assert [name for name in known if f"`{name}`" not in guide and name not in sections] == []
    assert [name for name in sections if f"`[{name}]`" not in guide] == []
