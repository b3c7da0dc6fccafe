"""The demonstration: a throw-away site on this machine with fictional reports, kept through the real door. Nobody in it exists.

Invariant: everything listens on loopback only, and `config.demo` is set, so that every page says that it is a demonstration.
"""

import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rempart.errors import BadInput
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import KEY_BYTES, Purpose, new_identity, recipient_of
from rempart.intake.receipt import lookup_of
from rempart.intake.report import (
    Account,
    AgeBand,
    Answer,
    Category,
    Contact,
    Kind,
    Report,
    ReporterKind,
    Urgency,
)
from rempart.web.config import FILE, Face, FaceConfig, LedgerConfig, Site, SiteConfig
from rempart.web.people.roles import Role
from rempart.web.setup import django_as, make_folders, prepare_tables

USER, SECOND = "demo", "bob"  # the second one reads what the first one has judged, and lifts limits
NAME = "Rempart"
# One for each role: (name, what the pages show, roles).
PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    (USER, "Demo (every role)", tuple(Role)),
    (SECOND, "Bob (second reader, head)", (Role.SECOND_READER, Role.HEAD)),
    ("alice", "Alice (analyst)", (Role.ANALYST,)),
    ("chloe", "Chloé (investigator)", (Role.INVESTIGATOR,)),
    ("denis", "Denis (jurist)", (Role.JURIST,)),
    ("emma", "Emma (listener)", (Role.LISTENER,)),
    ("farid", "Farid (volunteer)", (Role.VOLUNTEER,)),
    ("gaelle", "Gaëlle (coordinator)", (Role.COORDINATOR,)),
    ("hugo", "Hugo (custodian)", (Role.CUSTODIAN,)),
    ("ines", "Inès (head)", (Role.HEAD,)),
    ("jonas", "Jonas (administrator)", (Role.ADMINISTRATOR,)),
    ("karim", "Karim (auditor)", (Role.AUDITOR,)),
)
_FIRST_PORT = 8000


class NotADemo(BadInput):
    """The folder holds something else than a demonstration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Who may enter the desk of a demonstration."""

    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What to tell the newcomer. accounts: the one that sees everything, then the one for what another person must do.

    code: a receipt whose mailbox holds an answer; None when the folder was there before.
    """

    site: Site
    accounts: tuple[Entrance, ...]
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fictional report: how long ago, and by which lane."""

    ago: timedelta
    report: Report
    lane: str = "plain"


def make_demo(folder: Path, *, now: datetime) -> Demo:
    """A demonstration in a folder, ready for `serve`; one that is there is used again. Django is set up for it.

    Raises: NotADemo when the folder holds a real site.
    """
    is_new = not (folder / FILE).exists()
    site = _new_site(folder, now.date()) if is_new else Site.at(folder)
    if not site.config.demo:
        raise NotADemo("This folder holds a real site; a demonstration needs a folder of its own. Nothing was changed.")
    django_as(site, Face.OWNER)
    prepare_tables(site)
    code = _fill(site, now) if is_new else None
    _make_people(now)
    if is_new:
        from rempart.web.demo_dossier import make_dossier  # noqa: PLC0415 - models exist once Django runs

        make_dossier(site, lead=USER, second=SECOND, now=now)
    accounts = tuple(Entrance(user=name, password=_set_password(name)) for name in (USER, SECOND))
    return Demo(site=site, accounts=accounts, code=code)


def _new_site(folder: Path, day: date) -> Site:
    public, desk = _free_ports()
    config = SiteConfig(
        name=NAME,
        demo=True,
        public=FaceConfig(bind=f"127.0.0.1:{public}"),
        desk=FaceConfig(bind=f"127.0.0.1:{desk}"),
        ledger=LedgerConfig(origin="localhost/demo"),
    )
    site = make_folders(folder, config)
    ring = Keyring(site.keys)
    ring.add_intake(day)
    ring.add_guard(recipient_of(new_identity()), day=day)  # its private half is nowhere: nothing here is worth opening
    ring.add_signer(config.ledger.origin, seed=secrets.token_bytes(KEY_BYTES))
    ring.add_journal(seed=secrets.token_bytes(KEY_BYTES))
    return site


def _free_ports() -> tuple[int, int]:
    """Two ports of loopback that nobody uses, 8000 and 8001 when they are free."""
    found: list[int] = []
    for port in (*range(_FIRST_PORT, _FIRST_PORT + 50), 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(int(probe.getsockname()[1]))
        if len(found) == 2:
            break
    return found[0], found[1]


def _fill(site: Site, now: datetime) -> str:
    """Keeps the fictional reports, and answers one of them; gives its code."""
    from rempart.web.door import actions  # noqa: PLC0415 - models exist once Django runs
    from rempart.web.door.models import Status  # noqa: PLC0415

    recipients = Keyring(site.keys).recipients().active(Purpose.INTAKE, Purpose.ESCROW)
    code = ""
    for told in fictional_reports():
        means = actions.Means(recipients=recipients, at=now - told.ago, draw=secrets.token_bytes)
        sender = actions.Sender(door=actions.Door.FORM, lane=actions.Lane(told.lane))
        receipt = actions.receive_report(told.report, token=secrets.token_bytes(16), sender=sender, means=means)
        code = code or receipt.code
    means = actions.Means(recipients=recipients, at=now - timedelta(hours=1), draw=secrets.token_bytes)
    actions.change_status(lookup_of(code), Status.READ, means=means, actor=USER)
    actions.answer_reporter(lookup_of(code), _ANSWER, means=means, actor=USER)
    return code


def _make_people(now: datetime) -> None:
    """The home organisation, and invented people in it, with their roles; whoever is there already stays as they are."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - models exist once Django runs

    from rempart.web.people import accounts  # noqa: PLC0415
    from rempart.web.people.models import Person  # noqa: PLC0415

    home = accounts.home_of(NAME, at=now)
    for name, title, roles in PEOPLE:
        user, _ = User.objects.get_or_create(username=name, defaults={"first_name": title})
        if Person.objects.filter(user=user).exists():
            continue
        if not user.password:
            user.set_unusable_password()  # a colleague to assign work to; nobody enters under this name
            user.save()
        person = accounts.make_person(user, organisation=home, by=accounts.OWNER, at=now)
        for role in roles:
            accounts.grant_role(person, role=role, by=accounts.OWNER, at=now)


def _set_password(name: str) -> str:
    """Its password is shown at each start, so it need not be changed; a second factor may be left out (`entrance.steps`)."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - models exist once Django runs

    from rempart.web.entrance.accounts import one_time_password  # noqa: PLC0415

    password = one_time_password()
    user, _ = User.objects.get_or_create(username=name)
    user.set_password(password)
    user.save()
    return password


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


# -- nobody of this exists ------------------------------------------------------------------------------

_ANSWER = (
    "Bonjour, nous avons lu ton message. Tu as bien fait d'en parler, et tu n'as rien fait de mal. "
    "Garde la conversation, ne réponds plus, et montre-la à un adulte en qui tu as confiance. "
    "Le 3018 peut t'aider tout de suite, c'est gratuit. (Réponse fictive d'une démonstration.)"
)


def fictional_reports() -> Iterator[Told]:
    """Twelve reports as they may come, in both languages; the first one is a child's and gets the answer."""
    yield Told(
        ago=timedelta(hours=5),
        lane="proven",
        report=Report(
            kind=Kind.CONVERSATION,
            reporter=ReporterKind.CHILD,
            language="fr",
            category=Category.SECRECY_ASKED,
            urgency=Urgency.GOING_ON,
            age_band=AgeBand.FROM_11_TO_14,
            contact_going_on=Answer.YES,
            knows_person=Answer.NO,
            narrative="Quelqu'un dans un jeu me parle tous les soirs et me dit de n'en parler à personne.",
            accounts=(Account(service="un jeu en ligne", name="joueur_exemple_17"),),
            told_somebody="non",
        ),
    )
    yield Told(
        ago=timedelta(minutes=40),
        report=Report(
            kind=Kind.SITUATION,
            reporter=ReporterKind.PARENT,
            language="fr",
            category=Category.MEETING,
            urgency=Urgency.NOW,
            age_band=AgeBand.FROM_11_TO_14,
            contact_going_on=Answer.YES,
            narrative="Ma fille veut retrouver cet après-midi à la gare une personne connue sur internet.",
            contact=Contact(name="Parent fictif", phone="(numéro fictif)", safe_hours="à toute heure"),
        ),
    )
    yield Told(
        ago=timedelta(hours=3),
        lane="proven",
        report=Report(
            kind=Kind.CONVERSATION,
            reporter=ReporterKind.CHILD,
            language="fr",
            category=Category.BLACKMAIL_MONEY,
            urgency=Urgency.SOON,
            age_band=AgeBand.FROM_15_TO_17,
            contact_going_on=Answer.YES,
            narrative="On me demande de l'argent avant demain, sinon on écrit à toute ma classe.",
            accounts=(Account(service="une messagerie", name="compte_exemple_02"),),
        ),
    )
    yield from _more()


def _more() -> Iterator[Told]:
    yield Told(
        ago=timedelta(days=1, hours=2),
        lane="proven",
        report=Report(
            kind=Kind.CONTENT,
            reporter=ReporterKind.WITNESS,
            language="fr",
            category=Category.PUBLIC_CONTENT,
            addresses=("https://forum.example/fil/1234",),
            seen_at="hier soir vers 22 h",
            narrative="Sur ce fil, un adulte propose à des enfants de passer sur une autre messagerie.",
        ),
    )
    yield Told(
        ago=timedelta(days=1, hours=6),
        lane="partner",
        report=Report(
            kind=Kind.ACCOUNT,
            reporter=ReporterKind.PLATFORM,
            language="en",
            category=Category.STRANGER_CONTACT,
            urgency=Urgency.GOING_ON,
            age_band=AgeBand.FROM_11_TO_14,
            accounts=(Account(service="platform.example", name="example_account_88"),),
            narrative="The account wrote to forty profiles that state an age below fourteen, in one evening.",
            reference="PLATFORM-EXAMPLE-0042",
        ),
    )
    yield Told(
        ago=timedelta(days=2),
        report=Report(
            kind=Kind.SITUATION,
            reporter=ReporterKind.PROFESSIONAL,
            language="fr",
            category=Category.BULLYING,
            urgency=Urgency.GOING_ON,
            age_band=AgeBand.FROM_11_TO_14,
            contact_going_on=Answer.UNKNOWN,
            narrative="Un élève a confié que des messages moqueurs circulent sur lui dans un groupe de la classe.",
            contact=Contact(name="Enseignante fictive", email="prof@ecole.example"),
        ),
    )
    for number, (category, urgency, words) in enumerate(_SHORT):
        yield Told(
            ago=timedelta(days=2 + number, hours=number),
            report=Report(
                kind=Kind.ACCOUNT if number % 2 else Kind.SITUATION,
                reporter=ReporterKind.VOLUNTEER if number % 3 else ReporterKind.UNKNOWN,
                language="en" if number % 2 else "fr",
                category=category,
                urgency=urgency,
                age_band=AgeBand.UNKNOWN,
                narrative=words,
            ),
        )


_SHORT = (
    (Category.STRANGER_CONTACT, Urgency.PAST, "Un inconnu a écrit à mon fils le mois dernier. Il l'a bloqué depuis."),
    (Category.IMAGES_SPREAD, Urgency.GOING_ON, "A mocking picture of a friend goes round in a group of the class."),
    (Category.THREAT, Urgency.NONE_STATED, "Quelqu'un menace un camarade dans un salon vocal."),
    (
        Category.OTHER,
        Urgency.NONE_STATED,
        "An account pretends to be a sports coach of our club and writes to members.",
    ),
    (Category.AT_HOME, Urgency.SOON, "Une amie n'ose plus rentrer chez elle. Elle ne veut pas dire pourquoi."),
    (
        Category.UNKNOWN,
        Urgency.NONE_STATED,
        "I do not know whether this matters: somebody asks my sister for her timetable.",
    ),
)
