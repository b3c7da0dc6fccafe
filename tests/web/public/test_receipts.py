"""The receipt, the page that says whom to call, and the proof that says nothing of the report."""

import hashlib
import hmac
import re

import pytest

from rempart.evidence.sealing import unseal
from rempart.intake.receipt import lookup_of, read_code
from rempart.web.door.models import Deposit
from rempart.web.public import receipts
from tests.web.conftest import INTAKE
from tests.web.public.browsing import Page, code_of, post, sent_report, visit

pytestmark = pytest.mark.usefixtures("public")


def shown(page: Page) -> str:
    """The text of a page, without tags and numbers of the strip."""
    return re.sub(r"<[^>]+>", " ", page.text.split("<main")[1].split("<footer")[0])


def test_the_code_is_shown_in_groups_and_can_be_typed_again() -> None:
    """Six groups of four, in one line that can be copied."""
    page = sent_report()

    groups = re.findall(r"<span>([0-9A-Z]{4})-?</span>", page.text)
    assert read_code("".join(groups)) == code_of(page)
    assert len(groups) == 6
    assert read_code(code_of(page).lower().replace("-", " ")) == code_of(page)


def test_the_receipt_says_nothing_of_what_was_told() -> None:
    """Neither the words nor the choices can be read from the page that may be printed."""
    page = sent_report("/fr/a/", kind="situation", words="a canary in a cage", reporter="parent")

    printed = page.text.split('<section class="receipt"')[1].split("</section>")[0]
    assert "canary" not in page.text
    assert "situation" not in printed


def test_one_press_leads_to_whom_to_call() -> None:
    """“I have kept it” shows the services for this very situation."""
    page = sent_report("/en/b/", category="blackmail_money", urgency="4").submit()

    links = re.findall(r'href="((?:tel|sms|https):[^"]+)"', page.text.split("<main")[1].split("<footer")[0])
    assert (page.status, page.title) == (200, "Whom to call now")
    assert links[:4] == ["tel:17", "tel:112", "sms:114", "tel:3018"]
    assert "Do not pay" in shown(page)


def test_the_page_of_the_end_shows_general_advice_to_everybody_else() -> None:
    """Opened by its address, or with values that make no sense, it is still of use."""
    general = shown(visit("/en/e/"))
    forged = post(visit("/").client, "/en/e/", {"urgency": "many", "by_child": "perhaps", "category": "x" * 5_000})

    assert "To talk to somebody, today:" in general
    assert forged.status_code == 200
    assert shown(Page(visit("/").client, forged)) == general


def test_the_last_page_asks_the_browser_to_forget_without_waiting_for_it() -> None:
    """A picture that is none carries the order, so that the page itself is not held up."""
    page = visit("/fr/e/")

    assert '<img src="/fr/z/" alt="" width="1" height="1" hidden>' in page.text
    order = visit("/fr/z/")
    assert (order.status, order.content) == (204, b"")
    assert order.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in page.headers


def test_the_plain_proof_commits_to_the_report_and_reveals_nothing() -> None:
    """Who has the code and the words can show that they match; the file alone says only that something was filed."""
    page = sent_report("/en/a/", kind="situation", words="a canary in a cage")

    proof = page.submit(form=1)

    code, content = code_of(page), unseal(bytes(Deposit.objects.get().sealed), identities=[INTAKE])
    assert proof.headers["Content-Disposition"] == 'attachment; filename="document.txt"'
    assert lookup_of(code).hex() in proof.text
    assert hmac.new(code.encode("ascii"), content, hashlib.sha256).hexdigest() in proof.text
    assert "Day: 20" in proof.text
    assert all(secret not in proof.text for secret in ("canary", "situation", code, code.replace("-", "")))


def test_the_proof_of_the_ledger_is_given_once_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signed proof replaces the plain text."""
    monkeypatch.setattr(receipts, "proof_of", lambda code, *, site: b"c2sp.org/tlog-proof@v1\n")

    proof = sent_report().submit(form=1)

    assert proof.content == b"c2sp.org/tlog-proof@v1\n"
    assert proof.headers["Content-Disposition"] == 'attachment; filename="document.tlog-proof"'


def test_a_ledger_that_cannot_be_read_just_now_gives_the_plain_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person goes away with something all the same."""

    def fail(code: str, *, site: object) -> bytes:
        raise OSError

    monkeypatch.setattr(receipts, "proof_of", fail)

    assert sent_report().submit(form=1).text.startswith("Preuve de dépôt")


@pytest.mark.parametrize("filed", ["", "forged", "W10:1abc:xyz"])
def test_a_forged_proof_of_the_day_is_left_out(filed: str) -> None:
    """What the site did not sign itself it does not repeat."""
    page = sent_report("/en/b/")

    proof = page.submit(form=1, filed=filed)

    assert proof.status == 200
    assert "Day:" not in proof.text
    assert "hmac" not in proof.text


def test_a_proof_without_a_code_is_no_page() -> None:
    """Nothing is told of codes that are none."""
    client = visit("/").client

    assert post(client, "/en/p/", {"code": "ABCD"}).status_code == 404
    assert client.get("/en/p/").status_code == 405
