"""What is no longer valid does not lie about."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from rempart.web.config import Site
from rempart.web.duties.sessions import ONCE_DAYS, clear
from rempart.web.entrance.accounts import make_account, reset_account
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")


def _joined(name: str, *, days_ago: float) -> None:
    User.objects.filter(username=name).update(date_joined=NOON - timedelta(days=days_ago))


def test_a_session_that_is_over_is_cleared_and_another_stays(site: Site) -> None:
    """Rows of old sessions tell who worked when, and open nothing."""
    Session.objects.create(session_key="old", session_data="", expire_date=NOON - timedelta(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=NOON + timedelta(seconds=1))

    clear(site, NOON)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_a_one_time_password_that_nobody_used_closes(site: Site) -> None:
    """A slip of paper in a drawer is no key for ever."""
    make_account("late")
    make_account("fresh")
    _joined("late", days_ago=ONCE_DAYS + 1)
    _joined("fresh", days_ago=ONCE_DAYS - 1)

    clear(site, NOON)

    assert dict(User.objects.filter(username__in=["late", "fresh"]).values_list("username", "is_active")) == {
        "late": False,
        "fresh": True,
    }


def test_an_account_that_is_used_stays_open(site: Site) -> None:
    """Who has entered once chose a password of their own."""
    make_account("alice")
    User.objects.filter(username="alice").update(last_login=NOON)
    _joined("alice", days_ago=400)

    clear(site, NOON)

    assert User.objects.get(username="alice").is_active


def test_resetting_opens_a_closed_account_again(site: Site) -> None:
    """The owner of the machine gives another slip."""
    make_account("late")
    _joined("late", days_ago=ONCE_DAYS + 1)
    clear(site, NOON)

    reset_account("late")
    clear(site, NOON)

    assert User.objects.get(username="late").is_active
