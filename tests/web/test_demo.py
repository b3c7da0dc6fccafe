"""The demonstration: invented reports through the real door, on this machine only, never mixed with a real site."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from rempart.evidence.keyring import Flaw, Keyring
from rempart.evidence.keys import Purpose
from rempart.evidence.ledger.leaves import decode
from rempart.evidence.sealing import unseal
from rempart.intake import report as reports
from rempart.intake.report import Category, Kind, Report, ReporterKind, Urgency
from rempart.web import demo
from rempart.web.cases.models import Event
from rempart.web.config import Site, SiteConfig, save_config
from rempart.web.demo import NotADemo, fictional_reports, make_demo
from rempart.web.door.models import Deposit, Leaf, Status
from rempart.web.door.queries import read_mailbox
from rempart.web.people.accounts import held_roles
from rempart.web.people.models import Grant, Person
from rempart.web.people.roles import Role
from tests.web.conftest import INTAKE, NOON

REPORTS = tuple(told.report for told in fictional_reports())


def test_the_reports_show_what_the_door_can_take() -> None:
    """Every kind, both languages, every urgency, and most who report."""
    assert {report.kind for report in REPORTS} == set(Kind)
    assert {report.language for report in REPORTS} == {"fr", "en"}
    assert {report.urgency for report in REPORTS} == set(Urgency)
    assert {report.reporter for report in REPORTS} == set(ReporterKind)
    assert len({report.category for report in REPORTS}) >= len(Category) - 2
    assert len(REPORTS) >= 12


@pytest.mark.parametrize("report", REPORTS, ids=[str(number) for number in range(len(REPORTS))])
def test_nothing_in_them_leads_to_anybody(report: Report) -> None:
    """Names of documentation only (RFC 2606), no telephone number, no real address."""
    words = reports.encode(report).decode("utf-8")

    assert reports.decode(reports.encode(report)) == report
    assert all(".example/" in address for address in report.addresses)
    assert "@" not in words or "@ecole.example" in words
    assert not [sign for sign in words.split('"') if sign.strip("+ ").replace(" ", "").isdigit() and len(sign) >= 8]


@pytest.mark.usefixtures("rows")
def test_they_are_sealed_and_kept_as_real_ones_and_one_is_answered(site: Site) -> None:
    """With their leaves in the ledger, and a mailbox that its code opens."""
    code = demo._fill(site, NOON)

    mailbox = read_mailbox(code)
    first = Deposit.objects.order_by("-received_at").get(reporter="child", category="secrecy_asked")
    kept = [decode(bytes(leaf.data)).action for leaf in Leaf.objects.order_by("seq")]
    assert mailbox
    assert (mailbox.status, len(mailbox.lines)) == (Status.READ, 1)
    assert "3018" in (mailbox.lines[0].text or "")
    assert reports.decode(unseal(bytes(first.sealed), identities=[INTAKE])) == REPORTS[0]
    assert kept.count("report_received") == len(REPORTS)
    assert Deposit.objects.filter(urgency=4, lane="urgent").exists()


@pytest.mark.usefixtures("rows")
def test_the_password_is_long_and_another_one_each_time() -> None:
    """It is printed, so it opens a demonstration only while that runs."""
    first, second = demo._set_password(demo.USER), demo._set_password(demo.USER)

    user = User.objects.get(username=demo.USER)
    assert len(first.replace("-", "")) == 20
    assert first != second
    assert user.check_password(second)
    assert not user.check_password(first)
    assert not user.is_superuser


@pytest.mark.usefixtures("rows")
def test_the_people_are_invented_and_have_a_role_each() -> None:
    """The demonstration's own account sees everything; a second one reads again; nobody else can enter. Twice is as once."""
    demo._make_people(NOON)
    demo._make_people(NOON)

    roles = {person.user.username: held_roles(person) for person in Person.objects.select_related("user")}
    entering = [user.username for user in User.objects.all() if user.has_usable_password()]
    assert roles[demo.USER] == tuple(Role)
    assert set(roles[demo.SECOND]) == {Role.SECOND_READER, Role.HEAD}
    assert {role for name, held in roles.items() if name != demo.USER for role in held} == set(Role)
    assert entering == []
    assert Grant.objects.count() == Event.objects.filter(action="role_granted").count() == sum(map(len, roles.values()))


def test_a_new_one_is_marked_listens_here_only_and_has_its_keys(tmp_path: Path) -> None:
    """Every page says that it is a demonstration because its configuration says so."""
    made = demo._new_site(tmp_path / "new", NOON.date())

    known = Keyring(made.keys).recipients()
    assert made.config.demo
    assert not made.config.production
    assert all(face.bind.startswith("127.0.0.1:") for face in (made.config.public, made.config.desk))
    assert made.config.public.bind != made.config.desk.bind
    assert len(known.active(Purpose.INTAKE, Purpose.ESCROW)) == 2
    assert {fault.flaw for fault in Keyring(made.keys).check(NOON.date())} == {
        Flaw.NO_DESK,
        Flaw.NO_BLIND,
    }  # with tables
    assert Site.at(made.folder).config == made.config


def test_a_folder_with_a_real_site_is_left_alone(tmp_path: Path) -> None:
    """Invented reports never stand among real ones."""
    save_config(tmp_path, SiteConfig(name="A real site"))

    with pytest.raises(NotADemo):
        make_demo(tmp_path, now=NOON)

    assert [path.name for path in tmp_path.iterdir()] == ["rempart.toml"]


def test_ports_that_are_free_are_found() -> None:
    """Two different ones, whoever else listens."""
    first, second = demo._free_ports()

    assert first != second
    assert min(first, second) >= 1_024
