"""Sending: the receipt is the direct answer, comes again for the same form, and is never shown for what was not kept."""

import json
import logging
import re
from pathlib import Path

import pytest
from altcha import v2 as altcha
from django.db import DatabaseError, OperationalError

from rempart.evidence.sealing import unseal
from rempart.intake.receipt import code_of as code_of_token
from rempart.intake.report import decode
from rempart.web import lanes
from rempart.web.buckets import Buckets, Limits
from rempart.web.door.actions import Lane
from rempart.web.door.models import Deposit, Head, Mailbox
from rempart.web.public import means as means_module
from rempart.web.public import sending
from tests.web.conftest import INTAKE
from tests.web.public.browsing import Page, code_of, post, sent_report, visit

pytestmark = pytest.mark.usefixtures("public")


def review() -> Page:
    """A child's form that is ready to be sent."""
    return visit("/en/b/").press("category", "bullying").skip_to("review")


def solved(page: Page) -> str:
    """What the browser's worker would put into the form."""
    found = re.search(r'data-challenge="([^"]+)"', page.text)
    assert found is not None
    challenge = altcha.Challenge.from_dict(json.loads(page.client.get(found[1]).content))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


@pytest.mark.parametrize("error", [OperationalError, DatabaseError, OSError, BlockingIOError])
def test_no_receipt_is_shown_for_what_was_not_kept(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full, the database is away: the answers stay in the page, and the page says what to do."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise error("a reason that may hold what people wrote")

    monkeypatch.setattr(sending, "receive_report", refuse)

    page = review().press("go", "send")

    assert page.status == 503
    assert 'class="code"' not in page.text
    assert "could not be kept just now" in page.text
    assert "a reason" not in page.text
    assert (page.at, page.values["category"]) == ("review", "bullying")


def test_the_same_page_sends_again_once_the_site_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the failure holds everything that is needed for the receipt."""
    with monkeypatch.context() as patch:
        patch.setattr(sending, "receive_report", lambda *_a, **_k: (_ for _ in ()).throw(DatabaseError()))
        failed = review().press("go", "send")

    page = failed.press("go", "send")

    assert page.status == 200
    assert code_of(page) == code_of_token(bytes.fromhex(failed.values["token"]))


def test_nothing_is_received_while_no_key_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that nobody could open is not taken."""
    monkeypatch.setattr(means_module, "_recipients", lambda *_: ())

    page = review().press("go", "send")

    assert page.status == 503
    assert not Deposit.objects.exists()


def test_a_log_line_of_a_failure_holds_its_class_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Messages of a database can quote what was being written."""
    monkeypatch.setattr(sending, "receive_report", lambda *_a, **_k: (_ for _ in ()).throw(DatabaseError("canary")))
    monkeypatch.setattr(sending._LOG, "propagate", True)
    monkeypatch.setattr(logging.getLogger("rempart"), "propagate", True)

    review().press("go", "send")

    assert "canary" not in caplog.text
    assert "DatabaseError" in caplog.text


def test_the_same_form_gives_the_same_receipt_and_is_kept_once() -> None:
    """A double click, a reload, a retry after a lost answer."""
    page = review()

    first, again = page.press("go", "send"), page.press("go", "send")

    assert code_of(first) == code_of(again)
    assert (Deposit.objects.count(), Mailbox.objects.count(), Head.objects.get().size) == (1, 1, 1)


def test_a_form_corrected_after_the_receipt_keeps_its_code() -> None:
    """Going back and sending other words keeps both versions under one code."""
    page = review()
    first = page.press("go", "send")

    second = page.press("go", "edit:words").next(words="more").press("go", "send")

    assert code_of(first) == code_of(second)
    assert [
        decode(unseal(bytes(row.sealed), identities=[INTAKE])).narrative for row in Deposit.objects.order_by("id")
    ].count("more") == 1
    assert Deposit.objects.count() == 2


def test_two_forms_have_two_codes() -> None:
    """Nothing ties one report of a person to another."""
    assert code_of(sent_report()) != code_of(sent_report())


def test_without_javascript_a_report_is_taken_in_the_plain_lane() -> None:
    """No proof of work, no puzzle, no refusal."""
    page = review().press("go", "send")

    assert page.status == 200
    assert Deposit.objects.get().lane == Lane.PLAIN


def test_with_a_proof_of_work_it_is_read_earlier() -> None:
    """The silent proof puts a report before those that come without."""
    page = review()

    page.press("go", "send", altcha=solved(page))

    assert Deposit.objects.get().lane == Lane.PROVEN


@pytest.mark.parametrize("payload", ["", "x", "e30=", "bnVsbA==", "W10=", "é" * 10, "A" * 100_000])
def test_a_proof_that_is_none_is_no_refusal(payload: str) -> None:
    """Whatever stands there, the report is taken as one without proof."""
    page = review().press("go", "send", altcha=payload)

    assert page.status == 200
    assert Deposit.objects.get().lane == Lane.PLAIN


def test_a_proof_counts_once() -> None:
    """The same proof under other words is worth nothing, and the words are taken all the same."""
    page = review()
    proof = solved(page)
    page.press("go", "send", altcha=proof)

    again = page.press("go", "edit:words").next(words="again").press("go", "send", altcha=proof)

    assert again.status == 200
    assert sorted(Deposit.objects.values_list("lane", flat=True)) == [Lane.PLAIN, Lane.PROVEN]


def test_the_proof_of_one_form_is_worth_nothing_for_another() -> None:
    """Work cannot be gathered for later, or be bought for others."""
    proof = solved(review())

    review().press("go", "send", altcha=proof)

    assert Deposit.objects.get().lane == Lane.PLAIN


def test_danger_now_is_read_first_whatever_the_lane() -> None:
    """A child who is afraid now waits behind nobody."""
    visit("/fr/b/").press("category", "at_home").press("urgency", "4").skip_to("review").press("go", "send")

    assert Deposit.objects.get().lane == Lane.URGENT


def flooding(page: Page) -> Page:
    """The page as a source of very many requests would send it."""
    sent = {**page.values, "go": "send"}
    return Page(page.client, post(page.client, "/en/b/", sent, **{lanes.LANE: lanes.FLOOD}))


def test_a_flood_is_kept_in_its_own_lane() -> None:
    """Who sends very much is read later, not refused."""
    page = flooding(review())

    assert page.status == 200
    assert Deposit.objects.get().lane == Lane.FLOOD


def test_work_pays_for_a_flood_and_gives_credit() -> None:
    """A source that sends much but works for it stands with the others, and gets tokens back."""
    buckets = Buckets(Limits())
    source = buckets.source_of(b"\x7f\0\0\1")
    while buckets.take(source):
        pass
    page = review()
    sent = {**page.values, "go": "send", "altcha": solved(page)}

    answer = post(page.client, "/en/b/", sent, **{lanes.LANE: lanes.FLOOD, lanes.SOURCE: (buckets, source)})

    assert answer.status_code == 200
    assert Deposit.objects.get().lane == Lane.PROVEN
    assert buckets.take(source)


def test_a_change_of_keys_is_seen_by_the_next_report(site: object, tmp_path: Path) -> None:
    """The key of a new month is used as soon as it is in the file."""
    before = means_module.recipients()
    path = means_module.this_site().recipients
    told = path.read_text("utf-8")
    try:
        path.write_text(told.split("[[recipient]]")[0] + "[[recipient]]" + told.split("[[recipient]]")[1], "utf-8")

        assert means_module.recipients() == before[:1]
    finally:
        path.write_text(told, "utf-8")
    assert means_module.recipients() == before
