"""The page of one's own account: factors, recovery codes, password, and where one is signed in."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from rempart.web.cases.models import Event
from rempart.web.entrance import factors
from rempart.web.entrance.accounts import one_time_password
from rempart.web.entrance.factors import MOST_PASSKEYS, LastFactor, NoSuchFactor
from rempart.web.entrance.models import Entry
from rempart.web.people.signing_in import FactorAdapter
from tests.web.entering import PASSWORD, SoftKey, problems_in
from tests.web.people.visitors import Clock, Visitor


@pytest.fixture
def inside(bob: Visitor) -> Visitor:
    """Bob at his desk, with an app."""
    bob.enter()
    bob.type_code()
    return bob


def acts() -> list[str]:
    """What the journal holds, in order."""
    return list(Event.objects.order_by("at").values_list("action", flat=True))


def numbers(visitor: Visitor) -> list[int]:
    """The numbers of somebody's factors."""
    return [factor.number for factor in factors.factors_of(visitor.user)]


def test_secrets_do_not_stand_in_the_rows(inside: Visitor) -> None:
    """A copy of the database opens no account."""
    kept = " ".join(str(row.data) for row in Authenticator.objects.all())

    assert inside.secret not in kept
    assert FactorAdapter().decrypt(FactorAdapter().encrypt("words")) == "words"
    assert FactorAdapter().encrypt("words") != FactorAdapter().encrypt("words")


def test_after_the_secret_of_the_desk_changed_a_sentence_says_what_to_do(
    inside: Visitor, settings_secret: None
) -> None:
    """No failure, and nobody comes in."""
    other = inside.elsewhere()
    other.enter()

    answer = other.type_code()

    assert "cannot be read any more" in problems_in(answer.content)
    assert not other.is_in()


@pytest.fixture
def settings_secret(inside: Visitor) -> Any:
    """Another secret of the desk from here on."""
    from django.test.utils import override_settings

    with override_settings(SECRET_KEY=one_time_password()):
        yield


def test_the_only_factor_stays(inside: Visitor) -> None:
    """The page offers no button, and a request without it is refused with a sentence."""
    page = inside.client.get("/account/").content.decode()

    answer = inside.client.post(f"/account/factors/{numbers(inside)[0]}/remove/", follow=True)

    assert "/remove/" not in page
    assert "This is your only second factor." in answer.content.decode()
    assert len(numbers(inside)) == 1


def test_a_factor_beside_another_goes(inside: Visitor) -> None:
    """Then its code opens nothing, and the other one stays."""
    inside.add_passkey()
    app, passkey = numbers(inside)

    inside.client.post(f"/account/factors/{app}/remove/")
    again = inside.client.post(f"/account/factors/{passkey}/remove/", follow=True)

    assert numbers(inside) == [passkey]
    assert "This is your only second factor." in again.content.decode()
    assert acts().count("factor_removed") == 1


def test_a_passkey_gets_another_name(inside: Visitor) -> None:
    """Shown as it was typed, never as markup."""
    inside.add_passkey()

    inside.client.post(f"/account/factors/{numbers(inside)[1]}/name/", {"name": "<b>blue key</b>"})

    page = inside.client.get("/account/").content.decode()
    assert "&lt;b&gt;blue key&lt;/b&gt;" in page
    assert "<b>blue" not in page


def test_a_passkey_without_a_name_gets_a_number(inside: Visitor) -> None:
    """Which its owner may change."""
    inside.add_passkey("")
    inside.key = SoftKey()
    inside.add_passkey(" ")

    assert [factor.name for factor in factors.factors_of(inside.user)[1:]] == ["Passkey 1", "Passkey 2"]


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_name_that_is_none_changes_nothing(inside: Visitor, name: str) -> None:
    """1 to 60 signs."""
    inside.add_passkey()

    inside.client.post(f"/account/factors/{numbers(inside)[1]}/name/", {"name": name})

    assert factors.factors_of(inside.user)[1].name == "My key"


@pytest.mark.parametrize("verb", ["name", "remove"])
def test_factors_of_others_do_not_exist(inside: Visitor, alice: Visitor, verb: str) -> None:
    """The same answer as for one that never was."""
    alice.enter()
    alice.choose_password()
    alice.add_passkey()
    inside.add_passkey()

    theirs = inside.client.post(f"/account/factors/{numbers(alice)[0]}/{verb}/", {"name": "mine"})
    none = inside.client.post(f"/account/factors/999999/{verb}/", {"name": "mine"})

    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.content == none.content
    assert factors.factors_of(alice.user)[0].name == "My key"


def test_an_app_has_no_other_name_and_there_is_one(inside: Visitor) -> None:
    """A second one would take the first one's place unseen."""
    answer = inside.client.post(f"/account/factors/{numbers(inside)[0]}/name/", {"name": "x"})

    assert answer.status_code == 404
    assert inside.client.get("/account/factors/app/").headers["Location"] == "/account/"
    assert inside.client.post("/account/factors/app/", {"code": "123456"}).headers["Location"] == "/account/"


def test_there_are_ten_passkeys_at_most(inside: Visitor) -> None:
    """A sentence says so."""
    for number in range(MOST_PASSKEYS):
        inside.key = SoftKey()
        assert inside.add_passkey(f"key {number}").status_code == 302
    inside.key = SoftKey()

    answer = inside.add_passkey()

    assert "10 passkeys at most" in problems_in(answer.content)
    assert len(numbers(inside)) == MOST_PASSKEYS + 1


def test_new_codes_take_the_place_of_the_old_ones(inside: Visitor) -> None:
    """They must be kept before anything else is seen; the old ones open nothing."""
    old = inside.codes
    inside.client.post("/account/codes/new/")
    meanwhile = inside.client.get("/").headers["Location"]
    inside.keep_codes()

    other = inside.elsewhere()
    other.enter()
    other.type_code(old[0])
    with_old = other.is_in()
    other.type_code(inside.codes[0])

    assert meanwhile == "/account/codes/"
    assert not set(old) & set(inside.codes)
    assert (with_old, other.is_in()) == (False, True)


def test_a_new_password_ends_every_other_session(inside: Visitor, clock: Clock) -> None:
    """And this one goes on, with a new key."""
    clock.now += 30
    other = inside.elsewhere()
    other.enter()
    other.type_code()
    before = (inside.is_in(), other.is_in(), inside.client.session.session_key)

    inside.choose_password("another tin roof in may")

    assert before[:2] == (True, True)
    assert (inside.is_in(), other.is_in()) == (True, False)
    assert inside.client.session.session_key != before[2]
    assert inside.client.get("/account/").content.decode().count("(here)") == 1
    assert UserSession.objects.filter(user=inside.user).count() == 1
    assert not inside.user.check_password(PASSWORD)


def test_other_sessions_are_listed_and_ended(inside: Visitor, clock: Clock) -> None:
    """With the browser's word for itself; no address is shown or kept."""
    clock.now += 30
    other = inside.elsewhere()
    other.client.defaults["HTTP_USER_AGENT"] = "Browser of the other place"
    other.enter()
    other.type_code()
    page = inside.client.get("/account/").content.decode()

    inside.client.post("/account/sessions/end/")

    assert "Browser of the other place" in page
    assert (inside.is_in(), other.is_in()) == (True, False)
    assert "Sign out everywhere else" not in inside.client.get("/account/").content.decode()


def test_each_act_stands_in_the_journal_once(inside: Visitor) -> None:
    """From the making of the account; refused attempts are not written."""
    inside.type_code("000000")
    inside.add_passkey()
    inside.leave()

    assert acts() == ["account_made", "person_entered", "password_changed", "factor_added", "codes_kept", "person_left",
                      "person_entered", "factor_added", "person_left"]  # fmt: skip
    assert {event.actor for event in Event.objects.exclude(action="account_made")} == {"account"}


def test_what_is_not_there_cannot_be_changed(inside: Visitor) -> None:
    """The library part says why."""
    with pytest.raises(LastFactor):
        factors.remove_factor(inside.user, number=numbers(inside)[0])
    with pytest.raises(NoSuchFactor):
        factors.remove_factor(inside.user, number=0)
    with pytest.raises(NoSuchFactor):
        factors.rename_passkey(inside.user, number=0, name="x")

    assert Entry.objects.get(user=inside.user).codes_kept_at is not None
