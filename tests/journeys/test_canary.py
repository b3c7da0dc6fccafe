"""Nothing that was typed or given stands anywhere on the server in readable form: not in the site, not beside it, not in its output."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import new_walk
from tests.journeys.house import House, running_house
from tests.journeys.states import PICTURE, without_keys, without_table
from tests.journeys.walking import Walk
from tests.reliability.test_intruder import forms_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CANARY = f"mirabelle{secrets.token_hex(8)}"
LINES = 4_000  # of the export: more than is read into ordinary memory


@pytest.fixture(scope="module")
def used(browser: "Browser", tmp_path_factory: pytest.TempPathFactory, exit_url: str) -> Iterator[tuple[House, str]]:
    """A site after a busy hour, and a code that it gave out; its write-ahead log is still there."""
    with running_house(tmp_path_factory.mktemp("used"), exit_url=exit_url) as house:
        walk = new_walk(browser, house, size=(360, 740))
        _adult(walk, house)
        code = _child(walk, house)
        _mailbox(walk, house, code)
        walk.close()
        yield house, code


def _adult(walk: Walk, house: House) -> None:
    """Every field of the path for adults, an export, a refused picture, a refused answer, a failure, and drafts."""
    walk.go("/fr/a/")
    walk.tab.locator("[name=keep]").check()
    walk.choose("content")
    walk.type(addresses=f"https://example.org/{CANARY}\n" * 60)
    walk.choose("next")
    walk.type(addresses=f"https://example.org/{CANARY}")
    walk.choose("next")
    walk.choose("back")
    walk.choose("back")
    walk.choose("conversation")
    walk.type(service=CANARY, account=CANARY)
    walk.press("English")
    walk.choose("next")
    walk.type(words=CANARY, seen_at=CANARY)
    walk.give(PICTURE + CANARY.encode(), name=f"{CANARY}.png")
    walk.choose("next")
    walk.give(f"12/03/2026, 21:04 - {CANARY}: {CANARY}\n".encode() * LINES, name=f"{CANARY}.txt")
    walk.choose("next")
    walk.to("contact")
    walk.type(contact_name=CANARY, contact_email=CANARY, contact_phone=CANARY, contact_hours=CANARY)
    walk.choose("next")
    walk.type(contact_email=f"{CANARY}@example.org")
    walk.choose("next")
    with without_keys(house):
        walk.choose("send")
    walk.send()
    walk.go_on()


def _child(walk: Walk, house: House) -> str:
    walk.go("/fr/b/")
    walk.tab.locator("[name=keep]").check()
    walk.to("account")
    walk.type(service=CANARY, account=CANARY)
    walk.choose("next")
    walk.type(words=CANARY)
    walk.choose("next")
    walk.to("review")
    return walk.send()


def _mailbox(walk: Walk, house: House, code: str) -> None:
    """Letters both ways, a slip, and a failure in the middle."""
    house.team("answer", code, CANARY)
    walk.open_mailbox(CANARY)
    walk.open_mailbox(code)
    walk.type(message=CANARY)
    with without_keys(house):
        walk.choose("write")
    walk.choose("write")
    walk.open_mailbox(code)
    walk.go("/fr/m/")
    walk.type(code=code)
    with without_table(house, "door_message"):
        walk.go_on()


def files_of(house: House) -> list[Path]:
    """Everything on the disk around the site: its folder, its temporary files, its output."""
    return [path for path in house.site.folder.parent.rglob("*") if path.is_file()]


def holders(house: House, words: bytes) -> list[str]:
    """The files that hold these words in some form, in their bytes or in their names."""
    forms = tuple(forms_of(words))
    return [
        path.name
        for path in files_of(house)
        if any(form in path.read_bytes() or form in str(path).encode() for form in forms)
    ]


def test_what_was_typed_arrived(used: tuple[House, str]) -> None:
    """The team reads all of it: the words were there to be found."""
    house, _ = used
    adult, child = house.reports()

    assert (adult.narrative, adult.seen_at, child.narrative) == (CANARY, CANARY, CANARY)
    assert (adult.accounts[0].name, adult.contact and adult.contact.phone) == (CANARY, CANARY)
    assert [file.name for file in adult.attachments] == [f"{CANARY}.txt"]
    assert house.messages() == [CANARY]


def test_no_byte_of_it_stands_in_the_site(used: tuple[House, str]) -> None:
    """Database, write-ahead log, vault, drafts, temporary files and output hold none of the words."""
    house, _ = used

    assert any(path.name == "door.db-wal" and path.stat().st_size for path in files_of(house))
    assert holders(house, CANARY.encode()) == []


def test_the_code_stands_nowhere(used: tuple[House, str]) -> None:
    """Neither as it is shown nor without its dashes."""
    house, code = used

    assert holders(house, code.encode()) == holders(house, code.replace("-", "").encode()) == []


def test_the_server_says_of_failures_only_their_kind(used: tuple[House, str]) -> None:
    """The failures of the hour stand in the output, by the names of their classes; no address and no path of a request does."""
    house, _ = used
    said = house.said.read_text("utf-8")

    assert "report not kept: FileNotFoundError" in said
    assert "message not kept: FileNotFoundError" in said
    assert not any(telling in said for telling in ("127.0.0.1", "/fr/", "/en/", "POST", "Traceback"))
    assert list(house.temporary.iterdir()) == []


def test_words_on_the_disk_would_be_found(used: tuple[House, str]) -> None:
    """The tests above do not pass because they look in the wrong place."""
    house, _ = used
    planted = house.site.folder / "door" / "planted"
    planted.write_bytes(b"\0" + CANARY.encode("utf-16-le"))

    found = holders(house, CANARY.encode())
    planted.unlink()

    assert found == ["planted"]
