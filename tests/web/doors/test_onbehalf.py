"""A report for somebody: only people with accounts type it, all that was told is sealed, and the receipt is shown once."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client

from rempart.evidence.ledger.leaves import decode as decode_leaf
from rempart.evidence.sealing import unseal
from rempart.intake.receipt import lookup_of, read_code
from rempart.intake.report import Channel, Kind, Report, ReporterKind, Urgency, decode
from rempart.web.desk import onbehalf
from rempart.web.door.models import Deposit, ExhibitRow, Leaf, Mailbox
from rempart.web.people.roles import Role
from tests.web.conftest import INTAKE
from tests.web.entering import let_in
from tests.web.test_uploads import CHAT, PICTURE

pytestmark = pytest.mark.usefixtures("rows")
PLACE = "/new/"
HEADERS: Any = {"HTTP_ACCEPT_LANGUAGE": "en", "HTTP_HOST": "localhost"}
CANARY = "the words that somebody told on the telephone"


@pytest.fixture
def alice() -> Client:
    """Alice at the desk, who reads English."""
    client = Client(**HEADERS)
    let_in(client, User.objects.create_user("alice"), Role.LISTENER)
    return client


def form(client: Client, query: str = "path=adult&kind=situation") -> dict[str, str]:
    """The hidden fields of a fresh page."""
    page = client.get(f"{PLACE}?{query}").content.decode()
    return {
        name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    }


def send(client: Client, told: dict[str, Any], *, go: str = "keep", **answers: Any) -> Any:
    """Sends the page; what came back."""
    return client.post(PLACE, {**told, "channel": "phone", "go": go, **answers})


def kept() -> Report:
    """The one report."""
    return decode(unseal(bytes(Deposit.objects.get().sealed), identities=[INTAKE]))


def codes_in(answer: Any) -> list[str]:
    """The receipts on a page."""
    shown = re.search(r'<p class="code"[^>]*>(.*?)</p>', answer.content.decode(), re.DOTALL)
    return [read_code(re.sub(r"<[^>]+>|\s", "", shown[1]))] if shown else []


# -- who and what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["get", "post"])
def test_nobody_types_without_an_account(verb: str) -> None:
    """They are asked to enter; nothing is kept."""
    answer = getattr(Client(**HEADERS), verb)(PLACE, {"path": "adult", "kind": "situation", "go": "keep", "words": "x"})

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login/")
    assert not Deposit.objects.exists()


def test_a_forged_form_is_refused() -> None:
    """A page of somebody else cannot make Alice keep a report."""
    client = Client(enforce_csrf_checks=True, **HEADERS)
    let_in(client, User.objects.create_user("alice"), Role.LISTENER)

    answer = send(client, {"path": "adult", "kind": "situation", "token": "0" * 32}, words="x")

    assert answer.status_code == 403
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"channel": ""}, "channel"),
        ({"channel": "table"}, "channel"),
        ({"words": "", "seen_at": ""}, "kind"),
        ({"words": "x" * 20_001}, "words"),
        ({"contact_email": "nowhere"}, "contact_email"),
        ({"contact_safe": "no", "contact_phone": "0600000000"}, "contact_phone"),
        ({"age_band": "old"}, "age_band"),
    ],
)
def test_what_cannot_be_taken_is_shown_beside_its_field(alice: Client, answers: dict[str, str], field: str) -> None:
    """The page comes back with all that was typed, and says that nothing was kept yet."""
    answer = send(alice, form(alice), **{"words": CANARY, "seen_at": "on Monday"} | answers)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'href="#{field}"' in page
    assert "nothing was kept yet" in page
    assert ("on Monday" in page) is ("seen_at" not in answers)
    assert re.search(rf'id="{field}"', page)
    assert not Deposit.objects.exists()


def test_a_page_without_its_number_is_sent_once_more(alice: Client) -> None:
    """No receipt can be made of it."""
    answer = send(alice, {"path": "adult", "kind": "situation"}, words=CANARY)

    assert answer.status_code == 400
    assert codes_in(answer) == []
    assert not Deposit.objects.exists()


def test_what_could_not_be_kept_stays_on_the_page(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no receipt is read out."""

    def failing(*_args: object, **_told: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(onbehalf, "receive_on_behalf", failing)

    answer = send(alice, form(alice), words=CANARY)

    assert answer.status_code == 503
    assert CANARY in answer.content.decode()
    assert codes_in(answer) == []


# -- what is kept ----------------------------------------------------------------------------------------


def test_a_report_is_kept_with_who_typed_it_and_how_it_came(alice: Client) -> None:
    """The name is sealed; the ledger shows the number of the account."""
    send(alice, form(alice), words=CANARY, urgency="3", age_band="11_14", reporter="parent", channel="letter")

    report, deposit = kept(), Deposit.objects.get()
    assert (report.narrative, report.kind, report.reporter) == (CANARY, Kind.SITUATION, ReporterKind.PARENT)
    assert (report.received_by, report.received_through) == ("alice", Channel.LETTER)
    assert (deposit.door, deposit.urgency) == ("on_behalf", Urgency.SOON)
    assert decode_leaf(bytes(Leaf.objects.get().data)).actor == f"desk:{User.objects.get().pk}"
    assert "alice" not in repr([field.value_from_object(deposit) for field in Deposit._meta.fields])


def test_the_receipt_is_shown_once_and_opens_the_mailbox(alice: Client) -> None:
    """To be read out; it stands nowhere else at the desk."""
    answer = send(alice, form(alice), words=CANARY)

    (code,) = codes_in(answer)
    assert answer.status_code == 200
    assert bytes(Mailbox.objects.get().lookup) == lookup_of(code)
    assert code not in alice.get("/").content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert CANARY not in answer.content.decode()


def test_the_same_page_sent_twice_is_one_report(alice: Client) -> None:
    """A double click or a reload shows the same receipt."""
    told = form(alice)

    first, again = (send(alice, told, words=CANARY) for _ in range(2))

    assert codes_in(first) == codes_in(again)
    assert Deposit.objects.count() == 1


def test_a_child_is_asked_the_questions_for_children(alice: Client) -> None:
    """As they stand, to be read out."""
    page = alice.get(f"{PLACE}?path=child").content.decode()

    send(alice, form(alice, "path=child"), words=CANARY, category="other")

    assert "What is happening to you?" in page
    assert kept().reporter is ReporterKind.CHILD


def test_i_do_not_know_is_an_answer(alice: Client) -> None:
    """Not the same as a question that was not answered."""
    send(alice, form(alice), words=CANARY, unknown=["contact"], urgency="unknown")

    assert set(kept().said_unknown) == {"contact", "urgency"}


def test_the_person_is_told_whom_to_call_now(alice: Client) -> None:
    """Danger now: the emergency numbers, to be said on the telephone."""
    answer = send(alice, form(alice), words=CANARY, urgency="4")

    assert ">17<" in answer.content.decode()


@pytest.mark.parametrize("query", ["", "path=adult", "path=nobody&kind=situation", "path=adult&kind=nothing"])
def test_what_it_is_about_is_asked_first(alice: Client, query: str) -> None:
    """Because it opens different questions; a crooked address leads there too."""
    page = alice.get(f"{PLACE}?{query}").content.decode()

    assert "path=child" in page
    assert "kind=conversation" in page
    assert 'name="token"' not in page


def test_every_kind_asks_its_own_questions(alice: Client) -> None:
    """And no answer to a question that was not asked is lost silently: there is no field for it."""
    fields = {kind: alice.get(f"{PLACE}?path=adult&kind={kind}").content.decode() for kind in ("content", "account")}

    assert 'name="addresses"' in fields["content"]
    assert 'name="addresses"' not in fields["account"]
    assert 'name="account"' in fields["account"]


# -- files -----------------------------------------------------------------------------------------------


def test_an_export_is_sealed_and_named_by_the_report(alice: Client) -> None:
    """Added first, then the report is kept with it; sent twice it is one report still."""
    told = form(alice, "path=adult&kind=conversation")
    added = send(alice, told, go="add", export=SimpleUploadedFile("chat.txt", CHAT))
    files = re.search(r'name="files" value="([^"]+)"', added.content.decode())
    assert files

    for _ in range(2):
        send(alice, {**told, "files": unescape(files[1])}, words="")

    assert [attachment.name for attachment in kept().attachments] == ["chat.txt"]
    assert ExhibitRow.objects.count() == 1


def test_a_file_that_came_with_the_last_press_is_added_first(alice: Client) -> None:
    """The page comes back with the file, so that a reload does not keep it twice."""
    told = form(alice, "path=adult&kind=conversation")

    answer = send(alice, told, export=SimpleUploadedFile("chat.txt", CHAT), words=CANARY)

    page = answer.content.decode()
    assert "chat.txt" in page
    assert CANARY in page
    assert "The file is kept" in page
    assert not Deposit.objects.exists()


def test_a_picture_is_refused_here_too(alice: Client) -> None:
    """With what to give instead."""
    told = form(alice, "path=adult&kind=conversation")

    answer = send(alice, told, go="add", export=SimpleUploadedFile("chat.txt", PICTURE))

    assert answer.status_code == 400
    assert "Pictures, films and sounds are not taken" in answer.content.decode()
