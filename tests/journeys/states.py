"""Every page that the public face can show, one after the other, in the state in which people see it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from rempart.intake.receipt import code_of
from rempart.intake.report import MAX_ITEMS
from rempart.web import refusals
from rempart.wording import Lang
from tests.journeys.house import House
from tests.journeys.walking import Walk

CHAT = "".join(f"12/03/2026, 21:{n:02d} - Alice: bonjour {n}\n" for n in range(20)).encode()
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200)  # the head of a picture, without a picture


def every_state(walk: Walk, house: House, lang: Lang, *, letters: str) -> Iterator[str]:
    """Brings the window to each page in turn, and gives its name. letters: a code whose mailbox holds an answer."""
    yield from _pages(walk, lang)
    yield from _adult(walk, house, lang)
    yield from _conversation(walk, lang)
    yield from _contact(walk)
    yield from _child(walk, lang)
    yield from _mailbox(walk, house, lang, letters)
    yield from _refusals(walk, house, lang)


def _pages(walk: Walk, lang: Lang) -> Iterator[str]:
    walk.go(f"/{lang}/")
    yield "start"
    for address in walk.links("/h/"):
        walk.go(address)
        yield f"advice {address}"
    walk.go(f"/{lang}/nothing/")
    yield "not found"


def _adult(walk: Walk, house: House, lang: Lang) -> Iterator[str]:
    """The screens for an address; an empty form, and one that the site cannot keep."""
    walk.go(f"/{lang}/a/")
    yield "adult kind"
    walk.to("review", by="skip")
    yield "adult review, nothing answered"
    walk.choose("send")
    yield "adult, nothing to send"
    walk.choose("content")
    yield "adult addresses"
    walk.type(addresses="example.org/x\n" * (MAX_ITEMS + 1))
    walk.choose("next")
    yield "adult, too many addresses"
    walk.type(addresses="example.org/x\nexample.org/y")
    walk.choose("next")
    walk.choose("back")
    yield "adult addresses, again"
    walk.choose("next")
    yield "adult words"
    walk.to("review")
    with without_keys(house):
        walk.choose("send")
        yield "adult, not kept"
    walk.tab.evaluate("() => document.querySelector('[name=token]').remove()")
    walk.choose("send")
    yield "adult, incomplete"
    walk.send()
    yield "adult receipt"
    walk.go_on()
    yield "adult end"


def _conversation(walk: Walk, lang: Lang) -> Iterator[str]:
    """The screens for a conversation, with files."""
    walk.go(f"/{lang}/a/")
    walk.choose("conversation")
    yield "adult account"
    walk.choose("unknown")
    walk.choose("back")
    yield "adult account, unknown"
    walk.choose("unknown")
    yield "adult talk"
    walk.give(PICTURE, name="photo.png")
    walk.choose("next")
    yield "adult talk, refused file"
    walk.give(CHAT, name="WhatsApp Chat with a person who has a very-long-name-without-any-blank.txt")
    walk.choose("next")
    walk.choose("back")
    yield "adult talk, file given"
    walk.choose("next")
    while walk.at != "contact":
        yield f"adult {walk.at}"
        walk.choose("unknown")


def _contact(walk: Walk) -> Iterator[str]:
    """Goes on from the last screen for adults."""
    yield "adult contact"
    walk.type(contact_email="nobody")
    walk.choose("next")
    yield "adult contact, no address"
    walk.type(contact_email="nobody@example.org")
    walk.tab.locator("[name=contact_safe][value=no]").check()
    walk.choose("next")
    yield "adult contact, not safe"
    walk.tab.locator("[name=contact_safe][value=yes]").check()
    walk.choose("next")
    yield "adult review"


def _child(walk: Walk, lang: Lang) -> Iterator[str]:
    walk.go(f"/{lang}/b/")
    walk.to("review", by="skip")
    yield "child review, nothing answered"
    walk.choose("send")
    yield "child, nothing to send"
    walk.go(f"/{lang}/b/")
    while walk.at != "review":
        yield f"child {walk.at}"
        walk.choose("unknown")
    yield "child review"
    walk.choose("back")
    yield "child, an answer given"
    walk.choose("unknown")
    walk.send()
    yield "child receipt"
    walk.go_on()
    yield "child end"


def _mailbox(walk: Walk, house: House, lang: Lang, letters: str) -> Iterator[str]:
    walk.go(f"/{lang}/m/")
    yield "mailbox"
    walk.type(code="ABCD")
    walk.go_on()
    yield "mailbox, a slip"
    walk.open_mailbox(code_of(b"a code that nobody has"), lang=lang)
    yield "mailbox, nothing there"
    walk.open_mailbox(letters, lang=lang)
    yield "mailbox open"
    walk.choose("write")
    yield "mailbox open, empty message"
    walk.type(message="hello")
    with without_keys(house):
        walk.choose("write")
        yield "mailbox open, not kept"
    walk.choose("write")
    yield "mailbox open, sent"


def _refusals(walk: Walk, house: House, lang: Lang) -> Iterator[str]:
    """What people see when something is too large, broken, or too much."""
    walk.go(f"/{lang}/m/")
    walk.tab.evaluate("() => { document.forms[0].enctype = 'multipart/form-data' }")
    walk.go_on()
    yield "a file where none is taken"
    for name, signs in (("too many signs", 2_050_000), ("too large", 2_200_000)):
        walk.go(f"/{lang}/m/")
        walk.tab.evaluate(
            "signs => { const code = document.querySelector('#code'); code.maxLength = signs; code.value = 'x'.repeat(signs) }",
            signs,
        )
        walk.go_on()
        yield name
    walk.go(f"/{lang}/m/")
    walk.type(code=code_of(b"a code that nobody has"))
    with without_table(house, "door_mailbox"):
        walk.go_on()
        yield "failed"
    with answered_by(walk, refusals.BUSY, at="**/m/"):
        walk.go(f"/{lang}/m/")
        yield "busy"


@contextmanager
def answered_by(walk: Walk, refusal: refusals.Refusal, *, at: str) -> Iterator[None]:
    """Pages of an address are refused before Django for a while, as under a flood."""
    headers: dict[str, str] = {}
    body = refusal.answer(lambda _status, told, *_: headers.update(told))  # type: ignore[arg-type]  # as WSGI calls it
    status = int(refusal.status.split()[0])
    walk.tab.route(at, lambda route: route.fulfill(status=status, headers=headers, body=b"".join(body)))
    try:
        yield
    finally:
        walk.tab.unroute_all()


@contextmanager
def without_keys(house: House) -> Iterator[None]:
    """The site cannot seal for a while: its file of public keys cannot be read."""
    away = house.temporary.parent / "recipients.toml"
    shutil.move(house.site.recipients, away)
    try:
        yield
    finally:
        shutil.move(away, house.site.recipients)


@contextmanager
def without_table(house: House, name: str) -> Iterator[None]:
    """The database fails for a while: a table is not there."""
    with closing(sqlite3.connect(house.site.door_database, timeout=30, isolation_level=None)) as database:
        database.execute("PRAGMA legacy_alter_table=ON")
        database.execute(f"ALTER TABLE {name} RENAME TO away")
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE away RENAME TO {name}")
