"""Receiving: kept once, sealed, proved by a leaf, and never changed."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import pytest
from django.db import DatabaseError, transaction

from rempart.evidence.keys import new_identity, recipient_of
from rempart.evidence.ledger.leaves import commit
from rempart.evidence.ledger.leaves import decode as decode_leaf
from rempart.evidence.sealing import WrongKey, unseal
from rempart.evidence.vault import Exhibit
from rempart.intake.receipt import WeakToken, lookup_of
from rempart.intake.report import Kind, Report, ReporterKind, Urgency, decode
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, NothingToSend, Sender
from rempart.web.door.models import Deposit, ExhibitRow, Head, Leaf, Mailbox, Message, Status, StatusChange
from rempart.web.door.queries import read_mailbox
from tests.web.conftest import ESCROW, INTAKE, NOON

pytestmark = pytest.mark.usefixtures("rows")
CANARY = "the words that nobody at the door may read"
TOKEN = bytes(range(16))
SENDER = Sender(door=Door.FORM, lane=Lane.PROVEN)


def counting() -> Iterator[bytes]:
    """Different bytes at each draw, the same in each run."""
    number = 0
    while True:
        number += 1
        yield hashlib.sha256(number.to_bytes(8, "big")).digest()


@pytest.fixture
def means() -> Means:
    """Noon, and a source of numbers that repeats."""
    source = counting()
    keys = (recipient_of(INTAKE), recipient_of(ESCROW))
    return Means(recipients=keys, at=NOON, draw=lambda count: next(source)[:count])


def a_report(**changes: Any) -> Report:
    """A report with a sentence that can be looked for."""
    report = Report(kind=Kind.SITUATION, reporter=ReporterKind.CHILD, language="fr", narrative=CANARY)
    return msgspec.structs.replace(report, **changes)


def test_a_form_without_its_number_is_refused_and_nothing_is_kept(means: Means) -> None:
    """No token, no receipt, no row."""
    with pytest.raises(WeakToken):
        actions.receive_report(a_report(), token=b"short", sender=SENDER, means=means)

    assert not Deposit.objects.exists()
    assert Head.objects.get().size == 0


def test_a_report_is_kept_sealed_with_its_leaf_and_a_mailbox(means: Means) -> None:
    """One transaction makes the row, the proof and the way back."""
    receipt = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means)

    deposit = Deposit.objects.get()
    leaf = decode_leaf(bytes(Leaf.objects.get(subject=deposit.id).data))
    assert not receipt.repeated
    assert bytes(deposit.lookup) == lookup_of(receipt.code)
    assert leaf.blob == hashlib.sha256(bytes(deposit.sealed)).hexdigest()
    assert leaf.object == commit(deposit.id.bytes + lookup_of(receipt.code), salt=bytes(deposit.salt))
    assert (leaf.seq, Head.objects.get().size) == (0, 1)
    assert Mailbox.objects.get().status == Status.RECEIVED


def test_only_the_keys_of_the_team_open_it(means: Means) -> None:
    """Intake and escrow open, another key does not, and the words stand nowhere in clear."""
    actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means)
    deposit = Deposit.objects.get()

    assert decode(unseal(bytes(deposit.sealed), identities=[INTAKE])).narrative == CANARY
    assert decode(unseal(bytes(deposit.sealed), identities=[ESCROW])).narrative == CANARY
    with pytest.raises(WrongKey):
        unseal(bytes(deposit.sealed), identities=[new_identity()])
    assert CANARY not in repr([field.value_from_object(deposit) for field in Deposit._meta.fields])


def test_the_same_form_twice_is_kept_once_and_shows_one_receipt(means: Means) -> None:
    """A double click, a reload and a retry after a lost answer all give the receipt again."""
    first = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means)

    again = actions.receive_report(
        a_report(), token=TOKEN, sender=SENDER, means=replace(means, at=NOON.replace(hour=13))
    )

    assert (again.code, again.repeated) == (first.code, True)
    assert (Deposit.objects.count(), Leaf.objects.count(), Head.objects.get().size) == (1, 1, 1)


def test_other_words_under_the_same_token_are_kept_too(means: Means) -> None:
    """Going back to correct the form loses neither version; the receipt stays."""
    first = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means)

    second = actions.receive_report(a_report(narrative="corrected"), token=TOKEN, sender=SENDER, means=means)

    assert (second.code, second.repeated) == (first.code, False)
    assert (Deposit.objects.count(), Mailbox.objects.count()) == (2, 1)


def test_files_have_a_leaf_each(means: Means) -> None:
    """Every exhibit of the vault is named in the ledger by its sealed address."""
    exhibit = Exhibit(address="ab" * 32, sealed_bytes=4_296, sha256="cd" * 32, size_bytes=100)

    actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means, exhibits=[exhibit])

    row = ExhibitRow.objects.get()
    assert decode_leaf(bytes(Leaf.objects.get(subject=row.id).data)).blob == exhibit.address
    assert [leaf.seq for leaf in Leaf.objects.order_by("seq")] == [0, 1]


def test_danger_now_goes_the_urgent_lane_whatever_the_proof(means: Means) -> None:
    """Who is in danger is read first, also without JavaScript and in a flood."""
    sender = Sender(door=Door.FORM, lane=Lane.FLOOD)

    actions.receive_report(a_report(urgency=Urgency.NOW), token=TOKEN, sender=sender, means=means)

    assert Deposit.objects.get().lane == Lane.URGENT


@pytest.mark.parametrize("model", [Deposit, Leaf, Message, StatusChange, ExhibitRow])
@pytest.mark.parametrize("verb", ["delete", "update"])
def test_nothing_received_can_be_changed_or_deleted(means: Means, model: Any, verb: str) -> None:
    """The database itself refuses, whoever asks."""
    exhibit = Exhibit(address="ab" * 32, sealed_bytes=4_296, sha256="cd" * 32, size_bytes=100)
    receipt = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means, exhibits=[exhibit])
    actions.post_message(receipt.code, "hello", means=means)
    actions.change_status(lookup_of(receipt.code), Status.READ, means=means, actor="alice")
    change = {"seq" if model is Leaf else "id": model.objects.first().pk}
    attempt = model.objects.all().delete if verb == "delete" else partial(model.objects.all().update, **change)

    with pytest.raises(DatabaseError), transaction.atomic(using="door"):
        attempt()

    assert model.objects.exists()


def test_a_message_reaches_the_team_only(means: Means) -> None:
    """What a reporter adds is sealed to the team; the reporter sees that it is there, not the words."""
    code = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means).code

    actions.post_message(code, CANARY, means=means)

    assert unseal(bytes(Message.objects.get().sealed), identities=[INTAKE]).decode() == CANARY
    view = read_mailbox(code)
    assert view is not None
    assert [(line.from_reporter, line.text) for line in view.lines] == [(True, None)]


def test_a_message_sent_twice_is_kept_once(means: Means) -> None:
    """A retry changes nothing."""
    code = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means).code

    actions.post_message(code, "hello", means=means)
    actions.post_message(code, "hello", means=means)

    assert Message.objects.count() == 1
    assert Head.objects.get().size == 2


def test_an_empty_message_is_refused(means: Means) -> None:
    """Nothing is kept of nothing."""
    with pytest.raises(NothingToSend):
        actions.post_message("AAAA", "  \n", means=means)


def test_an_answer_is_read_with_the_code_and_by_nobody_else(means: Means) -> None:
    """Sealed to the mailbox: the keys of the team do not open what was sent to the reporter."""
    code = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means).code

    actions.answer_reporter(lookup_of(code), "We have read it.", means=means, actor="alice")

    view = read_mailbox(code)
    assert view is not None
    assert [line.text for line in view.lines] == ["We have read it."]
    with pytest.raises(WrongKey):
        unseal(bytes(Message.objects.get().sealed), identities=[INTAKE, ESCROW])


def test_a_closed_mailbox_and_an_unknown_code_give_the_same_nothing(means: Means) -> None:
    """Nobody learns from the door whether a code was ever given."""
    code = actions.receive_report(a_report(), token=TOKEN, sender=SENDER, means=means).code
    other = actions.receive_report(a_report(), token=bytes(16), sender=SENDER, means=means).code
    actions.change_status(lookup_of(code), Status.CLOSED, means=means, actor="alice")

    assert read_mailbox(code) is None
    assert read_mailbox("0000-0000-0000-0000-0000-0000") is None
    assert read_mailbox(other) is not None
