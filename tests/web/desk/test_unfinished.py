"""Forms left unfinished by people who agreed to be kept: seen by the team once they rest, decided on with a reason, never told in clear."""

import hashlib
import io
import itertools
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rempart.evidence.keys import new_identity, recipient_of
from rempart.evidence.vault import Vault
from rempart.intake.receipt import code_of, lookup_of
from rempart.intake.report import Attachment, Report
from rempart.web.cases import answering, drafts
from rempart.web.cases.events import history
from rempart.web.cases.keys import recipient_for
from rempart.web.cases.models import Event, Exposure, OpenedDraft, SubjectKey, Tombstone
from rempart.web.cases.models import Report as Row
from rempart.web.cases.opening import open_new
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, Sender
from rempart.web.door.models import Deposit, Draft, ExhibitRow, Mailbox
from rempart.web.duties.drafts import KEPT, remove_drafts
from rempart.web.people.roles import Permission, Role
from tests.web.conftest import INTAKE
from tests.web.desk.desking import at_desk, open_page, press, said, text_of, told
from tests.web.team import Cast, by, cast, report

pytestmark = pytest.mark.usefixtures("rows")

CANARY = "Someone asks to keep the meeting behind the library a secret."
REASON = "the reason that only we may read"
LIST = "/unfinished/"
_tokens = itertools.count(1)


def means(*, at: datetime, identity: str = INTAKE) -> Means:
    """The world as the public page has it, at another instant."""
    return Means(recipients=(recipient_of(identity),), at=at, draw=secrets.token_bytes)


def new_token() -> bytes:
    """Of another form."""
    return hashlib.sha256(next(_tokens).to_bytes(4, "big")).digest()


def kept(
    *, ago: timedelta = timedelta(hours=2), token: bytes = b"", identity: str = INTAKE, words: Report | None = None
) -> Draft:
    """One step of a form, kept so long ago."""
    before = set(Draft.objects.values_list("id", flat=True))
    form = words or told(narrative=CANARY)
    actions.save_draft(form, token=token or new_token(), means=means(at=datetime.now(UTC) - ago, identity=identity))
    return Draft.objects.exclude(id__in=before).get()


def address(draft: Draft, verb: str = "") -> str:
    """The page of a form, or one of its verbs."""
    return f"/unfinished/{draft.pk}/{verb}"


def opened(client: Client, draft: Draft) -> str:
    """Tells why, and gives the page."""
    client.post(address(draft, "motive/"), {"motive": "triage"})
    return text_of(client.get(address(draft)))


def acts(subject: UUID) -> list[tuple[str, str]]:
    """What was written of something, with the motives."""
    return list(Event.objects.filter(subject=subject).order_by("seq").values_list("action", "motive"))


def taken(client: Client, draft: Draft) -> Any:
    """Takes a form in."""
    return client.post(address(draft, "take-in/"), {"reason": REASON, "back": address(draft)})


@pytest.fixture
def people() -> Cast:
    """Everybody."""
    return cast()


@pytest.fixture
def bob(people: Cast) -> Client:
    """Bob, who sorts reports, in front of a browser."""
    return at_desk(people.bob)


# -- which forms are there --------------------------------------------------------------------------------


def sent_too() -> Draft:
    """A form that was sent in the end."""
    token = new_token()
    draft = kept(token=token)
    sender = Sender(door=Door.FORM, lane=Lane.PLAIN)
    actions.receive_report(told(narrative=CANARY), token=token, sender=sender, means=means(at=datetime.now(UTC)))
    return draft


def gone_on() -> Draft:
    """A form whose author went on a minute ago."""
    token = new_token()
    draft = kept(token=token)
    kept(token=token, ago=timedelta(minutes=1))
    return draft


def fresh() -> Draft:
    """A form that somebody fills in now."""
    return kept(ago=timedelta(minutes=29))


@pytest.mark.parametrize("make", [fresh, sent_too, gone_on])
def test_a_form_in_hand_or_sent_is_not_there(bob: Client, make: Callable[[], Draft]) -> None:
    """Nobody reads over a shoulder, and nothing is read twice."""
    draft = make()

    page = text_of(bob.get(LIST))

    assert str(draft.pk) not in page
    assert "No unfinished form waits for anybody." in page
    assert "left unfinished" not in text_of(bob.get("/"))
    assert bob.get(address(draft)).status_code == 404


def test_a_form_that_rests_is_listed_by_its_newest_step_without_a_word_of_it(bob: Client) -> None:
    """With what a report has in clear; the oldest form first."""
    token = new_token()
    first = kept(ago=timedelta(hours=3), token=token)
    newest = kept(ago=timedelta(hours=2), token=token)
    oldest = kept(ago=timedelta(days=4))

    page = text_of(bob.get(LIST))

    assert str(first.pk) not in page
    assert 0 < page.find(str(oldest.pk)) < page.find(str(newest.pk))
    assert CANARY not in page
    assert "library" not in page
    assert "11 to 14" in page
    assert "going on" in page
    assert '<span class="count">2</span>' in page
    assert bob.get(address(first)).status_code == 404


@pytest.mark.parametrize("is_longest_first", [True, False])
def test_of_the_steps_of_the_last_minute_the_fullest_counts(bob: Client, is_longest_first: bool) -> None:
    """The door keeps minutes, and seals in steps of length: what was said last is not lost to chance."""
    token = new_token()
    words = [told(narrative=CANARY), told(narrative=None), told(narrative="Someone asks")]
    rows = [kept(token=token, words=one) for one in (words if is_longest_first else words[::-1])]
    Draft.objects.filter(id__in=[row.pk for row in rows]).update(saved_at=rows[0].saved_at)
    listed = text_of(bob.get(LIST))
    shown = next(row for row in rows if str(row.pk) in listed)

    opened(bob, shown)
    bob.post(address(shown, "show/"), {"show": "words"})

    assert listed.count("data-row") == 1
    assert CANARY in text_of(bob.get(address(shown)))


def test_the_queue_tells_how_many_there_are(bob: Client, people: Cast) -> None:
    """To those who may decide on one; who only reads is told nothing."""
    kept()
    kept()

    assert "2 forms were left unfinished" in text_of(bob.get("/"))
    assert 'href="/unfinished/"' in text_of(bob.get("/"))
    assert "unfinished" not in text_of(at_desk(people.dora).get("/"))


def test_a_hundred_are_shown_and_the_rest_is_told(bob: Client) -> None:
    """The list is bounded, and asks no more for more forms."""
    sealed = bytes(kept(ago=timedelta(days=2)).sealed)
    at = datetime.now(UTC) - timedelta(days=1)
    Draft.objects.bulk_create(
        Draft(id=uuid4(), lookup=secrets.token_bytes(32), sealed=sealed, saved_at=at) for _ in range(100)
    )

    with CaptureQueriesContext(connections["door"]) as asked:
        page = text_of(bob.get(LIST))

    assert page.count("data-row") == 100
    assert '<span class="count">101</span>' in page
    assert "The oldest 100 are shown." in page
    assert len(asked) <= 4


def test_a_form_that_cannot_be_opened_says_so_and_can_only_be_left(bob: Client) -> None:
    """Not to be able to look is a third answer."""
    draft = kept(identity=new_identity())

    listed, page = text_of(bob.get(LIST)), opened(bob, draft)
    answer = taken(bob, draft)

    assert "cannot be opened" in listed
    assert "it is sealed for a key that does not lie here" in listed
    assert "cannot be opened here now" in page
    assert "Take it in as a report" not in page
    assert "Leave it" in page
    assert "cannot be opened here now" in said(bob, answer)
    assert not Deposit.objects.exists()


# -- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_only_who_sorts_reports_sees_them(people: Cast, role: Role) -> None:
    """Everybody else is refused before any row is looked for."""
    draft, actor = kept(), people.by_role[role]
    client = at_desk(actor)
    expected = 200 if actor.may(Permission.TRIAGE_REPORT) else 403

    found = {client.get(LIST).status_code, client.get(address(draft)).status_code}

    assert found == {expected}
    assert (client.post(address(draft, "leave/"), {"reason": REASON}).status_code == 403) is (expected == 403)


def test_another_organisation_sees_none_of_them(people: Cast) -> None:
    """What comes by the public door is not theirs."""
    draft, chloe = kept(), at_desk(people.chloe)

    assert "No unfinished form" in text_of(chloe.get(LIST))
    assert "left unfinished" not in text_of(chloe.get("/"))
    assert chloe.get(address(draft)).status_code == 404
    assert taken(chloe, draft).status_code == 404
    assert not Event.objects.filter(subject=draft.pk).exists()


def test_a_form_that_is_none_is_not_there(bob: Client) -> None:
    """Every address of it."""
    assert bob.get(f"/unfinished/{uuid4()}/").status_code == 404
    assert {
        bob.post(f"/unfinished/{uuid4()}/{verb}/", {"reason": REASON}).status_code
        for verb in ("motive", "show", "hide", "take-in", "leave")
    } == {404}


# -- to look ----------------------------------------------------------------------------------------------


def test_without_a_motive_nothing_is_shown_and_nothing_written(bob: Client) -> None:
    """Nor are words, when they are asked for first."""
    draft = kept()

    page = text_of(bob.get(address(draft)))
    answer = bob.post(address(draft, "show/"), {"show": "words"})

    assert 'name="motive"' in page
    assert CANARY not in page
    assert answer.status_code == 303
    assert CANARY not in text_of(bob.get(address(draft)))
    assert acts(draft.pk) == []


def test_one_look_is_one_event_with_its_motive(bob: Client) -> None:
    """Each time anew."""
    draft = kept()

    opened(bob, draft)
    text_of(bob.get(address(draft)))

    assert acts(draft.pk) == [("consulted", "triage")] * 2
    assert set(Event.objects.filter(subject=draft.pk).values_list("subject_kind", flat=True)) == {"draft"}


def test_words_are_hidden_until_asked_for_and_counted(bob: Client, people: Cast) -> None:
    """Then shown, and hidden again at will; contact details are not among them."""
    draft = kept()

    before = opened(bob, draft)
    bob.post(address(draft, "show/"), {"show": "words"})
    shown = text_of(bob.get(address(draft)))
    bob.post(address(draft, "hide/"))
    after = text_of(bob.get(address(draft)))

    assert [CANARY in page for page in (before, shown, after)] == [False, True, False]
    assert "the number that nobody reads" not in shown
    assert "The person left a contact." in shown
    assert Exposure.objects.get(person=people.bob.person).items == 1
    assert [action for action, _motive in acts(draft.pk)] == ["consulted", "shown", "consulted", "consulted"]


def test_at_the_days_limit_no_words_are_shown(bob: Client, people: Cast) -> None:
    """As everywhere."""
    draft = kept()
    opened(bob, draft)
    Exposure.objects.create(person=people.bob.person, day_date=datetime.now(UTC).date(), limit_s=60, seconds=60)

    answer = bob.post(address(draft, "show/"), {"show": "words", "back": address(draft)})

    assert "limit of reading" in said(bob, answer)
    assert CANARY not in text_of(bob.get(address(draft)))


def test_another_thing_to_show_is_none(bob: Client) -> None:
    """Contact details are not shown from here."""
    draft = kept()
    opened(bob, draft)

    answer = bob.post(address(draft, "show/"), {"show": "contact", "back": address(draft)})

    assert "There is nothing of this name to show." in said(bob, answer)


# -- to take in -------------------------------------------------------------------------------------------


def test_what_is_taken_in_is_a_report_like_any_other(bob: Client, people: Cast, site: Site) -> None:
    """The worker opens it, it stands in the queue with its words, and tells who took it in and why."""
    draft = kept()
    opened(bob, draft)

    answer = taken(bob, draft)
    open_new(site, now=datetime.now(UTC))

    row = Row.objects.get()
    assert "nobody can be answered" in said(bob, answer)
    assert (row.door, row.category, row.urgency, row.failure) == ("on_behalf", "secrecy_asked", 2, "")
    bob.post(f"/reports/{row.number}/motive/", {"motive": "triage"})
    bob.post(f"/reports/{row.number}/show/", {"show": "words"})
    page = text_of(bob.get(f"/reports/{row.number}/"))
    assert CANARY in page
    assert "taken in from an unfinished form" in page
    assert REASON in page
    assert people.bob.person.user.get_username() in page


def test_a_form_is_taken_in_once_and_listed_no_more(bob: Client, people: Cast) -> None:
    """By whoever presses first; the draft at the door stays as it was."""
    draft = kept()
    sealed = bytes(draft.sealed)

    alice = at_desk(people.alice)
    taken(bob, draft)
    again = taken(alice, draft)

    assert "taken in as a report before" in said(alice, again)
    assert Deposit.objects.count() == 1
    assert str(draft.pk) not in text_of(bob.get(LIST))
    assert [action for action, _ in acts(draft.pk)].count("draft_taken_in") == 1
    assert bytes(Draft.objects.get(id=draft.pk).sealed) == sealed
    assert "It was taken in as a report." in opened(bob, draft)


def test_nobody_can_write_to_who_holds_no_code(bob: Client, people: Cast, site: Site) -> None:
    """The code is of its own, not that of the form, and its mailbox is closed."""
    token = new_token()
    draft = kept(token=token)
    taken(bob, draft)
    open_new(site, now=datetime.now(UTC))

    assert Mailbox.objects.get().status == "closed"
    assert bytes(Deposit.objects.get().lookup) != lookup_of(code_of(token))
    with pytest.raises(answering.MailboxClosed):
        answering.answer(Row.objects.get(), "Thank you.", by=by(people.bob))


def test_files_of_the_form_come_with_it(bob: Client, site: Site) -> None:
    """Those that still lie in the vault are named by the report, so that no duty removes them."""
    there = Vault(site.exhibits).put(io.BytesIO(b"a conversation"), recipients=[recipient_of(INTAKE)])
    gone = "ab" * 32
    files = tuple(
        Attachment(name="chat.txt", sha256=there.sha256, size_bytes=14, address=place, reader="text")
        for place in (there.address, gone)
    )
    draft = kept(words=told(narrative=CANARY, attachments=files))

    taken(bob, draft)

    row = ExhibitRow.objects.get()
    assert (row.address, row.sealed_bytes, row.deposit) == (there.address, there.sealed_bytes, Deposit.objects.get().id)


def test_without_a_reason_nothing_is_taken_in_or_left(bob: Client) -> None:
    """Each of both needs one."""
    draft = kept()

    for verb in ("take-in/", "leave/"):
        answer = bob.post(address(draft, verb), {"reason": " ", "back": address(draft)})
        assert "Say why." in said_after_motive(bob, draft, answer)

    assert not Deposit.objects.exists()
    assert str(draft.pk) in text_of(bob.get(LIST))


def said_after_motive(client: Client, draft: Draft, answer: Any) -> str:
    """What the page says to which a refused form leads."""
    assert answer["Location"] == address(draft)
    return said(client, answer)


def test_when_the_door_cannot_keep_it_nothing_says_that_it_was_taken(
    bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form is as it was, and the page says so."""
    draft = kept()

    def fail(*_args: object, **_more: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(drafts, "receive_on_behalf", fail)

    answer = taken(bob, draft)

    assert "could not be kept just now" in said(bob, answer)
    assert not OpenedDraft.objects.exclude(outcome="").exists()
    assert "draft_taken_in" not in dict(acts(draft.pk))
    assert str(draft.pk) in text_of(bob.get(LIST))


# -- to leave ---------------------------------------------------------------------------------------------


def test_what_is_left_is_listed_no_more_and_can_still_be_taken_in(bob: Client) -> None:
    """With a list of its own, because somebody may have been wrong."""
    draft = kept()

    answer = bob.post(address(draft, "leave/"), {"reason": REASON})

    assert "Left as it is." in said(bob, answer)
    assert str(draft.pk) not in text_of(bob.get(LIST))
    assert "1 that was left" in text_of(bob.get(LIST))
    assert str(draft.pk) in text_of(bob.get(f"{LIST}?left=1"))
    page = opened(bob, draft)
    assert "Take it in as a report" in page
    assert 'id="verb-leave"' not in page
    taken(bob, draft)
    assert Deposit.objects.count() == 1
    assert str(draft.pk) not in text_of(bob.get(f"{LIST}?left=1"))


def test_a_form_is_not_left_twice_nor_after_it_was_taken_in(people: Cast) -> None:
    """What was decided stays."""
    one, other = kept(), kept()
    drafts.leave(one, by=by(people.bob))
    drafts.take_in(other, words=told(), exhibits=(), by=by(people.bob), means=means(at=datetime.now(UTC)))

    for draft in (one, other):
        with pytest.raises(drafts.DecidedBefore):
            drafts.leave(draft, by=by(people.alice))


def test_a_form_whose_author_goes_on_comes_back(bob: Client) -> None:
    """What they added is new; the page tells what was decided before."""
    token = new_token()
    first = kept(ago=timedelta(hours=5), token=token)
    bob.post(address(first, "leave/"), {"reason": REASON})

    later = kept(ago=timedelta(hours=1), token=token)

    assert str(later.pk) in text_of(bob.get(LIST))
    assert bob.get(address(first)).status_code == 404
    assert "its author has gone on since" in opened(bob, later)


# -- what stays -------------------------------------------------------------------------------------------


def test_no_word_stands_in_clear_at_the_desk(bob: Client, site: Site) -> None:
    """Neither of the person nor of the desk, in any table of it."""
    draft, other = kept(), kept()
    bob.post(address(draft, "motive/"), {"motive": "triage", "note": "the note that only we may read"})
    bob.post(address(draft, "show/"), {"show": "words"})
    taken(bob, draft)
    bob.post(address(other, "leave/"), {"reason": REASON})
    open_new(site, now=datetime.now(UTC))

    written = dump()

    assert [word for word in ("library", REASON, "the note that", "nobody reads") if word.encode() in written] == []
    assert {one.payload.get("reason") for one in history(drafts.of_draft(other))} == {REASON}


def dump() -> bytes:
    """Every row of the tables of the desk, as bytes."""
    found: list[bytes] = []
    with connections["default"].cursor() as cursor:
        for table in connections["default"].introspection.table_names(cursor):
            if table.startswith("desk_"):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
                found += [
                    bytes(x) if isinstance(x, (bytes, memoryview)) else str(x).encode() for row in cursor for x in row
                ]
    return b"\n".join(found)


def test_what_was_written_about_a_draft_goes_with_it(bob: Client, people: Cast, site: Site) -> None:
    """Its key is destroyed once the door has removed it, events and leaves stay; what was said of a report stays with the report."""
    draft, untouched = kept(ago=timedelta(hours=2)), kept(ago=timedelta(hours=1))
    opened(bob, draft)
    taken(bob, draft)
    bob.post(address(untouched, "leave/"), {"reason": REASON})
    before = Event.objects.filter(subject=draft.pk).count()
    Draft.objects.filter(id=draft.pk).update(saved_at=datetime.now(UTC) - KEPT - timedelta(minutes=1))

    remove_drafts(site, datetime.now(UTC))
    remove_drafts(site, datetime.now(UTC))

    deposit = Deposit.objects.get().id
    assert not SubjectKey.objects.filter(subject=draft.pk).exists()
    assert Tombstone.objects.get(subject=draft.pk).ground == "term"
    assert [row.draft for row in OpenedDraft.objects.all()] == [untouched.pk]
    assert Event.objects.filter(subject=draft.pk).count() == before + 1
    assert recipient_for(deposit)
    assert recipient_for(untouched.pk)


def test_the_journal_tells_looks_at_forms(bob: Client, people: Cast) -> None:
    """Who, when and why; of what, without a number, because it has none."""
    draft = kept()
    opened(bob, draft)
    bob.post(address(draft, "leave/"), {"reason": REASON})

    page = text_of(at_desk(people.by_role[Role.AUDITOR]).get("/journal/"))

    assert "an unfinished form" in page
    assert "unfinished form left as it is" in page
    assert REASON not in page


def test_a_report_still_has_its_own_history(bob: Client, people: Cast) -> None:
    """Nothing of forms is in the history of another report."""
    row = report(people.bob.person.organisation)
    opened(bob, kept())

    assert "unfinished" not in open_page(bob, row).partition('id="history"')[2]
    assert press(bob, row, "take").status_code in (302, 303)
