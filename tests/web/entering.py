"""People at the door of the desk in tests: who is let in without the way, and what a person and a key of theirs do on the way."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor

if TYPE_CHECKING:  # the journeys do without Django
    from django.contrib.auth.models import User
    from django.test import Client

    from rempart.web.people.roles import Role

HOST = "localhost"
ORIGIN = f"http://{HOST}"
HEADERS: Any = {"HTTP_ACCEPT_LANGUAGE": "en", "HTTP_HOST": HOST}
PASSWORD = "a wet tin roof in april"
_FLAGS_SEEN, _FLAG_NEW = 0x05, 0x40  # somebody is there and showed who; a new key follows


def let_in(client: "Client", user: "User", *roles: "Role") -> None:
    """Signs somebody in who has done all the steps, for tests of the pages behind them; with these roles in the home organisation."""
    from rempart.web.entrance import steps
    from rempart.web.people import accounts

    now = datetime.now(UTC)
    for role in roles:
        person = accounts.person_of(user, organisation="Essai", by=accounts.OWNER, at=now)
        accounts.grant_role(person, role=role, by=accounts.OWNER, at=now)

    client.force_login(user)
    session = client.session
    session[steps.OPEN] = True
    session.save()


def sign_lately(client: "Client", user: "User") -> None:
    """As if the password had been right a moment ago."""
    from allauth.account.internal.flows.login import record_authentication
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method="password")
    request.session.save()


def code_of(secret: str, *, at: float) -> str:
    """What an authenticator app shows (RFC 6238), by a way of its own."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), "sha1")
    start = digest[-1] & 15
    return f"{int.from_bytes(digest[start : start + 4], 'big') % (1 << 31) % 1_000_000:06}"


def options_in(page: bytes) -> dict[str, Any]:
    """What a page tells the browser to ask a passkey."""
    told = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page.decode(), re.DOTALL)
    assert told
    return dict(json.loads(told[1]))


def hidden_in(page: bytes) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.decode())
    return {name: unescape(value) for name, value in found}


def problems_in(page: bytes) -> str:
    """What a page says is wrong."""
    return " ".join(re.findall(r'role="alert">(.*?)</div>', page.decode(), re.DOTALL))


@dataclass(slots=True, kw_only=True)
class SoftKey:
    """A passkey in memory, which answers as a browser does for it. origin: where the browser says that it is."""

    origin: str = ORIGIN
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    owner: bytes = b""

    def make(self, options: dict[str, Any], *, flags: int = _FLAGS_SEEN) -> str:
        """What the browser gives for a new key."""
        told = options["publicKey"]
        self.owner = _bytes(told["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = self._data(told["rp"]["id"], flags | _FLAG_NEW) + bytes(16) + struct.pack(">H", len(self.id)) + self.id
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data + cbor.encode(public)})
        return self._answer("webauthn.create", told["challenge"], attestationObject=_text(attested))

    def sign(self, options: dict[str, Any], *, flags: int = _FLAGS_SEEN) -> str:
        """What the browser gives to show that it has the key."""
        told = options["publicKey"]
        data = self._data(told["rpId"], flags)
        client = self._client("webauthn.get", told["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        return self._answer(
            "webauthn.get",
            told["challenge"],
            authenticatorData=_text(data),
            signature=_text(signature),
            userHandle=_text(self.owner),
        )

    def _data(self, name: str, flags: int) -> bytes:
        return hashlib.sha256(name.encode()).digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, kind: str, challenge: str, **response: str) -> str:
        told = {"clientDataJSON": _text(self._client(kind, challenge)), **response}
        return json.dumps(
            {
                "id": _text(self.id),
                "rawId": _text(self.id),
                "type": "public-key",
                "response": told,
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
