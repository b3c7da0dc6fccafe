"""A partner's program: sends JSON with its token, and reads the answer."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.test import Client

from rempart.web.door.models import Partner

TOKEN, KEY = "the token of a partner of the test", "key-of-a-report-1"
CANARY = "the words that nobody at the door may read"


def make_partner(token: str = TOKEN, *, quota: int = 10_000, is_active: bool = True) -> Partner:
    """A partner of this token."""
    partner = Partner(
        name=f"partner of {token}",
        token_hash=hashlib.sha256(token.encode()).digest(),
        quota_per_day=quota,
        is_active=is_active,
    )
    partner.save()
    return partner


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def data(self) -> Any:
        """The JSON."""
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """Of a refusal, whose shape is checked."""
        assert set(self.data) == {"error"}
        assert {"code", "message"} <= set(self.data["error"]) <= {"code", "message", "fields"}
        return str(self.data["error"]["code"])

    @property
    def fields(self) -> dict[str, str]:
        """Of a refusal."""
        return dict(self.data["error"].get("fields", {}))


@dataclass(frozen=True)
class Caller:
    """A partner's program."""

    token: str | None = TOKEN
    lang: str = "en"
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def by(self, token: str) -> "Caller":
        """The program of another partner."""
        return replace(self, token=token)

    def report(self, body: object = None, *, key: str | None = KEY, **headers: str) -> Answer:
        """Sends a report."""
        told = {"kind": "situation", "narrative": CANARY} if body is None else body
        data = told if isinstance(told, bytes | str) else json.dumps(told)
        extra = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
        return self.call("post", "/p/reports", data=data, content_type="application/json", **extra, **headers)

    def call(self, verb: str, path: str, **told: Any) -> Answer:
        """Any request."""
        entered = {} if self.token is None else {"HTTP_AUTHORIZATION": f"Bearer {self.token}"}
        answer = getattr(self.client, verb)(path, **{"HTTP_ACCEPT_LANGUAGE": self.lang} | entered | told)
        return Answer(status=answer.status_code, headers=dict(answer.headers), content=answer.content)
