"""Somebody at the door of the desk: what they type and press, page after page."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from rempart.web.entrance.accounts import make_account
from tests.web.entering import HEADERS, PASSWORD, SoftKey, code_of, options_in


@dataclass(slots=True)
class Clock:
    """The seconds since 1970 that everybody sees, from the beginning of a half minute: codes change with it.

    It begins at the hour of the machine, because the tables of Django ask that one when a row ends.
    """

    now: float = field(default_factory=lambda: time.time() // 30 * 30)

    def __call__(self) -> float:
        """Now."""
        return self.now


@dataclass(slots=True, kw_only=True)
class Visitor:
    """A person with a browser. secret: of their authenticator app, codes: on their paper, key: on their key ring."""

    clock: Clock
    name: str = "alice"
    password: str = ""
    client: Client = field(default_factory=lambda: Client(**HEADERS))
    secret: str = ""
    codes: tuple[str, ...] = ()
    key: SoftKey = field(default_factory=SoftKey)

    @property
    def user(self) -> User:
        """Their account."""
        return User.objects.get(username=self.name)

    def elsewhere(self) -> "Visitor":
        """The same person with another browser."""
        return Visitor(
            clock=self.clock, name=self.name, password=self.password, secret=self.secret, codes=self.codes, key=self.key
        )

    def enter(self, password: str = "") -> Any:
        """Types name and password."""
        return self.client.post("/login/", {"login": self.name, "password": password or self.password})

    def type_code(self, code: str = "") -> Any:
        """Types the code that the app shows now, or this one."""
        return self.client.post("/login/second/", {"code": code or code_of(self.secret, at=self.clock())})

    def choose_password(self, first: str = PASSWORD, second: str = "") -> Any:
        """Types a new password twice."""
        answer = self.client.post("/account/password/", {"new_password1": first, "new_password2": second or first})
        if answer.status_code == 302:
            self.password = first
        return answer

    def add_app(self) -> Any:
        """Lets the app read the secret, and types what it shows."""
        page = self.client.get("/account/factors/app/").content.decode()
        letters = re.search(r'<code class="words">([A-Z2-7 ]+)</code>', page)
        assert letters
        self.secret = letters[1].replace(" ", "")
        return self.client.post("/account/factors/app/", {"code": code_of(self.secret, at=self.clock())})

    def add_passkey(self, name: str = "My key", **told: Any) -> Any:
        """Makes a passkey."""
        options = options_in(self.client.get("/account/factors/passkey/").content)
        return self.client.post(
            "/account/factors/passkey/", {"name": name, "credential": self.key.make(options, **told)}
        )

    def keep_codes(self) -> Any:
        """Writes the recovery codes down and says so."""
        page = self.client.get("/account/codes/").content.decode()
        self.codes = tuple(re.findall(r"<li><code>([\d ]+)</code></li>", page))
        return self.client.post("/account/codes/", {"kept": "yes"})

    def enter_by_passkey(self, **told: Any) -> Any:
        """Presses “Enter with a passkey”."""
        options = self.client.get("/login/passkey/", HTTP_ACCEPT="application/json").json()["request_options"]
        return self.client.post("/login/passkey/", {"credential": self.key.sign(options, **told)})

    def is_in(self) -> bool:
        """Whether the desk is open to them."""
        return bool(self.client.get("/account/").status_code == 200)

    def leave(self) -> None:
        """Presses “Leave”."""
        self.client.post("/logout/")


def newcomer(clock: Clock, name: str = "alice") -> Visitor:
    """Somebody with a one-time password."""
    return Visitor(clock=clock, name=name, password=make_account(name))


def settled(clock: Clock, name: str = "alice") -> Visitor:
    """Somebody who went the whole way with an app, and left; half a minute later, as codes are for once."""
    visitor = newcomer(clock, name)
    visitor.enter()
    visitor.choose_password()
    visitor.add_app()
    visitor.keep_codes()
    assert visitor.is_in()
    visitor.leave()
    clock.now += 30
    return visitor
