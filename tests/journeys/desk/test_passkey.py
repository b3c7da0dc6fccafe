"""Signing in with a real browser and a virtual key: the first entry, a passkey alone, an app, and each page of the way in both languages."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rempart.web.people.roles import Role
from rempart.wording import LANGS, Lang
from tests.journeys.desk.conftest import SignIn, Window
from tests.journeys.desk.house import Desk
from tests.journeys.test_axe import violations
from tests.journeys.walking import Walk
from tests.web.entering import code_of

PASSWORD = "seven grey geese on a gate"
_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def virtual_key(walk: Walk, *, is_verified: bool = True) -> Iterator[None]:
    """A key in the machine of this window; is_verified: whether its owner shows who they are."""
    with_devtools = walk.tab.context.new_cdp_session(walk.tab)
    with_devtools.send("WebAuthn.enable")
    with_devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**_KEY, "isUserVerified": is_verified}})
    yield
    with_devtools.detach()


def press(walk: Walk, form: str = "main form") -> None:
    """Presses the button of a form, and waits for the next page."""
    with walk.tab.expect_navigation():
        walk.tab.locator(f"{form} button[type=submit]").first.click()


def enter(walk: Walk, name: str, password: str) -> None:
    """Types name and password."""
    walk.go("/login/")
    walk.type(login=name, password=password)
    press(walk, "form[action='/login/']")


def choose_password(walk: Walk) -> None:
    """Types a new password twice."""
    walk.type(new_password1=PASSWORD, new_password2=PASSWORD)
    press(walk)


def keep_codes(walk: Walk) -> list[str]:
    """Writes the codes down, and says so."""
    codes = walk.tab.locator(".recovery code").all_inner_texts()
    walk.tab.locator("[name=kept]").check()
    press(walk)
    return codes


def add_app(walk: Walk) -> str:
    """Types the secret into an app, and what it shows; the secret."""
    walk.go("/account/factors/app/")
    secret = re.sub(r"\s", "", walk.tab.locator("code.words").inner_text())
    walk.type(code=code_of(secret, at=time.time()))
    press(walk)
    return secret


def leave(walk: Walk) -> None:
    """Presses “Leave”."""
    with walk.tab.expect_navigation():
        walk.tab.locator("form[action='/logout/'] button").click()


def is_at_the_queue(walk: Walk) -> bool:
    """Whether the desk is open at its first page, and the browser complained of nothing."""
    assert walk.said == []
    return walk.tab.url == f"{walk.url}/" and walk.tab.locator("form[action='/logout/']").count() == 1


def test_a_newcomer_makes_a_passkey_and_comes_back_with_it_alone(desk_house: Desk, window: Window) -> None:
    """One-time password, new password, passkey, recovery codes, out, and in again by one press."""
    walk = window()
    once = desk_house.newcomer("alice", Role.ANALYST)
    with virtual_key(walk):
        enter(walk, "alice", once)
        choose_password(walk)
        walk.go("/account/factors/passkey/")
        press(walk, "form[data-passkey]")
        codes = keep_codes(walk)
        first = is_at_the_queue(walk)
        leave(walk)

        press(walk, "form[data-passkey=login]")

    assert len(codes) == 10
    assert first
    assert is_at_the_queue(walk)


def test_an_app_is_a_second_factor(desk_house: Desk, window: Window) -> None:
    """Then a recovery code is, once."""
    walk = window()
    enter(walk, "bob", desk_house.newcomer("bob", Role.ANALYST))
    choose_password(walk)
    secret = add_app(walk)
    codes = keep_codes(walk)
    leave(walk)

    enter(walk, "bob", PASSWORD)
    walk.type(code=code_of(secret, at=time.time() + 30))  # the code of now was used a moment ago
    press(walk)
    by_app = is_at_the_queue(walk)
    leave(walk)
    enter(walk, "bob", PASSWORD)
    walk.type(code=codes[0])
    press(walk)

    assert by_app
    assert is_at_the_queue(walk)


@pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
def test_all_of_it_works_without_javascript(desk_house: Desk, window: Window) -> None:
    """By the app; where a passkey is asked for, the page says what is missing."""
    walk = window(javascript=False)
    enter(walk, "chloe", desk_house.newcomer("chloe", Role.ANALYST))
    choose_password(walk)
    walk.go("/account/factors/passkey/")
    told = walk.tab.locator("[data-without]").is_visible(), walk.tab.locator("[data-passkey] button").is_visible()
    add_app(walk)
    keep_codes(walk)

    assert told == (True, False)
    assert is_at_the_queue(walk)


@pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
def test_a_key_whose_owner_does_not_show_themself_opens_nothing(desk_house: Desk, window: Window) -> None:
    """The page says that it can be tried again."""
    walk = window()
    enter(walk, "denis", desk_house.newcomer("denis", Role.ANALYST))
    choose_password(walk)
    with virtual_key(walk, is_verified=False):
        walk.go("/account/factors/passkey/")
        walk.tab.locator("form[data-passkey] button").click()
        walk.tab.locator("[data-refused]").wait_for(state="visible")

    assert walk.tab.url.endswith("/account/factors/passkey/")


@pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
def test_a_passkey_shows_that_it_is_still_the_same_person(desk_house: Desk, window: Window) -> None:
    """After five minutes, before the password is changed."""
    walk = window()
    enter(walk, "emma", desk_house.newcomer("emma", Role.ANALYST))
    choose_password(walk)
    with virtual_key(walk):
        walk.go("/account/factors/passkey/")
        press(walk, "form[data-passkey]")
        keep_codes(walk)
        desk_house.act("forget", "emma")
        walk.go("/account/password/")
        asked = walk.tab.url
        press(walk, "form[data-passkey]")

    assert "/account/confirm/" in asked
    assert walk.tab.url.endswith("/account/password/")
    assert walk.said == []


@pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", LANGS)
def test_axe_finds_nothing_on_the_way_in(desk_house: Desk, window: Window, lang: Lang) -> None:
    """Every page of it, with its errors, in light and dark, at three widths."""
    walk, name = window(lang=lang), f"farid-{lang}"
    told: dict[str, list[str]] = {}

    def look(page: str) -> None:
        told[page] = violations(walk)
        walk.tab.set_viewport_size({"width": 1280, "height": 900})

    once = desk_house.newcomer(name, Role.ANALYST)
    with virtual_key(walk):
        walk.go("/login/")
        look("login")
        enter(walk, name, "wrong")
        look("login, refused")
        enter(walk, name, once)
        look("password")
        walk.type(new_password1=once, new_password2=once)
        press(walk)
        look("password, refused")
        choose_password(walk)
        look("factors")
        walk.go("/account/factors/app/")
        look("app")
        walk.type(code="000000")
        press(walk)
        look("app, refused")
        add_app(walk)
        look("codes")
        keep_codes(walk)
        walk.go("/account/factors/passkey/")
        look("passkey")
        press(walk, "form[data-passkey]")
        look("account")
        desk_house.act("forget", name)
        walk.go("/account/codes/")
        look("again")
        walk.tab.locator("[name=again_password]").fill("wrong")
        press(walk)
        look("again, refused")
        leave(walk)
        enter(walk, name, PASSWORD)
        look("second")
        walk.type(code="000000")
        press(walk)
        look("second, refused")

    assert len(told) == 14
    assert {page: found for page, found in told.items() if found} == {}
    assert walk.said == []


@pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
def test_somebody_who_is_signed_in_sees_the_queue(signed_in: SignIn) -> None:
    """What the other journeys of the desk begin with."""
    walk = signed_in(Role.ANALYST)

    walk.go("/")

    assert is_at_the_queue(walk)
