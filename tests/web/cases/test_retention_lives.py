"""Random lives of reports and dossiers under a clock that jumps: whatever people do, and whenever the duty dies, the rules of the end hold.

What must go and what must stay is told here a second time, row by row, without the questions that the product asks.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rempart.errors import RempartError
from rempart.evidence.vault import Vault
from rempart.web.auditing import audit_site
from rempart.web.cases import dossiers, exhibits, links, reports, retention
from rempart.web.cases.events import history, of_report
from rempart.web.cases.keys import Erased, identity_for
from rempart.web.cases.lifecycle import Stage, Status
from rempart.web.cases.models import Dossier, Report, SubjectKey
from rempart.web.config import Site
from rempart.web.door.models import ExhibitRow
from rempart.web.duties.orphans import remove_orphans
from rempart.web.duties.retention import erase
from rempart.web.people.roles import Role
from rempart.web.settings import SITE
from rempart.web.signing import sign_all
from tests.web.cases.arriving import empty_tables
from tests.web.cases.lives import House, every_identity, files_of, house, opens, sealed_in, sealed_of, traces_of
from tests.web.conftest import NOON
from tests.web.team import cast, person

assert isinstance(SITE, Site)
MOST = 4  # reports, and dossiers, of one life
WHICH = st.integers(0, MOST - 1)
JUMPS = st.sampled_from((1, 6, 8, 364, 365, 366))


class Killed(BaseException):
    """As a SIGKILL: nothing of ours catches it."""


class Lives(RuleBasedStateMachine):
    """A house in which anything may happen in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.gone: set[Any] = set()

    @initialize()
    def move_in(self) -> None:
        """Empty tables, an empty vault, people."""
        self.stack.enter_context(empty_tables())
        folder = Path(tempfile.mkdtemp(prefix="rempart-lives-"))
        self.stack.callback(shutil.rmtree, folder, ignore_errors=True)
        people = cast()
        second = person("second head", people.alice.person.organisation, Role.HEAD)
        self.house: House = house(SITE, folder, (people.alice, people.by_role[Role.HEAD], second), NOON)
        told = [self.house.receive(files=1) for _ in range(2)]
        dossiers.open_dossier(title="Affaire", purpose="essai", by=self.house.by(), reports=(told[0],))

    # -- what people do; what the rules refuse is refused, and changes nothing ------------------------------

    @precondition(lambda self: Report.objects.count() < MOST)
    @rule(files=st.integers(0, 1))
    def report_comes(self, files: int) -> None:
        """Somebody reports."""
        self.house.receive(files=files)

    @precondition(lambda self: Dossier.objects.count() < 2)
    @rule()
    def dossier_is_opened(self) -> None:
        """With a title and a note."""
        row = dossiers.open_dossier(title="Affaire", purpose="essai", by=self.house.by())
        dossiers.write_note(row, text="une note", by=self.house.by())

    @rule()
    def everything_is_closed(self) -> None:
        """On a quiet day; what is closed stays as it is."""
        for row in Report.objects.filter(is_open=True).order_by("number"):
            self.attempt(row, lambda row=row: self.house.close(row))  # type: ignore[misc]  # each its own
        for case in Dossier.objects.exclude(status=Stage.CLOSED).order_by("number"):
            self.attempt(case, lambda case=case: dossiers.step(case, "close", by=self.house.by()))  # type: ignore[misc]  # the same

    @rule(
        which=WHICH,
        what=st.sampled_from(("close", "close", "reopen", "hold", "lift", "lift", "ask", "confirm", "confirm")),
    )
    def somebody_acts_on_a_report(self, which: int, what: str) -> None:
        """A verb of the report page."""
        row = _nth(Report, which)
        head = self.house.heads[0] if what == "ask" else self.house.heads[1]
        self.attempt(
            row,
            {
                "close": lambda: self.house.close(row),
                "reopen": lambda: reports.step(row, "reopen", by=self.house.by()),
                "hold": lambda: reports.hold(row, is_held=True, by=self.house.by()),
                "lift": lambda: reports.hold(row, is_held=False, by=self.house.by()),
                "ask": lambda: retention.ask_erasure(row, ground=retention.Ground.ORDER, by=self.house.by(head)),
                "confirm": lambda: self.confirm(row),
            }[what],
        )

    @rule(
        which=WHICH,
        what=st.sampled_from(("close", "close", "reopen", "hold", "lift", "lift", "note", "upload", "analyse")),
    )
    def somebody_acts_on_a_dossier(self, which: int, what: str) -> None:
        """A verb of the dossier page."""
        row, by = _nth(Dossier, which), self.house.by()
        self.attempt(
            row,
            {
                "close": lambda: dossiers.step(row, "close", by=by),
                "reopen": lambda: dossiers.step(row, "reopen", by=by),
                "hold": lambda: dossiers.hold(row, is_held=True, by=by),
                "lift": lambda: dossiers.hold(row, is_held=False, by=by),
                "note": lambda: dossiers.write_note(row, text="encore", by=by),
                "upload": lambda: self.house.upload(row),
                "analyse": lambda: self.house.analyse(row, self.house.upload(row)),
            }[what],
        )

    @rule(which=WHICH, into=WHICH, what=st.sampled_from(("attach", "attach", "detach", "take_over")))
    def somebody_files_a_report(self, which: int, into: int, what: str) -> None:
        """Into a dossier, out of it, or its file into the dossier."""
        row, dossier, by = _nth(Report, which), _nth(Dossier, into), self.house.by()
        address = next(iter(files_of(row.pk)), "") if row else ""
        if row and dossier:
            self.attempt(
                row,
                {
                    "attach": lambda: dossiers.attach_report(dossier, row, by=by),
                    "detach": lambda: dossiers.detach_report(dossier, row, by=by),
                    "take_over": lambda: exhibits.take_over(dossier, address=address, by=by, means=self.house.means()),
                }[what],
            )

    @rule(which=WHICH, into=WHICH)
    def a_report_leaves_its_file(self, which: int, into: int) -> None:
        """It goes into a dossier, its file becomes an exhibit there, and it is taken out again."""
        for what in ("attach", "take_over", "detach"):
            self.somebody_files_a_report(which, into, what)

    @rule(one=WHICH, other=WHICH, what=st.sampled_from(("join", "join", "undo")))
    def somebody_judges_a_link(self, one: int, other: int, what: str) -> None:
        """The later repeats the earlier."""
        first, later = _nth(Report, one), _nth(Report, other)
        if first and later and first.pk != later.pk:
            link = self.house.link(first, later)
            verb = links.join_reports if what == "join" else links.undo_link
            self.attempt(first, lambda: verb(link, by=self.house.by()))

    @rule(days=JUMPS)
    def days_pass(self, days: int) -> None:
        """Up to a little more than a term."""
        self.house.now += timedelta(days=days)

    @rule(closes=st.booleans())
    def a_year_passes(self, closes: bool) -> None:
        """In which all may be brought to an end, and then nothing happens but duties."""
        if closes:
            self.everything_is_closed()
        self.house.now += timedelta(days=366)
        self.the_duty_runs()

    @rule()
    def both_logs_are_signed(self) -> None:
        """As twice a second."""
        sign_all(self.house.site)

    # -- the duties ---------------------------------------------------------------------------------------

    @rule()
    def the_duty_runs(self) -> None:
        """Once; what it may take is told before."""
        may = self.past()
        before = self.erased()
        erase(self.house.site, self.house.now)
        assert self.erased() - before <= may
        self.gone |= self.erased()

    @rule(place=st.sampled_from(("_bury", "erase_deposit", "erase_files")), after=st.integers(0, 3))
    def the_duty_dies(self, place: str, after: int) -> None:
        """Between the door and the desk, or just before the door."""
        may, before = self.past(), self.erased()
        with pytest.MonkeyPatch.context() as patched, suppress(Killed):
            patched.setattr(retention, place, _dying(getattr(retention, place), after))
            erase(self.house.site, self.house.now)
        assert self.erased() - before <= may

    @rule()
    def the_other_duty_runs(self) -> None:
        """That which removes files that nobody names."""
        remove_orphans(self.house.site, self.house.now)

    # -- what holds -----------------------------------------------------------------------------------------

    @invariant()
    def nothing_comes_back(self) -> None:
        """What was erased has no key, whatever people try afterwards."""
        assert not SubjectKey.objects.filter(subject__in=self.erased()).exists()

    @invariant()
    def no_exhibit_of_what_is_kept_is_missing(self) -> None:
        """Of reports and dossiers alike, at every moment; unless the duty died after the door, when it is past its term."""
        if not hasattr(self, "house"):
            return
        vault, over = Vault(self.house.site.exhibits), self.erased() | self.past()
        kept = ExhibitRow.objects.exclude(deposit__in=over)
        assert all(vault.has(address) for address in kept.values_list("address", flat=True))

    def teardown(self) -> None:
        """The duty runs until nothing is left to do; then every row is looked at, with every key there is."""
        try:
            if hasattr(self, "house"):
                self.settle()
                self.look_at_everything()
        finally:
            self.stack.close()

    def settle(self) -> None:
        """As often as a chain of duplicates is long, and once more."""
        for _ in range(MOST + 2):
            erase(self.house.site, self.house.now)
        assert retention.erase_due(now=self.house.now) == 0
        assert self.past() == set()

    def look_at_everything(self) -> None:
        """Gone or whole, nothing in between; and both logs verify."""
        identities, named = every_identity(), set[str]()
        for report in Report.objects.select_related("dossier"):
            is_gone = report.status == Status.ANONYMISED
            sealed = sealed_of(report)
            assert opens(sealed, identities) == (0 if is_gone else len(sealed)), report.number
            assert is_gone == (traces_of(report) == 0) == (bytes(report.lookup) == b"")
            assert is_gone == any(entry.is_erased for entry in history(of_report(report)))
            named |= set() if is_gone else set(files_of(report.pk))
            if is_gone:
                with pytest.raises(Erased):
                    identity_for(report.pk)
        for dossier in Dossier.objects.all():
            is_gone, sealed = dossier.status == Stage.ARCHIVED, sealed_in(dossier)
            listed = {item.text("address") for item in dossiers.contents(dossier).exhibits}
            assert is_gone or listed <= set(files_of(dossier.pk)), "an exhibit of a dossier is its own, whoever gave it"
            assert opens(sealed, identities) == (0 if is_gone else len(sealed)), dossier.number
            named |= set() if is_gone else set(files_of(dossier.pk))
        assert set(Vault(self.house.site.exhibits).addresses()) == named
        sign_all(self.house.site)
        audit = audit_site(self.house.site)
        assert (audit.faults, audit.unsigned) == ((), 0)

    # -- beside ---------------------------------------------------------------------------------------------

    def attempt(self, row: Report | Dossier | None, act: Callable[[], object]) -> None:
        """What a page does: one transaction, and a refusal is told."""
        if row is not None:
            with suppress(RempartError), transaction.atomic():
                act()

    def confirm(self, row: Report | None) -> None:
        """The second person; never what is held, open, or in a kept dossier."""
        assert row is not None
        may = not row.is_held and not row.is_open and (row.dossier is None or row.dossier.status == Stage.ARCHIVED)
        retention.confirm_erasure(row, by=self.house.by(self.house.heads[1]))
        assert may

    def erased(self) -> set[Any]:
        """Ids of what its row says is erased."""
        gone = set(Report.objects.filter(status=Status.ANONYMISED).values_list("pk", flat=True))
        return gone | set(Dossier.objects.filter(status=Stage.ARCHIVED).values_list("pk", flat=True))

    def past(self) -> set[Any]:
        """Ids of what must go now, told plainly: closed, at its term, not held, and so is all that it belongs to."""
        today, out = self.house.now.date(), set[Any]()
        everything, cases = list(Report.objects.all()), list(Dossier.objects.all())
        over = {row.pk for row in everything if _is_over(row, today)}
        while True:
            before, gone = len(out), out | self.erased()
            for case in cases:
                inside = {row.pk for row in everything if row.dossier_id == case.pk and row.status != Status.ANONYMISED}
                if case.status == Stage.CLOSED and not case.is_held and _term(case, today) and inside <= over:
                    out |= {case.pk, *inside}
            for row in everything:
                repeats = row.status == Status.DUPLICATE and row.duplicate_of_id not in {None, *gone}
                if row.pk in over and row.dossier_id in {None, *gone} and not repeats:
                    out.add(row.pk)
            if len(out) == before:
                return out


def _is_over(row: Report, today: date) -> bool:
    return not row.is_open and not row.is_held and row.status != Status.ANONYMISED and _term(row, today)


def _term(row: Report | Dossier, today: date) -> bool:
    return row.erase_date is not None and row.erase_date <= today


def _nth(model: Any, which: int) -> Any:
    """One of the rows, as it is now."""
    rows = list(model.objects.order_by("number"))
    return rows[which % len(rows)]


def _dying(act: Callable[..., Any], after: int) -> Callable[..., Any]:
    left = [after]

    def perhaps(*args: object, **told: object) -> Any:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return act(*args, **told)

    return perhaps


Lives.TestCase.settings = settings(
    max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
TestLives = Lives.TestCase
