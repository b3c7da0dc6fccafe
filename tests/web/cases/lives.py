"""What can happen to reports and dossiers in a year, for tests of what is erased: made through the door, opened, worked on, at a time told.

`House` holds a site with a vault and logs of its own, two heads and two who work; its verbs are the product's. `opens` tells what
any private key of the house still opens.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import read_identities, recipient_of
from rempart.evidence.sealing import BrokenSeal, WrongKey, seal, unseal
from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.report import Attachment
from rempart.web.cases import dossiers, facts, keys, reports
from rempart.web.cases.lifecycle import Closure
from rempart.web.cases.models import (
    Analysis,
    AnalysisPart,
    Chunk,
    Dossier,
    Event,
    FoldedChunk,
    Link,
    Report,
    SubjectKey,
    Trace,
)
from rempart.web.cases.reports import By
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, Sender
from rempart.web.door.exhibits import keep_exhibit
from rempart.web.door.models import Deposit, ExhibitRow, Message
from rempart.web.people.access import Actor
from tests.web.cases.arriving import means, on_account, open_all, token
from tests.web.conftest import ESCROW, INTAKE
from tests.web.team import by

CLOSING = Closure.NO_FOLLOW_UP


@dataclass(slots=True)
class House:
    """A site, its people, and the instant that all see. number: of the last report."""

    site: Site
    lead: Actor
    heads: tuple[Actor, Actor]
    now: datetime
    number: int = 0

    def by(self, actor: Actor | None = None, reason: str = "because it must be so") -> By:
        """What somebody says when acting now; the lead, where nobody is told."""
        return by(actor or self.lead, reason, at=self.now)

    def means(self) -> Means:
        """Randomness that nobody has seen."""
        self.number += 1
        return means(self.number, at=self.now)

    def receive(self, *, files: int = 0) -> Report:
        """A report with words, a message and so many files, opened, with a point that somebody stated on it."""
        made = self.means()
        number, sealed = self.number, [self.put(f"{self.number} {place}") for place in range(files)]
        told = on_account(
            f"compte{number % 3}",
            narrative=" ".join(f"mot{number} suite{place}" for place in range(40)),
            attachments=tuple(
                Attachment(address=one.address, name="chat.txt", sha256=one.sha256, size_bytes=one.size_bytes, reader="whatsapp")
                for one in sealed
            ),
        )  # fmt: skip
        before = set(Deposit.objects.values_list("id", flat=True))
        sender = Sender(door=Door.FORM, lane=Lane.PLAIN)
        code = actions.receive_report(told, token=token(number), sender=sender, means=made, exhibits=sealed).code
        actions.post_message(code, f"Encore {number}", means=self.means())
        open_all(self.site, now=self.now)
        (received,) = set(Deposit.objects.values_list("id", flat=True)) - before
        row = Report.objects.get(pk=received)
        said = {"code": "lives_with_child", "state": "established"}
        facts.state_fact_on_report(row, by=self.by(), words_told=said)
        return row

    def put(self, words: str) -> Exhibit:
        """A sealed file of the vault."""
        return Vault(self.site.exhibits).put(io.BytesIO(words.encode()), recipients=[recipient_of(INTAKE)])

    def upload(self, dossier: Dossier) -> str:
        """A file that somebody gives at the desk; its address."""
        kept = self.put(f"desk {uuid4()}")
        keep_exhibit(kept, owner=dossier.pk, means=self.means(), actor=self.lead.pseudonym)
        dossiers.add_exhibit(dossier, by=self.by(), words_told={"address": kept.address, "name": "chat.txt"})
        return kept.address

    def analyse(self, dossier: Dossier, address: str) -> Analysis:
        """The result of an analysis, as the worker leaves it."""
        to = [keys.recipient_for(dossier.pk)]
        made = Analysis.objects.create(
            id=uuid4(), dossier=dossier, exhibit=address, state="done", asked_at=self.now, messages=1, outline=seal(b"outline", recipients=to)
        )  # fmt: skip
        Chunk.objects.create(analysis=made, number=0, sealed=seal(b"words", recipients=to))
        FoldedChunk.objects.create(analysis=made, number=0, sealed=seal(b"folded", recipients=to))
        AnalysisPart.objects.create(analysis=made, name="network", sealed=seal(b"who shares", recipients=to))
        return made

    def close(self, report: Report) -> Report:
        """Closes a report."""
        return reports.close(report, closure=CLOSING, by=self.by())

    def link(self, one: Report, other: Report) -> Link:
        """A proposal to join the two, the earlier first; the one that is there, or a new one."""
        a, b = sorted((one, other), key=lambda row: row.number)
        made, _ = Link.objects.get_or_create(
            a=a, b=b, defaults={"id": uuid4(), "kinds": "account", "state": "proposed", "at": self.now}
        )
        return made


def house(site: Site, folder: Path, people: tuple[Actor, Actor, Actor], now: datetime) -> House:
    """A house with a vault and two logs of its own in `folder`; its private keys are those of the tests."""
    own = replace(site, folder=folder)
    ring = Keyring(own.keys)
    ring.add_signer("example.org/ledger", seed=b"s" * 32)
    ring.add_journal(seed=b"j" * 32)
    for name in ("intake-2026-11.key", "recipients.toml"):
        (own.keys / name).write_bytes((site.keys / name).read_bytes())
        (own.keys / name).chmod(0o600)
    lead, *heads = people
    return House(site=own, lead=lead, heads=(heads[0], heads[1]), now=now)


def every_identity() -> tuple[str, ...]:
    """All private keys there are: of the door, of the guard, of the desk, and of whatever is not erased."""
    desk = read_identities(keys._keys() / keys.DESK_KEY)
    rows = SubjectKey.objects.values_list("wrapped", flat=True)
    return (INTAKE, ESCROW, *desk, *(unseal(bytes(row), identities=desk).decode("ascii") for row in rows))


def opens(sealed: Iterable[bytes], identities: tuple[str, ...]) -> int:
    """How many of these sealed bytes any of the keys opens."""
    return sum(_opens(bytes(one), identities) for one in sealed)


def sealed_of(report: Report) -> list[bytes]:
    """All that was ever sealed for a report: what came in, messages, and what was written on it."""
    box = Deposit.objects.get(pk=report.pk).lookup
    rows = [Deposit.objects.filter(pk=report.pk), Message.objects.filter(lookup=box, from_reporter=True)]
    return [bytes(row) for rows_of in rows for row in rows_of.values_list("sealed", flat=True)] + _events(report.pk)


def sealed_in(dossier: Dossier) -> list[bytes]:
    """All that was ever sealed for a dossier: what was written, and what its analyses say."""
    parts = [
        model.objects.filter(analysis__dossier=dossier).values_list("sealed", flat=True)
        for model in (Chunk, FoldedChunk, AnalysisPart)
    ]
    outlines = Analysis.objects.filter(dossier=dossier, outline__isnull=False).values_list("outline", flat=True)
    return [bytes(one) for part in (*parts, outlines) for one in part if one is not None] + _events(dossier.pk)


def files_of(owner: UUID) -> list[str]:
    """Addresses of the files that belong to a report or dossier."""
    return list(ExhibitRow.objects.filter(deposit=owner).values_list("address", flat=True).order_by("address"))


def traces_of(report: Report) -> int:
    """How many blind traces lead to a report."""
    return Trace.objects.filter(report=report).count()


def _events(subject: UUID) -> list[bytes]:
    rows = Event.objects.filter(subject=subject, sealed__isnull=False).values_list("sealed", flat=True)
    return [bytes(row) for row in rows if row is not None]


def _opens(sealed: bytes, identities: tuple[str, ...]) -> bool:
    try:
        unseal(sealed, identities=list(identities))
    except (BrokenSeal, WrongKey):
        return False
    return True
