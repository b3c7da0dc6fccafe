"""People of a site under test: a process beside the desk, python -m tests.journeys.desk.people DATA_FOLDER."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rempart.web.config import Face, Site
from rempart.web.people.roles import Role
from rempart.web.setup import django_as
from tests.journeys.helping import answer

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def main() -> None:
    """Does what is asked until nobody asks."""
    django_as(Site.at(Path(sys.argv[1])), Face.DESK)  # a session is signed with the secret of the desk
    answer({"newcomer": newcomer, "session": session, "forget": forget})


def newcomer(name: str, *roles: str) -> str:
    """Somebody with these roles in the home organisation; their one-time password."""
    from django.contrib.auth.models import User

    from rempart.web.entrance.accounts import make_account
    from rempart.web.people import accounts

    now = datetime.now(UTC)
    password = make_account(name)
    person = accounts.person_of(User.objects.get(username=name), organisation="Exemple", by=accounts.OWNER, at=now)
    for role in roles:
        accounts.grant_role(person, role=Role(role), by=accounts.OWNER, at=now)
    return password


def session(name: str, *roles: str) -> str:
    """A session of somebody, made the first time they are asked for, with the steps of the way in behind them."""
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    if not User.objects.filter(username=name).exists():
        newcomer(name, *roles)
    store = SessionStore()
    store.update(_told(User.objects.get(username=name)))
    store.create()
    return str(store.session_key)


def forget(name: str) -> None:
    """As if everything that somebody signed had been an hour ago."""
    from django.contrib.auth.models import User
    from django.contrib.sessions.models import Session

    number = str(User.objects.get(username=name).pk)
    for row in Session.objects.all():
        told = row.get_decoded()
        if told.get("_auth_user_id") == number:
            for record in told["account_authentication_methods"]:
                record["at"] -= 3_600
            row.session_data = Session.objects.encode(told)
            row.save(update_fields=["session_data"])


def _told(user: "User") -> dict[str, object]:
    """What the session of somebody holds who signed a moment ago."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from rempart.web.entrance.steps import OPEN

    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        OPEN: True,
        "account_authentication_methods": [{"method": "password", "at": time.time(), "username": user.username}],
        "account_authentication_methods_user": str(user.pk),
    }


if __name__ == "__main__":
    main()
