"""Opening: every report gets one row, whatever happens on the way, and no word of it is written."""

import contextlib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.evidence.keys import Purpose, Recipient, identity_file, load_recipients, new_identity, recipient_of
from rempart.evidence.sealing import seal
from rempart.intake.report import Category, Urgency, encode
from rempart.web.cases import opening
from rempart.web.cases.events import history, of_report
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Cursor, Event, Leaf, Link, Report, Trace
from rempart.web.cases.opening import NoHome, find_missed, open_new, retry_unread
from rempart.web.cases.unsealing import Failure
from rempart.web.config import Site
from rempart.web.door.models import Deposit, Head
from rempart.web.door.models import Leaf as DoorLeaf
from tests.web.cases.arriving import (
    a_report,
    arrive,
    empty_tables,
    home,
    on_account,
    open_all,
    receive,
    urgent,
    write,
)
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")


def numbers() -> list[int]:
    """Numbers of the rows, in order."""
    return list(Report.objects.order_by("number").values_list("number", flat=True))


# -- nothing that is not a report -------------------------------------------------------------------------


def test_nothing_came_and_nothing_is_written(site: Site) -> None:
    """An idle worker writes nothing, not even its cursor."""
    assert open_new(site, now=NOON).walked == 0
    assert not Cursor.objects.exists()


def test_a_site_without_an_organisation_keeps_everything_and_says_so(site: Site) -> None:
    """No home, no row, and the cursor stays."""
    receive(1)

    with pytest.raises(NoHome), transaction.atomic():
        open_new(site, now=NOON)

    assert (Report.objects.count(), Cursor.objects.count(), Deposit.objects.count()) == (0, 0, 1)


def test_an_erased_deposit_gets_no_row(site: Site) -> None:
    """What a rule has emptied has nothing to open, and stops nothing."""
    _receive_sealed(b"", sealed=b"")
    other = receive(2)

    open_all(site)

    assert list(Report.objects.values_list("id", flat=True)) == [other]
    assert find_missed(site, now=NOON) == 0


# -- each report once -------------------------------------------------------------------------------------


def test_a_report_gets_its_row_its_event_and_its_leaf(site: Site) -> None:
    """The enums of the deposit, a number, a place and a deadline; one event by the worker, with its leaf."""
    (row,) = arrive(site, urgent())

    deposit = Deposit.objects.get()
    assert (row.pk, row.number, row.status, row.organisation) == (deposit.id, 1, Status.TO_TRIAGE, home())
    assert bytes(row.lookup) == bytes(deposit.lookup)
    assert (row.level, row.urgency, row.category, row.failure) == (0, Urgency.NOW, Category.AT_HOME, "")
    assert "G1" in row.reasons.split()
    assert row.due_at == deposit.received_at + timedelta(hours=1)
    assert [(told.action, told.actor) for told in history(of_report(row))] == [("opened", "worker")]
    assert Leaf.objects.count() == Event.objects.count() == 1


def test_a_second_call_opens_nothing_again(site: Site) -> None:
    """Opening is done once; the next call walks nothing."""
    arrive(site, a_report(), a_report(narrative="Autre."))

    again = open_new(site, now=NOON)

    assert (again.walked, numbers()) == (0, [1, 2])


def test_numbers_go_on_without_a_gap_over_batches(site: Site) -> None:
    """Seven reports in batches of two leaves: 1 to 7, in the order of arrival."""
    ids = [receive(number) for number in range(1, 8)]

    done = open_all(site, limit=2)

    assert [one.count for one in done] == [2, 2, 2, 1]
    assert list(Report.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 8))
    assert set(Report.objects.values_list("pk", flat=True)) == set(ids)


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(st.sampled_from(["come", "open", "die", "write"]), max_size=14), limit=st.integers(1, 5))
def test_nothing_is_lost_whatever_comes_and_whoever_dies(steps: list[str], limit: int) -> None:
    """Arrivals, messages, batches and deaths in the middle of a batch in any order: at the end one row each, numbers without a gap."""
    from rempart.web.settings import SITE

    with empty_tables():
        home()
        came: list[Any] = []
        wrote = 0
        for place, step in enumerate(steps):
            if step == "come":
                came.append((place, receive(place)))
            elif step == "write" and came:
                wrote += 1
                write(came[0][0], f"Encore {place}", draw=place)
            elif step == "open":
                open_new(SITE, now=NOON, limit=limit)
            elif step == "die":
                _die_in_the_middle(SITE, limit)
        open_all(SITE, limit=limit)

        assert set(Report.objects.values_list("pk", flat=True)) == {one for _, one in came}
        assert numbers() == list(range(1, len(came) + 1))
        assert Event.objects.filter(action="opened").count() == len(came)
        assert sum(Report.objects.values_list("messages", flat=True)) == wrote
        assert find_missed(SITE, now=NOON) == 0


def _die_in_the_middle(site: Site, limit: int) -> None:
    """A power cut after the rows and before the commit."""

    class PowerCut(Exception):
        pass

    def cut(*_: object) -> None:
        raise PowerCut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_take_messages", cut)
        with contextlib.suppress(PowerCut):
            open_new(site, now=NOON, limit=limit)


def test_of_two_workers_one_writes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds the cursor moved writes nothing, and comes again."""
    home()
    ids = {receive(number) for number in range(1, 4)}
    propose = opening._propose
    others: list[Any] = []

    def meanwhile(*told: Any) -> Any:
        if not others:
            others.append(None)
            others[0] = open_new(site, now=NOON)
        return propose(*told)

    monkeypatch.setattr(opening, "_propose", meanwhile)

    second = open_new(site, now=NOON)

    assert (others[0].count, second.count, second.walked) == (3, 0, 3)
    assert set(Report.objects.values_list("pk", flat=True)) == ids
    assert (numbers(), Event.objects.count()) == ([1, 2, 3], 3)


def test_a_door_that_was_set_back_is_walked_anew_and_nothing_comes_twice(site: Site) -> None:
    """Another leaf before the cursor: the walk begins at the first leaf, and passes over what has a row."""
    arrive(site, a_report(), a_report(narrative="Deux."))
    Cursor.objects.update(mark=b"another leaf".ljust(32))
    late = receive(3)

    open_all(site)

    assert numbers() == [1, 2, 3]
    assert Report.objects.get(number=3).pk == late
    assert Cursor.objects.get().seq == Head.objects.get().size


def test_a_cursor_beyond_the_ledger_is_not_believed(site: Site) -> None:
    """A ledger shorter than the cursor is another one: what came since is found."""
    receive(1)
    Cursor.objects.create(name=opening.CURSOR, seq=1_000, mark=bytes(32))

    open_all(site)

    assert numbers() == [1]


def test_a_report_that_the_cursor_passed_is_found_all_the_same(site: Site) -> None:
    """The comparison of the two tables needs no cursor."""
    home()
    passed = receive(1)
    last = DoorLeaf.objects.latest("seq")
    Cursor.objects.create(name=opening.CURSOR, seq=last.seq + 1, mark=opening._mark(last))
    assert open_new(site, now=NOON).count == 0

    assert find_missed(site, now=NOON) == 1

    assert Report.objects.get().pk == passed
    assert find_missed(site, now=NOON) == 0


# -- what cannot be opened --------------------------------------------------------------------------------


def test_a_report_for_another_key_waits_at_its_declared_urgency(site: Site) -> None:
    """It has a row, stands before what can be read at the same place, and shows why."""
    readable = receive(1, a_report())
    unread = receive(2, a_report(urgency=Urgency.NOW, category=Category.AT_HOME), identity=new_identity())

    (done,) = open_all(site)

    row = Report.objects.get(pk=unread)
    assert (done.count, done.failed) == (2, 1)
    assert (row.failure, row.level, row.is_open) == (Failure.OTHER_KEY, 0, True)
    assert [one.pk for one in Report.objects.order_by("order")] == [unread, readable]
    assert [told.action for told in history(of_report(row))] == ["not_opened"]
    assert not Trace.objects.filter(report=row).exists()


def test_what_cannot_be_read_stands_before_what_can_at_the_same_place(site: Site) -> None:
    """Nobody knows what it says."""
    readable, unread = receive(1, urgent()), receive(2, urgent(), identity=new_identity())

    open_all(site)

    assert [one.pk for one in Report.objects.order_by("order")] == [unread, readable]


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"not a report", Failure.DAMAGED),
        (b'{"version": 99, "kind": "new"}', Failure.OTHER_VERSION),
        (b'{"version": 1}', Failure.DAMAGED),
    ],
)
def test_what_is_no_report_of_this_version_says_so(site: Site, content: bytes, failure: Failure) -> None:
    """A later version is not damage, and neither is lost."""
    _receive_sealed(content)

    open_all(site)

    assert Report.objects.get().failure == failure


@pytest.mark.parametrize(
    ("sealed", "failure"), [(b"\x02 of a later time", Failure.OTHER_VERSION), (b"\x01 cut", Failure.DAMAGED)]
)
def test_a_seal_that_cannot_be_read_says_why(site: Site, sealed: bytes, failure: Failure) -> None:
    """A seal of a later version is told from broken bytes."""
    _receive_sealed(b"", sealed=sealed)

    open_all(site)

    assert Report.objects.get().failure == failure


def _receive_sealed(content: bytes, *, sealed: bytes | None = None) -> None:
    """A deposit whose sealed bytes hold this."""
    from rempart.web.door import actions
    from tests.web.conftest import INTAKE

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            actions,
            "seal",
            lambda _data, recipients: (
                sealed if sealed is not None else seal(content, recipients=[recipient_of(INTAKE)])
            ),
        )
        receive(1)


def test_a_key_that_comes_later_opens_what_waited(site: Site, tmp_path: Path) -> None:
    """Another key in the folder: the report is read, placed, linked, and tells it in an event of its own."""
    identity = new_identity()
    readable = receive(1, on_account("nova.exemple"))
    waited = receive(2, on_account("nova.exemple", urgency=Urgency.NOW, category=Category.MEETING), identity=identity)
    open_all(site)
    assert retry_unread(site, now=NOON) == 0

    with _further_key(site, identity):
        opened = retry_unread(site, now=NOON)

    row = Report.objects.get(pk=waited)
    assert (opened, row.failure) == (1, "")
    assert [told.action for told in history(of_report(row))] == ["not_opened", "opened"]
    assert [(link.a_id, link.b_id) for link in Link.objects.all()] == [(readable, waited)]
    assert Trace.objects.filter(report=row).exists()


class _further_key:  # noqa: N801 - used as a function
    """A key of a month more in the folder of keys, while the block lasts."""

    def __init__(self, site: Site, identity: str) -> None:
        self._list, self._path = site.recipients, site.keys / "intake-2026-10.key"
        self._before, self._identity = site.recipients.read_bytes(), identity

    def __enter__(self) -> None:
        from datetime import date

        from rempart.evidence.keys import save_recipients

        entry = Recipient(
            name="intake-2026-10",
            purpose=Purpose.INTAKE,
            key=recipient_of(self._identity),
            created_date=date(2026, 10, 1),
        )
        known = load_recipients(self._list)
        save_recipients(self._list, known.with_new(entry))
        self._path.write_bytes(identity_file(self._identity, remark="Of a test"))

    def __exit__(self, *_: object) -> None:
        self._list.write_bytes(self._before)
        self._path.unlink()


# -- the queue ----------------------------------------------------------------------------------------------


def test_the_queue_is_level_then_now_then_points(site: Site) -> None:
    """One walk along `order` gives the order in which people should look."""
    rows = arrive(
        site,
        a_report(),
        a_report(category=Category.SECRECY_ASKED, urgency=Urgency.GOING_ON),
        urgent(),
        a_report(category=Category.BLACKMAIL_MONEY, urgency=Urgency.GOING_ON),
    )

    queue = list(Report.objects.order_by("order", "received_at", "pk"))

    assert [row.pk for row in queue] == [rows[2].pk, rows[3].pk, rows[1].pk, rows[0].pk]
    assert [row.level for row in queue] == sorted(row.level for row in queue)


@given(
    level=st.integers(0, 4), urgency=st.sampled_from(list(Urgency)), points=st.integers(0, 200), unread=st.booleans()
)
def test_no_points_outweigh_a_level_or_an_urgency(level: int, urgency: Urgency, points: int, unread: bool) -> None:
    """Level before urgency, urgency before unread, unread before points."""
    from rempart.web.cases.ranking import order_of

    def row(**changes: Any) -> Report:
        told = {"level": level, "urgency": urgency, "points_min": points / 2, "failure": "x" if unread else ""}
        return Report(**{**told, **changes})

    own = order_of(row())
    if level < 4:
        assert own < order_of(row(level=level + 1, urgency=Urgency.NOW, points_min=100.0, failure="x"))
    if urgency is not Urgency.NOW:
        assert order_of(row(urgency=Urgency.NOW, points_min=0.0, failure="")) < own
    if points:
        assert own < order_of(row(points_min=(points - 1) / 2))


def test_five_of_a_hundred_low_ones_are_drawn_and_no_urgent_one(site: Site) -> None:
    """The draw is by SHA-256 of the site's name and the id: the same each time, and near its share."""
    from rempart.priority.sample import is_drawn

    arrive(site, *[urgent(narrative=f"Mot {number}") for number in range(20)])
    drawn = sum(is_drawn(f"{number}", seed="a site") for number in range(20_000))

    assert not Report.objects.filter(is_drawn=True).exists()
    assert 900 <= drawn <= 1_100
    assert drawn == sum(is_drawn(f"{number}", seed="a site") for number in range(20_000))


# -- who writes again ---------------------------------------------------------------------------------------


def test_messages_of_the_reporter_are_counted_once(site: Site) -> None:
    """Two messages, two unread; a walk from the beginning counts none again."""
    (row,) = arrive(site, a_report())
    write(1, "Encore un mot.", draw=1)
    write(1, "Et un autre.", draw=2)
    open_all(site)

    Cursor.objects.update(mark=bytes(32))
    open_all(site)

    row.refresh_from_db()
    assert (row.messages, row.status) == (2, Status.TO_TRIAGE)
    assert [told.action for told in history(of_report(row))] == ["opened", "message_came", "message_came"]


def test_an_answer_brings_a_report_back_that_waited_for_it(site: Site) -> None:
    """Who was asked for more and writes is looked at again, with a new deadline."""
    (row,) = arrive(site, a_report())
    Report.objects.update(status=Status.MORE_ASKED, due_at=None)
    write(1, "Voici.", draw=1)

    open_all(site, now=NOON + timedelta(days=3))

    row.refresh_from_db()
    assert (row.status, row.is_open, row.messages) == (Status.TO_TRIAGE, True, 1)
    assert row.due_at == NOON + timedelta(days=10)
    assert [told.action for told in history(of_report(row))][1:] == ["message_came", "more_received"]


def test_a_message_to_a_report_at_rest_leaves_it_at_rest(site: Site) -> None:
    """It is counted, and a person decides."""
    (row,) = arrive(site, a_report())
    Report.objects.update(status=Status.CLOSED, is_open=False)
    write(1, "Encore.", draw=1)

    open_all(site)

    row.refresh_from_db()
    assert (row.status, row.is_open, row.messages) == (Status.CLOSED, False, 1)


def test_a_second_report_under_one_receipt_is_proposed_to_the_first(site: Site) -> None:
    """Who corrects a form makes a second report; a person says what it is."""
    first = receive(1)
    second = receive(2, a_report(narrative="Corrigé."), code_number=1)
    third = receive(3, a_report(narrative="Encore."), code_number=1)

    open_all(site, limit=2)

    links = {(link.a_id, link.b_id): link.kinds for link in Link.objects.all()}
    assert links == {(first, second): "receipt", (first, third): "receipt"}


# -- no word is written -------------------------------------------------------------------------------------


_SITE_OF_ITS_OWN = """
import sys
from tests.web import conftest
from tests.web.cases import arriving
told = arriving.open_two_hundred(conftest._SITE)
print(conftest._SITE.desk_database)
print(told, flush=True)
sys.stdin.read()
"""


def test_no_word_of_two_hundred_reports_reaches_the_desks_database() -> None:
    """A site that opens 200 reports: no canary in desk.db nor in its log, in any encoding that SQLite writes."""
    with subprocess.Popen(
        [sys.executable, "-c", _SITE_OF_ITS_OWN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        database = Path(process.stdout.readline().strip())
        told = process.stdout.readline().strip()
        files = {path.name: path.read_bytes().lower() for path in database.parent.iterdir() if path.is_file()}
        process.stdin.close()  # type: ignore[union-attr]  # it is a pipe

    assert told == "200 reports, links by text: True"
    assert {"desk.db", "desk.db-wal"} <= files.keys()
    assert any(b"desk_report" in data for data in files.values())
    for word in ("canari", "souhait", "semaines"):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert [name for name, data in files.items() if word.encode(encoding) in data] == []


def test_what_is_encoded_is_what_is_decoded() -> None:
    """The canaries above would be seen if they were written as reports are."""
    assert b"canari" in encode(a_report(narrative="canari"))
