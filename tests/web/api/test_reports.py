"""POST /p/reports: refusals in one shape, a receipt for what is kept, and the same receipt however often it is asked for."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from rempart.evidence.ledger.leaves import decode as decode_leaf
from rempart.evidence.ledger.notes import new_signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.sealing import unseal
from rempart.intake.receipt import code_of, lookup_of
from rempart.intake.report import AgeBand, Answer, Category, Kind, ReporterKind, Urgency, decode
from rempart.web.api import receiving, views
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.models import Deposit, Leaf, Mailbox, Status
from rempart.web.public.means import means
from rempart.web.signing import sign_new_leaves
from tests.web.api.calling import CANARY, KEY, TOKEN, Caller, make_partner
from tests.web.conftest import INTAKE

pytestmark = pytest.mark.usefixtures("public")
ED25519 = 1


@pytest.fixture
def caller() -> Caller:
    """A partner that may report."""
    make_partner()
    return Caller()


# -- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "another token", TOKEN + " ", TOKEN[:-1], "x" * 10_000, "é"])
def test_without_a_token_of_a_partner_nothing_is_taken(caller: Caller, token: str | None) -> None:
    """401 whatever is wrong with it, and not a row."""
    answer = replace(caller, token=token).report()

    assert (answer.status, answer.code, answer.headers["WWW-Authenticate"]) == (401, "unauthorized", "Bearer")
    assert not Deposit.objects.exists()


def test_a_partner_that_was_stopped_is_like_nobody(caller: Caller) -> None:
    """The same bytes as for a token that never was."""
    make_partner("stopped", is_active=False)

    assert caller.by("stopped").report() == caller.by("never was").report()


@pytest.mark.parametrize("key", [None, "", "seven77", "k" * 201, "with a blank", "clé-en-français"])
def test_a_report_without_its_key_is_refused(caller: Caller, key: str | None) -> None:
    """Eight to two hundred visible ASCII signs; the field is named."""
    answer = caller.report(key=key)

    assert (answer.status, answer.code, list(answer.fields)) == (422, "bad_fields", ["Idempotency-Key"])
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"NaN",
        b'{"kind": "situation", "kind": "content", "narrative": "x"}',
        b'{"kind": "situation", "narrative": NaN}',
        b'{"kind": "situation", "urgency": ' + b"1" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        '{"kind": "situation", "narrative": "é"}'.encode("utf-16"),
        b'{"kind": "situation", "narrative": "\xff"}',
        b"kind=situation&narrative=x",
    ],
)
def test_what_is_not_one_json_object_is_refused(caller: Caller, body: bytes) -> None:
    """No name twice, no NaN, no other encoding, no endless nesting."""
    answer = caller.report(body)

    assert (answer.status, answer.code) == (422, "not_json")
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_type_of_body_is_refused(caller: Caller, content_type: str) -> None:
    """JSON says that it is JSON."""
    answer = caller.call("post", "/p/reports", data=b"{}", content_type=content_type, HTTP_IDEMPOTENCY_KEY=KEY)

    assert (answer.status, answer.code) == (422, "not_json")


@pytest.mark.parametrize("size", [1_000_100, 2_000_100])
def test_a_body_that_is_too_large_is_refused(caller: Caller, size: int) -> None:
    """Ours and Django's limit are answered alike."""
    answer = caller.report({"kind": "situation", "narrative": "x" * size})

    assert (answer.status, answer.code) == (413, "too_large")
    assert "1000000" in answer.data["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"kind": None}, ["kind"]),
        ({"kind": "verdict"}, ["kind"]),
        ({"kind": 1}, ["kind"]),
        ({"reporter": "judge"}, ["reporter"]),
        ({"urgency": 5}, ["urgency"]),
        ({"urgency": -1}, ["urgency"]),
        ({"urgency": "4"}, ["urgency"]),
        ({"urgency": True}, ["urgency"]),
        ({"urgency": 1.0}, ["urgency"]),
        ({"language": "fra"}, ["language"]),
        ({"language": "FR"}, ["language"]),
        ({"narrative": 5}, ["narrative"]),
        ({"narrative": "x" * 20_001}, ["narrative"]),
        ({"narrative": "\ud800"}, ["narrative"]),
        ({"seen_at": "x" * 2_049}, ["seen_at"]),
        ({"addresses": "https://e.test"}, ["addresses"]),
        ({"addresses": ["x"] * 51}, ["addresses"]),
        ({"addresses": ["https://e.test", 5]}, ["addresses.1"]),
        ({"addresses": ["ok", " DATA:image/png;base64,AAAA"]}, ["addresses.1"]),
        ({"accounts": [{"service": "Game"}]}, ["accounts.0.name"]),
        ({"accounts": [{"service": "Game", "name": ""}]}, ["accounts.0.name"]),
        ({"accounts": [{"service": "Game", "name": " \n"}]}, ["accounts.0.name"]),
        ({"accounts": [{"service": "Game", "name": "x", "id": 1}]}, ["accounts.0.id"]),
        ({"contact": {"email": "nowhere"}}, ["contact.email"]),
        ({"contact": {"phone": "0600000000", "is_safe": "no"}}, ["contact.is_safe"]),
        ({"contact": {"is_safe": True}}, ["contact.is_safe"]),
        ({"contact_going_on": True}, ["contact_going_on"]),
        ({"exports": ["forged"]}, ["exports.0"]),
        ({"narrative": None}, ["narrative"]),
        ({"narrative": "  "}, ["narrative"]),
        ({"version": 1}, ["version"]),
        ({"received_by": "Alice"}, ["received_by"]),
        ({"attachments": []}, ["attachments"]),
        ({"unknown": 1, "urgency": 9}, ["unknown", "urgency"]),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(caller: Caller, changes: dict[str, Any], fields: list[str]) -> None:
    """Strictly: unknown fields too; the sentence repeats nothing of what was sent; nothing is kept."""
    answer = caller.report({"kind": "situation", "narrative": CANARY} | changes)

    assert (answer.status, answer.code, sorted(answer.fields)) == (422, "bad_fields", sorted(fields))
    assert CANARY not in answer.content.decode()
    assert not Deposit.objects.exists()


def test_another_report_under_a_used_key_is_refused_and_not_kept(caller: Caller) -> None:
    """409, and the first one stays as it was."""
    caller.report()

    answer = caller.report({"kind": "situation", "narrative": "other words"})

    assert (answer.status, answer.code) == (409, "another_report")
    assert (Deposit.objects.count(), Leaf.objects.count()) == (1, 1)


@pytest.mark.parametrize("error", [DatabaseError("a secret in a message"), OSError("the same")])
def test_what_could_not_be_kept_gets_no_receipt(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """503 with the time to wait; the same key may be sent again."""

    def failing(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(receiving, "receive_report", failing)

    answer = caller.report()

    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "not_kept", "5")
    assert b"secret" not in answer.content


def _fail(*_args: object, **_kwargs: object) -> None:
    raise KeyError("a secret")


def test_a_fault_of_ours_is_told_without_its_words(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 in the same shape; what is logged is the kind of fault alone."""
    monkeypatch.setattr(views, "report_from", _fail)

    answer = caller.report()

    assert (answer.status, answer.code) == (500, "failed")
    assert "secret" not in answer.content.decode() + caplog.text


@pytest.mark.parametrize(
    ("verb", "path", "status", "code"),
    [
        ("get", "/p/reports", 405, "not_that_way"),
        ("delete", f"/p/reports/{'0' * 64}", 405, "not_that_way"),
        ("get", "/p/exports", 405, "not_that_way"),
        ("get", "/p/nothing", 404, "not_here"),
        ("get", "/p/docs", 404, "not_here"),
        ("post", "/p/reports/", 404, "not_here"),
    ],
)
def test_every_refusal_below_the_prefix_has_one_shape(
    caller: Caller, verb: str, path: str, status: int, code: str
) -> None:
    """Programs need one reader for all of them."""
    answer = caller.call(verb, path)

    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "Ce champ est obligatoire."), ("en", "This field is required."), ("de", "Ce champ")]
)
def test_refusals_speak_the_language_that_is_asked_for(caller: Caller, lang: str, words: str) -> None:
    """French or English by Accept-Language; else the site's."""
    answer = replace(caller, lang=lang).report({})

    assert words in answer.fields["kind"]


# -- receipts --------------------------------------------------------------------------------------------

FULL = {
    "kind": "account",
    "reporter": "platform",
    "language": "en",
    "category": "stranger_contact",
    "urgency": 3,
    "age_band": "11_14",
    "contact_going_on": "yes",
    "knows_person": "unknown",
    "narrative": f" {CANARY}\r\n",
    "addresses": ["https://exemple.test/1", "  "],
    "accounts": [{"service": "Game", "name": "friend_7"}],
    "seen_at": "yesterday",
    "told_somebody": "a parent",
    "wishes": "to talk",
    "contact": {"name": "Zoé", "email": "zoe@exemple.test", "phone": None, "is_safe": "yes", "safe_hours": "evening"},
    "reference": "R-12",
}


def test_a_report_is_kept_sealed_with_all_that_was_told(caller: Caller) -> None:
    """Every field, the way it came, the pseudonym of the partner; and not a word in clear."""
    partner = make_partner("another")

    answer = caller.by("another").report(FULL)

    deposit = Deposit.objects.get()
    report = decode(unseal(bytes(deposit.sealed), identities=[INTAKE]))
    assert (report.kind, report.reporter, report.language) == (Kind.ACCOUNT, ReporterKind.PLATFORM, "en")
    assert (report.category, report.urgency, report.age_band) == (
        Category.STRANGER_CONTACT,
        Urgency.SOON,
        AgeBand.FROM_11_TO_14,
    )
    assert (report.contact_going_on, report.knows_person) == (Answer.YES, Answer.UNKNOWN)
    assert (report.narrative, report.addresses) == (CANARY, ("https://exemple.test/1",))
    assert [(one.service, one.name) for one in report.accounts] == [("Game", "friend_7")]
    assert (report.seen_at, report.told_somebody, report.wishes, report.reference) == (
        "yesterday",
        "a parent",
        "to talk",
        "R-12",
    )
    assert report.contact
    assert (report.contact.name, report.contact.email, report.contact.phone) == ("Zoé", "zoe@exemple.test", None)
    assert (deposit.door, deposit.lane) == ("api", "partner")
    assert decode_leaf(bytes(Leaf.objects.get().data)).actor == f"partner:{partner.id}"
    assert CANARY not in repr([field.value_from_object(deposit) for field in Deposit._meta.fields])
    assert answer.status == 201


def test_the_answer_names_the_report_and_opens_its_mailbox(caller: Caller) -> None:
    """The receipt is secret; the id is only a name, and the place of the report."""
    answer = caller.report()

    told = answer.data
    mailbox = Mailbox.objects.get()
    assert set(told) == {"receipt", "id", "received_at", "leaf"}
    assert (bytes(mailbox.lookup), told["leaf"]) == (lookup_of(told["receipt"]), mailbox.leaf_seq)
    assert told["id"] == lookup_of(told["receipt"]).hex()
    assert answer.headers["Location"] == f"/p/reports/{told['id']}"
    assert told["receipt"] not in str(answer.headers)


def test_a_repeated_report_gets_the_same_receipt_and_is_kept_once(caller: Caller) -> None:
    """200 instead of 201, however its JSON is written; in another language of the answer too."""
    first = caller.report(FULL)

    again = [
        caller.report(FULL),
        caller.report(json.dumps(dict(reversed(FULL.items())), indent=3, ensure_ascii=False).encode()),
        replace(caller, lang="fr").report(FULL),
    ]

    assert [answer.status for answer in again] == [200, 200, 200]
    assert {(answer.data["receipt"], answer.data["id"], answer.data["leaf"]) for answer in [first, *again]} == {
        (first.data["receipt"], first.data["id"], 0)
    }
    assert Deposit.objects.count() == 1


def test_a_repeated_report_is_told_when_it_was_received(
    caller: Caller, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the signed ledger; null until its leaf is signed, rather than a guess."""
    monkeypatch.setattr(receiving, "this_site", lambda: replace(site, folder=tmp_path))
    signer = new_signer("example.org/door", kind=ED25519, seed=bytes(range(32)))
    first = caller.report()
    unsigned = caller.report()
    with TileLog(tmp_path / "ledger", vkey=signer.vkey) as log:
        sign_new_leaves(log, signer=signer)

    signed = caller.report()

    assert unsigned.data["received_at"] is None
    assert signed.data == first.data


def test_the_receipt_comes_from_token_and_key_alone(caller: Caller) -> None:
    """Another key or another partner is another receipt; neither the key nor the words alone lead to it."""
    make_partner("another")

    receipts = {
        caller.report().data["receipt"],
        caller.report(key="another-key").data["receipt"],
        caller.by("another").report().data["receipt"],
    }

    assert len(receipts) == 3
    assert not Mailbox.objects.filter(lookup=lookup_of(code_of(KEY.encode()))).exists()


def test_danger_now_goes_the_urgent_lane(caller: Caller) -> None:
    """Whoever sends it."""
    caller.report({"kind": "situation", "narrative": "x", "urgency": 4})

    assert Deposit.objects.get().lane == "urgent"


def test_the_language_of_the_site_is_used_when_none_is_told(caller: Caller, site: Site) -> None:
    """Not the language of the program that sends."""
    caller.report()

    assert Deposit.objects.get().language == site.config.language


# -- status ----------------------------------------------------------------------------------------------


def close(receipt: str) -> None:
    """The team closes a report."""
    actions.change_status(lookup_of(receipt), Status.CLOSED, means=means(), actor="alice")


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.READ])
def test_a_partner_sees_coarsely_how_far_a_report_is(caller: Caller, status: Status) -> None:
    """A word and a day."""
    told = caller.report().data
    actions.change_status(lookup_of(told["receipt"]), status, means=means(), actor="alice")

    answer = caller.call("get", f"/p/reports/{told['id']}")

    assert answer.status == 200
    assert answer.data == {"status": str(status), "changed_date": means().at.date().isoformat()}


def test_closed_unknown_and_crooked_numbers_get_the_same_bytes(caller: Caller) -> None:
    """Status, headers and content tell nobody whether a report exists, or ever did."""
    told = caller.report().data
    close(told["receipt"])

    answers = [
        caller.call("get", f"/p/reports/{number}")
        for number in (told["id"], "0" * 64, "f" * 63, "zz", told["receipt"], "é", "0" * 3_000)
    ]

    assert all(answer == answers[0] for answer in answers)
    assert (answers[0].status, answers[0].code) == (404, "nothing_open")


def test_the_status_is_for_partners_only(caller: Caller) -> None:
    """A number that leaked from a log tells nothing without a token."""
    told = caller.report().data

    answer = replace(caller, token=None).call("get", f"/p/reports/{told['id']}")

    assert (answer.status, answer.code) == (401, "unauthorized")


# -- no oracle -------------------------------------------------------------------------------------------


def test_the_answer_is_the_same_whatever_is_known_about_an_account(caller: Caller) -> None:
    """A partner that names an account which others named learns nothing: status, headers and length are alike."""
    body = {"kind": "account", "accounts": [{"service": "Game", "name": "friend_7"}]}
    fresh = {"kind": "account", "accounts": [{"service": "Game", "name": "friend_8"}]}
    for number in range(10):  # the number of a leaf has one digit before, two digits after
        caller.report(body, key=f"earlier-{number}")

    known, unknown = caller.report(body, key="the-key-of-one"), caller.report(fresh, key="the-key-of-two")

    assert known.status == unknown.status == 201
    assert {**known.headers, "Location": ""} == {**unknown.headers, "Location": ""}
    assert len(known.content) == len(unknown.content)


@pytest.mark.parametrize("call", [lambda caller: caller.report(), lambda caller: caller.call("get", "/p/reports/0")])
def test_nothing_is_kept_by_whoever_stands_between(caller: Caller, call: Callable[[Caller], Any]) -> None:
    """The headers of the public face, on the API too; and no cookie."""
    headers = call(caller).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
