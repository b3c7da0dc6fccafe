"""Accounts are made and renewed at the terminal; what is given there opens one page."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from rempart.web.cases.models import Event
from rempart.web.entrance.accounts import AccountThere, NoSuchAccount, make_account, one_time_password, reset_account
from rempart.web.entrance.models import Entry
from tests.web.people.visitors import Visitor

pytestmark = pytest.mark.usefixtures("rows")


def test_an_account_begins_with_a_password_for_once() -> None:
    """Kept as its scrypt hash; it gives no right."""
    password = make_account("alice")

    user = User.objects.get(username="alice")
    assert user.check_password(password)
    assert user.password.startswith("scrypt$")
    assert Entry.objects.get(user=user).is_password_once
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_a_one_time_password_can_be_read_out_and_is_another_one_each_time() -> None:
    """100 bits, in groups of five."""
    made = {one_time_password() for _ in range(50)}

    assert len(made) == 50
    assert all(len(group) == 5 for password in made for group in password.split("-"))
    assert all(len(password.replace("-", "")) == 20 for password in made)


@pytest.mark.parametrize("name", ["alice", "Alice"])
def test_a_name_is_given_once(name: str) -> None:
    """Also in other letters; the account that is there stays as it is."""
    password = make_account("alice")

    with pytest.raises(AccountThere):
        make_account(name)

    assert User.objects.get().check_password(password)
    assert Event.objects.count() == 1


def test_a_renewed_account_has_nothing_of_before(bob: Visitor) -> None:
    """No session, no factor, no recovery code, and the way in begins anew."""
    bob.enter()
    bob.type_code()
    bob.add_passkey()

    password = reset_account("bob")
    old_password, was_in = bob.password, bob.is_in()
    by_passkey = bob.enter_by_passkey()
    bob.enter(old_password)
    with_old = "_auth_user_id" in bob.client.session
    bob.enter(password)

    assert (was_in, with_old) == (False, False)
    assert by_passkey.headers["Location"] == "/login/"
    assert not Authenticator.objects.exists()
    assert bob.client.get("/").headers["Location"] == "/account/password/"
    assert [event.actor for event in Event.objects.filter(action="account_reset")] == ["owner"]


def test_an_account_that_was_closed_opens_again_by_renewal(bob: Visitor) -> None:
    """Whoever renews it means it."""
    User.objects.update(is_active=False)

    bob.enter(reset_account("bob"))

    assert bob.client.get("/").headers["Location"] == "/account/password/"


def test_what_is_not_there_is_not_renewed() -> None:
    """A name that was mistyped makes nothing."""
    with pytest.raises(NoSuchAccount):
        reset_account("nobody")

    assert not User.objects.exists()
    assert not Event.objects.exists()
