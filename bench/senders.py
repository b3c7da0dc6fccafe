"""Senders for loads: a report by the form with its proof of work, and one by the API; invented words, an address of loopback each."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from altcha import v2 as altcha
from bench.load import Answer, Clock, Failed, Target, Wire, request_bytes

from rempart.intake.receipt import code_of
from rempart.web.public.proof import LEVELS

_TOKEN = re.compile(rb'name="token" value="([0-9a-f]{32,64})"')
_CODE = re.compile(rb'name="code" value="((?:[0-9A-Z]{4}-){5}[0-9A-Z]{4})"')
_HEADERS = "User-Agent: Mozilla/5.0\r\nAccept: text/html\r\nAccept-Language: fr-FR,fr;q=0.9\r\n"
FORM_HEADERS = _HEADERS + "Content-Type: application/x-www-form-urlencoded\r\n"
_WORDS = (
    "Quelqu’un écrit à un enfant et lui demande de garder le silence. Message numéro {number}. "
    + "Texte inventé. " * 120
)


def answers_of(number: int) -> dict[str, str]:
    """Every answer of the adult path for a conversation, in neutral invented words; about 2 kB."""
    return {
        "kind": "conversation",
        "service": "Jeu en ligne",
        "account": f"compte-invente-{number}",
        "words": _WORDS.format(number=number),
        "seen_at": "hier soir",
        "age_band": "11_14",
        "ongoing": "yes",
        "urgency": "2",
        "category": "secrecy_asked",
        "reporter": "parent",
        "contact_safe": "yes",
        "contact_name": "Une personne inventée",
        "contact_email": "personne@example.org",
    }


def source_of(number: int) -> str:
    """An address of loopback for one sender; another one for each of 62,500."""
    return f"127.2.{number // 250 % 250}.{number % 250 + 1}"


class Form:
    """Reports by the form, each from an address of its own."""

    way, lane = "form", "proven"

    def __init__(self, target: Target, *, source: Callable[[int], str] = source_of) -> None:
        self._target, self._source = target, source
        self._solver = ThreadPoolExecutor(max_workers=1)
        self.last = "", ""  # token and proof of the form that was sent last

    async def report(self, number: int, clock: Clock, *, with_proof: bool = True) -> str:
        """Walks through the form; the receipt's code. with_proof: as a browser with JavaScript. Raises: Failed, OSError."""
        wire = Wire(self._target, source=self._source(number))
        try:
            page = _ok(await wire.ask(request_bytes(self._target, "/fr/a/", headers=_HEADERS)), "first screen")
            token = _found(_TOKEN, page)
            proof = await self._proof(wire, token, clock) if with_proof else ""
            self.last = token, proof
            fields = {**answers_of(number), "token": token, "at": "review", "go": "send", "altcha": proof}
            body = urlencode(fields).encode("ascii")
            receipt = _ok(
                await wire.ask(request_bytes(self._target, "/fr/a/", body=body, headers=FORM_HEADERS)), "receipt"
            )
        finally:
            wire.close()
        code = _found(_CODE, receipt)
        if code != code_of(bytes.fromhex(token)):
            raise Failed("another code than the form's")
        return code

    async def _proof(self, wire: Wire, token: str, clock: Clock) -> str:
        asked = request_bytes(self._target, f"/fr/c/?f={form_name(token)}", headers=_HEADERS)
        challenge = json.loads(_ok(await wire.ask(asked), "challenge"))
        loop = asyncio.get_running_loop()
        return await clock.aside(loop.run_in_executor(self._solver, solved, challenge))


class Api:
    """Reports by the API, each from an address of its own; tokens: of partners who take turns."""

    way, lane = "API", "partner"

    def __init__(self, target: Target, *, tokens: Sequence[str]) -> None:
        self._target, self._tokens = target, tokens

    async def report(self, number: int, _clock: Clock) -> str:
        """One request; the receipt's code. Raises: Failed, OSError."""
        given = answers_of(number)
        report = {
            "kind": given["kind"],
            "reporter": given["reporter"],
            "category": given["category"],
            "urgency": int(given["urgency"]),
            "age_band": given["age_band"],
            "contact_going_on": given["ongoing"],
            "narrative": given["words"],
            "accounts": [{"service": given["service"], "name": given["account"]}],
            "seen_at": given["seen_at"],
            "reference": f"{time.time_ns()}-{number}",
        }
        headers = (
            f"Authorization: Bearer {self._tokens[number % len(self._tokens)]}\r\n"
            f"Idempotency-Key: {report['reference']}\r\nContent-Type: application/json\r\n"
        )
        wire = Wire(self._target, source=source_of(number))
        try:
            asked = request_bytes(self._target, "/p/reports", body=json.dumps(report).encode("utf-8"), headers=headers)
            answer = await wire.ask(asked)
        finally:
            wire.close()
        if answer.status != 201:
            raise Failed(f"report: status {answer.status}")
        return str(json.loads(answer.body)["receipt"])


def form_name(token: str) -> str:
    """Under which the last screen of a form asks for its challenge."""
    return hashlib.sha256(b"rempart form v1\n" + token.encode("ascii")).hexdigest()[:32]


def solved(challenge: dict[str, object], *, most_tries: int = LEVELS[0]) -> str:
    """What a browser's worker would send; "" when the site asks for more than most_tries, and the form then goes without.

    Under pressure the site asks for up to 16,384 tries, which thousands of telephones share and this machine cannot.
    """
    parsed = altcha.Challenge.from_dict(challenge)
    asked = parsed.parameters
    nonce, salt, prefix = (bytes.fromhex(text) for text in (asked.nonce, asked.salt, asked.key_prefix))
    for counter in range(most_tries):
        key = hashlib.pbkdf2_hmac("sha256", nonce + counter.to_bytes(4, "big"), salt, asked.cost, asked.key_length)
        if key.startswith(prefix):
            return str(altcha.Payload(parsed, altcha.Solution(counter, key.hex())).to_base64())
    return ""


def _ok(answer: Answer, what: str) -> bytes:
    if answer.status != 200:
        raise Failed(f"{what}: status {answer.status}")
    return answer.body


def _found(pattern: re.Pattern[bytes], page: bytes) -> str:
    found = pattern.search(page)
    if found is None:
        raise Failed("a page without what it should hold")
    return found[1].decode("ascii")
