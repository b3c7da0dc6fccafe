"""Who comes in: with name, password and always a second factor, or with a passkey; guesses are counted, and nothing else exists."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from rempart.web.cases.models import Event
from rempart.web.config import FaceConfig
from rempart.web.desk_edge import DeskEdge
from rempart.web.entrance import steps
from rempart.web.lanes import Proxies
from rempart.web.people import accounts
from rempart.web.people.roles import Role
from rempart.web.urls_desk import ENTRANCE
from tests.web.entering import HEADERS, ORIGIN, PASSWORD, SoftKey, code_of, options_in, problems_in
from tests.web.people.visitors import Clock, Visitor, newcomer, settled

OWN_PAGES = ("/account/", "/account/password/", "/account/factors/", "/account/factors/app/", "/account/factors/passkey/",
             "/account/codes/", "/account/confirm/")  # fmt: skip
TOO_MANY = "Too many attempts. Nothing was changed"


def place(answer: Any) -> str:
    """Where an answer leads, without its query."""
    return str(answer.headers.get("Location", answer.status_code)).split("?")[0]


# -- the first entry -------------------------------------------------------------------------------------


def test_the_first_entry_goes_through_three_pages_and_ends_at_the_desk(alice: Visitor) -> None:
    """A password of one's own, a second factor, codes that were kept; each page leads to the next."""
    places = [place(alice.enter()), place(alice.client.get("/"))]
    places += [place(alice.choose_password()), place(alice.client.get("/account/"))]
    places += [place(alice.add_app()), place(alice.client.get("/")), place(alice.keep_codes())]

    assert places == [
        "/",
        "/account/password/",
        "/account/",
        "/account/factors/",
        "/account/codes/",
        "/account/codes/",
        "/",
    ]
    assert alice.is_in()
    assert len(set(alice.codes)) == 10


@pytest.mark.parametrize("page", ["/", "/new/", *OWN_PAGES[:1], *OWN_PAGES[2:6]])
def test_a_one_time_password_opens_no_page_but_that_of_the_new_password(alice: Visitor, page: str) -> None:
    """Whatever address is tried."""
    alice.enter()

    assert place(alice.client.get(page)) == "/account/password/"
    assert place(alice.client.post(page)) == "/account/password/"


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("short", "", "too short"),
        ("1q2w3e4r5t6y7u8i9o0p", "", "too common"),
        (PASSWORD, PASSWORD + "!", "didn’t match"),
    ],
)
def test_a_weak_password_is_refused(alice: Visitor, first: str, second: str, sentence: str) -> None:
    """The one-time password is still asked to be changed."""
    alice.enter()

    answer = alice.choose_password(first, second)

    assert sentence in problems_in(answer.content)
    assert place(alice.client.get("/")) == "/account/password/"


def test_the_one_time_password_is_not_taken_again(alice: Visitor) -> None:
    """Somebody else has seen it."""
    alice.enter()

    answer = alice.choose_password(alice.password)

    assert "the password that you have now" in problems_in(answer.content)
    assert place(alice.client.get("/")) == "/account/password/"


def test_an_account_without_a_factor_sees_nothing_else(alice: Visitor) -> None:
    """Not at the first entry, and not at a later one."""
    alice.enter()
    alice.choose_password()
    alice.leave()

    alice.enter()

    assert [place(alice.client.get(page)) for page in ("/", "/new/", "/account/")] == ["/account/factors/"] * 3
    assert place(alice.client.post("/account/codes/new/")) == "/account/factors/"


def test_codes_are_shown_until_they_are_kept_and_never_again(alice: Visitor) -> None:
    """A page that was closed too early costs nothing."""
    alice.enter()
    alice.choose_password()
    alice.add_app()
    first = alice.client.get("/account/codes/").content
    answer = alice.client.post("/account/codes/", {})
    alice.keep_codes()
    shown = " ".join(alice.codes)

    later = alice.client.get("/account/codes/", follow=True).content.decode()

    assert alice.codes[0] in first.decode()
    assert answer.status_code == 200
    assert shown
    assert not [code for code in alice.codes if code in later]


@pytest.mark.parametrize("is_demo", [True, False])
def test_only_a_demonstration_opens_without_a_second_factor(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch, is_demo: bool
) -> None:
    """And the page says so; a real site does not even have the button."""
    monkeypatch.setattr(steps, "is_demo", lambda: is_demo)
    alice.enter()
    alice.choose_password()
    page = alice.client.get("/account/factors/").content.decode()

    answer = alice.client.post("/account/factors/without/")

    assert ("No real site lets anybody in without one" in page) is is_demo
    assert (answer.status_code, alice.is_in()) == ((302, True) if is_demo else (404, False))


def test_a_demonstration_does_not_open_without_the_factor_that_is_there(
    bob: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has one is asked for it."""
    monkeypatch.setattr(steps, "is_demo", lambda: True)
    bob.enter()

    bob.client.post("/account/factors/without/")

    assert not bob.is_in()


def test_who_is_still_on_the_way_in_has_no_role(alice: Visitor) -> None:
    """Pages of the way in show nothing of the desk, and could do nothing there."""
    home = accounts.home_of("Essai", at=datetime.now(UTC))
    person = accounts.make_person(alice.user, organisation=home, by=accounts.OWNER, at=datetime.now(UTC))
    accounts.grant_role(person, role=Role.HEAD, by=accounts.OWNER, at=datetime.now(UTC))
    alice.enter()
    alice.choose_password()
    before = alice.client.get("/account/factors/")
    alice.add_app()
    alice.keep_codes()

    after = alice.client.get("/account/factors/")

    assert (before.wsgi_request.actor, after.wsgi_request.actor.pseudonym) == (None, person.pseudonym)  # type: ignore[attr-defined]
    assert ("<nav" in before.content.decode(), "<nav" in after.content.decode()) == (False, True)


# -- coming back ----------------------------------------------------------------------------------------


def test_name_password_and_code_open_the_desk(bob: Visitor) -> None:
    """With a new key of the session, and one entry in the journal."""
    bob.client.get("/login/")
    bob.enter()
    before = bob.client.session.session_key
    not_yet = bob.is_in()

    answer = bob.type_code()

    assert (not_yet, place(answer), bob.is_in()) == (False, "/", True)
    assert bob.client.session.session_key != before
    assert Event.objects.filter(action="person_entered").count() == 2
    assert "Max-Age" not in str(bob.client.cookies["rempart"]) or not bob.client.cookies["rempart"]["max-age"]


def test_what_was_asked_for_comes_after_the_second_factor(bob: Visitor) -> None:
    """An address of ours; one of somebody else is not followed."""
    own, other = bob.elsewhere(), bob.elsewhere()
    own.client.post("/login/?next=/new/", {"login": "bob", "password": bob.password, "next": "/new/"})
    other.client.post("/login/", {"login": "bob", "password": bob.password, "next": "https://elsewhere.example/"})

    first = own.type_code()
    bob.clock.now += 30

    assert place(first) == "/new/"
    assert place(other.type_code()) == "/"


@pytest.mark.parametrize(("name", "password"), [("bob", "wrong words, all of them"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(bob: Visitor, name: str, password: str) -> None:
    """Nothing says which names there are."""
    answer = bob.client.post("/login/", {"login": name, "password": password})

    assert "The name or the password is not right." in problems_in(answer.content)
    assert place(bob.client.get("/account/")) == "/login/"


def test_an_account_that_was_closed_does_not_open(bob: Visitor) -> None:
    """Neither by password nor by passkey."""
    bob.enter()
    bob.type_code()
    bob.add_passkey()
    bob.leave()
    user = bob.user
    user.is_active = False
    user.save()

    told = bob.enter()
    bob.enter_by_passkey()

    assert "The name or the password is not right." in problems_in(told.content)
    assert not bob.is_in()


@pytest.mark.parametrize("code", ["000000", "", "abcdef", "é" * 6])
def test_a_wrong_code_does_not_open(bob: Visitor, code: str) -> None:
    """It may be tried again."""
    bob.enter()
    answer = bob.client.post("/login/second/", {"code": code})

    refused = not bob.is_in()
    bob.type_code()

    assert answer.status_code == 200
    assert refused
    assert bob.is_in()


@pytest.mark.parametrize("later_s", [0, 29, 30])
def test_a_code_of_the_app_opens_once(bob: Visitor, later_s: int) -> None:
    """Somebody who looked over the shoulder comes too late, also in the next half minute, in which old codes are taken."""
    thief, code = bob.elsewhere(), code_of(bob.secret, at=bob.clock())
    bob.enter()
    bob.type_code(code)
    bob.clock.now += later_s
    thief.enter()

    answer = thief.type_code(code)

    assert "each code works once" in problems_in(answer.content)
    assert (bob.is_in(), thief.is_in()) == (True, False)


def test_a_clock_may_be_half_a_minute_wrong(bob: Visitor) -> None:
    """Not more."""
    bob.enter()
    codes = [code_of(bob.secret, at=bob.clock() + wrong_s) for wrong_s in (-60, 60, -30)]

    opened = [bob.type_code(code).status_code == 302 for code in codes]

    assert opened == [False, False, True]


def test_a_recovery_code_opens_once(bob: Visitor) -> None:
    """Then nine are left."""
    bob.enter()
    bob.type_code(bob.codes[3])
    first = bob.is_in()
    page = bob.client.get("/account/").content.decode()
    again = bob.elsewhere()
    again.enter()

    again.type_code(bob.codes[3])

    assert (first, again.is_in()) == (True, False)
    assert "9 codes are left." in page


def test_a_session_from_before_the_factor_does_not_open_with_it(alice: Visitor) -> None:
    """Somebody who knew the password while there was no factor is asked for it now."""
    alice.enter()
    alice.choose_password()
    other = alice.elsewhere()
    other.enter()
    alice.add_app()
    alice.keep_codes()

    answer = other.client.get("/")

    assert place(answer) == "/login/"
    assert (alice.is_in(), other.is_in()) == (True, False)


def test_the_way_in_can_be_begun_again_before_the_second_factor(bob: Visitor) -> None:
    """Under another name, for instance; until then the second factor is what comes next."""
    bob.enter()
    before = place(bob.client.get("/login/"))

    bob.leave()

    assert before == "/login/second/"
    assert bob.client.get("/login/").status_code == 200
    assert Event.objects.filter(action="person_left").count() == 1


def test_a_session_ends_after_eight_hours_of_work(bob: Visitor, clock: Clock) -> None:
    """Whatever was done meanwhile."""
    bob.enter()
    bob.type_code()
    for _hour in range(8):
        clock.now += 3_599
        assert bob.is_in()

    clock.now += 10

    assert place(bob.client.get("/account/")) == "/login/"


# -- passkeys -------------------------------------------------------------------------------------------


@pytest.fixture
def keyed(alice: Visitor) -> Visitor:
    """Alice with a passkey and nothing else, outside."""
    alice.enter()
    alice.choose_password()
    alice.add_passkey()
    alice.keep_codes()
    alice.leave()
    return alice


def test_a_passkey_alone_opens_the_desk(keyed: Visitor) -> None:
    """Without name and password."""
    answer = keyed.enter_by_passkey()

    assert place(answer) == "/"
    assert keyed.is_in()


def test_a_passkey_is_a_second_factor_too(keyed: Visitor) -> None:
    """After the password."""
    keyed.enter()
    options = options_in(keyed.client.get("/login/second/").content)
    keyed.client.post("/login/second/", {"credential": keyed.key.sign(options)})

    assert keyed.is_in()


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://localhost:9999"},  # another program of this machine
        {"origin": "http://evil.localhost"},
        {"origin": "https://elsewhere.example"},
        {"id": b"x" * 32},
        {"owner": b"zz"},
    ],
    ids=["port", "below", "elsewhere", "unknown", "owner"],
)
def test_a_passkey_that_is_not_ours_does_not_open(keyed: Visitor, change: dict[str, Any]) -> None:
    """Made for another page, unknown, or said to be of somebody else."""
    for name, value in change.items():
        setattr(keyed.key, name, value)

    answer = keyed.enter_by_passkey()

    assert place(answer) == "/login/"
    assert not keyed.is_in()


def test_a_passkey_that_asked_nobody_does_not_open(keyed: Visitor) -> None:
    """A stolen key without its PIN is no second factor."""
    keyed.enter_by_passkey(flags=0x01)

    assert not keyed.is_in()


def test_an_answer_is_good_for_one_question(keyed: Visitor) -> None:
    """What was overheard opens nothing."""
    options = keyed.client.get("/login/passkey/", HTTP_ACCEPT="application/json").json()["request_options"]
    overheard = keyed.key.sign(options)
    other = keyed.elsewhere()
    other.client.get("/login/passkey/", HTTP_ACCEPT="application/json")

    other.client.post("/login/passkey/", {"credential": overheard})

    assert not other.is_in()


@pytest.mark.parametrize(
    "told", ["", "{", "[]", "null", '"x"', "{}", json.dumps({"response": {"clientDataJSON": "e30"}})]
)
def test_what_is_no_passkey_is_refused_with_a_sentence(keyed: Visitor, told: str) -> None:
    """Whatever is sent, it is a page and not a failure."""
    assert place(keyed.client.post("/login/passkey/", {"credential": told})) == "/login/"
    assert not keyed.is_in()


def test_a_new_passkey_must_ask_for_its_owner(alice: Visitor) -> None:
    """A key that opens for everybody who finds it is not taken."""
    alice.enter()
    alice.choose_password()

    answer = alice.add_passkey(flags=0x01)

    assert answer.status_code == 200
    assert problems_in(answer.content)
    assert not Authenticator.objects.exists()


def test_a_new_passkey_made_for_another_page_is_not_taken(alice: Visitor) -> None:
    """The browser says where it was made."""
    alice.enter()
    alice.choose_password()
    alice.key = SoftKey(origin=f"{ORIGIN}:9999")

    answer = alice.add_passkey()

    assert problems_in(answer.content)
    assert not Authenticator.objects.exists()


# -- guesses --------------------------------------------------------------------------------------------


def test_guesses_of_a_password_are_counted_by_name(bob: Visitor, clock: Clock) -> None:
    """Five, then even the right one waits five minutes; the passkey and other names do not."""
    thief = bob.elsewhere()
    for number in range(5):
        thief.enter(f"a wrong guess, number {number}")

    refused = bob.enter()
    clock.now += 301
    later = bob.enter()

    assert TOO_MANY in problems_in(refused.content)
    assert place(later) == "/login/second/"


def test_guesses_of_many_names_are_counted_by_source(bob: Visitor) -> None:
    """Ten in a minute; another source is not hindered."""
    for number in range(10):
        bob.client.post("/login/", {"login": f"name{number}", "password": "x" * 14}, REMOTE_ADDR="fd00::1")

    told = {"login": "bob", "password": bob.password}
    refused = bob.client.post("/login/", told, REMOTE_ADDR="fd00::1")
    other = Client(**HEADERS).post("/login/", told, REMOTE_ADDR="fd01::1")

    assert TOO_MANY in problems_in(refused.content)
    assert place(other) == "/login/second/"


def test_guesses_of_a_code_are_counted(bob: Visitor, clock: Clock) -> None:
    """Five, then the right one waits; a million figures are not tried in a night."""
    bob.enter()
    answers = [bob.type_code(f"{number:06}") for number in range(5)]

    refused = bob.type_code()

    assert all(TOO_MANY not in problems_in(answer.content) for answer in answers)
    assert TOO_MANY in problems_in(refused.content)
    assert not bob.is_in()


def test_a_flood_of_the_login_page_is_told_in_one_sentence(alice: Visitor) -> None:
    """429, with a page of ours."""
    answers = [alice.client.post("/login/", {"login": "", "password": ""}) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert TOO_MANY in answers[-1].content.decode()


def test_a_flood_of_passkeys_is_told_in_one_sentence(bob: Visitor) -> None:
    """The same for entering without a name."""
    answers = [bob.client.post("/login/passkey/", {"credential": "{}"}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert TOO_MANY in answers[-1].content.decode()


def test_a_source_has_a_pseudonym_and_no_address() -> None:
    """The same for one source, another for another, never the address; a proxy that is known tells who sends."""
    seen: list[str] = []

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        assert "HTTP_X_FORWARDED_FOR" not in environ
        return [b""]

    edge = DeskEdge(
        application, proxies=Proxies.of(FaceConfig(trusted_proxies=("192.0.2.9",)).trusted_proxies), upload_bytes=1
    )
    for peer, told in (("192.0.2.1", ""), ("192.0.2.1", "198.51.100.7"), ("192.0.2.2", ""), ("192.0.2.9", "192.0.2.1")):
        environ = {"REQUEST_METHOD": "GET", "REMOTE_ADDR": peer, "wsgi.input": io.BytesIO()}
        edge({**environ, **({"HTTP_X_FORWARDED_FOR": told} if told else {})}, lambda *_: lambda _data: None)

    assert seen[0] == seen[1] == seen[3] != seen[2]
    assert all(name.startswith("fd") for name in seen)


# -- what does not exist --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["signup/", "login/code/", "email/", "confirm-email/", "password/reset/", "password/change/", "inactive/", "reauthenticate/",
     "social/", "2fa/", "sessions/", "login/trust/"],
)  # fmt: skip
def test_the_other_pages_of_allauth_do_not_exist(bob: Visitor, address: str) -> None:
    """For strangers, and for people who are signed in."""
    bob.enter()
    bob.type_code()

    for before in ("/", "/account/", "/accounts/"):
        assert bob.client.get(before + address).status_code == 404
        assert Client(**HEADERS).get(before + address).status_code == 404
    assert not EmailAddress.objects.exists()


def _names(resolver: URLResolver) -> list[URLPattern]:
    return [
        one for part in resolver.url_patterns for one in (_names(part) if isinstance(part, URLResolver) else [part])
    ]


def test_every_page_of_the_way_in_is_declared() -> None:
    """Pages of one's own account say so; the three of the entrance are named."""
    patterns = [one for one in _names(get_resolver()) if str(one.name).startswith(("account", "mfa", "logout"))]

    assert {one.name for one in patterns if not hasattr(one.callback, "need")} == ENTRANCE
    assert len(patterns) >= 16


@pytest.mark.parametrize("page", OWN_PAGES)
def test_strangers_are_asked_to_enter(rows: None, page: str) -> None:
    """Nothing of an account is shown."""
    assert place(Client(**HEADERS).get(page)) == "/login/"
    assert place(Client(**HEADERS).post(page)) == "/login/"


def test_a_forged_form_does_nothing(rows: None, clock: Clock) -> None:
    """Neither at the entrance nor inside."""
    visitor = newcomer(clock)
    visitor.client = Client(enforce_csrf_checks=True, **HEADERS)

    assert visitor.enter().status_code == 403
    assert visitor.client.post("/login/passkey/", {"credential": "{}"}).status_code == 403


def test_two_people_have_nothing_in_common(rows: None, clock: Clock) -> None:
    """A passkey of one opens the account of that one, whoever signed in before."""
    first, second = settled(clock, "alice"), settled(clock, "bob")
    second.enter()
    second.type_code()
    second.add_passkey()
    second.leave()
    first.enter()
    first.type_code()
    first.leave()

    first.key = second.key
    first.enter_by_passkey()

    assert int(first.client.session["_auth_user_id"]) == second.user.pk
