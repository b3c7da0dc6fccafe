"""The exhibits of a dossier: through the same gate as the public form, looked at again without being opened, handed over once asked for."""

import io
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rempart.evidence.keys import Purpose, load_recipients
from rempart.evidence.vault import Vault
from rempart.intake import report as reports
from rempart.intake.report import Attachment
from rempart.web.cases import care, dossiers
from rempart.web.cases.events import history, of_dossier
from rempart.web.cases.models import Analysis, Dossier
from rempart.web.config import Site
from rempart.web.door.models import Deposit, ExhibitRow, Leaf
from rempart.web.people.roles import Role
from tests.web.cases.arriving import a_report
from tests.web.cases.test_handover import answer_all, closed_uploads, keep, sign, signing
from tests.web.desk.desk_team import Visitor, text, visitor
from tests.web.entering import sign_lately
from tests.web.team import by, cast, dossier, report
from tests.web.test_uploads import CHAT, PICTURE

__all__ = ["closed_uploads", "signing"]  # fixtures of the handover, used here by name
pytestmark = pytest.mark.usefixtures("rows", "closed_uploads")


def lead() -> tuple[Visitor, Dossier]:
    """Alice with a dossier of hers, the motive told."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)
    return seen, row


def give(seen: Visitor, row: Dossier, data: bytes, name: str = "chat.txt") -> Any:
    """A file in the form."""
    return seen.post("dossier_exhibit_add", row.number, export=SimpleUploadedFile(name, data), go="add", reason="foyer")


def test_a_picture_is_refused_with_what_to_give_instead() -> None:
    """The desk has the gate of the public form."""
    seen, row = lead()

    page = text(give(seen, row, PICTURE, "photo.txt"))

    assert "Pictures, films and sounds are not taken here" in page
    assert dossiers.contents(row).exhibits == []
    assert not ExhibitRow.objects.exists()


def test_a_form_without_a_file_keeps_nothing() -> None:
    """Nor one that was cut at the limit: then the button's name is missing."""
    seen, row = lead()

    empty = text(seen.post("dossier_exhibit_add", row.number, go="add"))
    cut = text(seen.post("dossier_exhibit_add", row.number, export=SimpleUploadedFile("chat.txt", CHAT)))

    assert "No file came" in empty
    assert "No file came" in cut
    assert dossiers.contents(row).exhibits == []


def test_an_export_is_sealed_named_and_proved(site: Site) -> None:
    """Its row, its leaf in the ledger, its entry in the dossier; its words nowhere on the page."""
    seen, row = lead()

    page = text(give(seen, row, CHAT))

    (item,) = dossiers.contents(row).exhibits
    kept = ExhibitRow.objects.get()
    assert (kept.address, kept.deposit) == (item.text("address"), row.pk)
    assert Leaf.objects.filter(subject=kept.id).exists()
    assert Vault(site.exhibits).check(kept.address)
    assert item.text("sha256") in page
    assert "reprise de samedi" not in page


def test_an_exhibit_is_looked_at_again_and_the_answer_stays(site: Site) -> None:
    """Intact, then changed: both are told with who and when."""
    seen, row = lead()
    give(seen, row, CHAT)
    (item,) = dossiers.contents(row).exhibits
    address = item.text("address")
    path = site.exhibits / address[:2] / address[2:]

    intact = text(seen.post("dossier_exhibit_check", row.number, item.id))
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    changed = text(seen.post("dossier_exhibit_check", row.number, item.id))
    path.unlink()
    missing = text(seen.post("dossier_exhibit_check", row.number, item.id))

    assert "the sealed bytes are those that were kept" in intact
    assert "An exhibit has changed since it was kept" in changed
    assert "its sealed bytes have changed" in changed
    assert "nothing lies under its address" in missing


def test_a_file_of_a_report_is_taken_over_once(site: Site) -> None:
    """A person says that it belongs to the dossier; the report it came with is told."""
    people = cast()
    told, address = report_with_file(people.alice.person.organisation, site)
    row = dossier(people.alice, told)
    seen = visitor(people.alice)
    seen.says_why(row)

    offered = text(seen.get("dossier_exhibits", row.number))
    seen.post("dossier_exhibit_take_over", row.number, address=address)
    twice = text(seen.post("dossier_exhibit_take_over", row.number, address=address))
    other = text(seen.post("dossier_exhibit_take_over", row.number, address="0" * 64))

    assert "Take over as an exhibit" in offered
    (item,) = dossiers.contents(row).exhibits
    assert item.words["report"] == told.number
    assert "is an exhibit of the dossier already" in twice
    assert "No report of this dossier came with this file." in other


def test_an_analysis_is_asked_for_once_at_a_time() -> None:
    """The second press is told that it is under way."""
    seen, row = lead()
    give(seen, row, CHAT)
    (item,) = dossiers.contents(row).exhibits

    asked = text(seen.post("dossier_analyse", row.number, item.id))
    again = text(seen.post("dossier_analyse", row.number, item.id))

    assert "The analysis was asked for." in asked
    assert "waits for the worker" in asked
    assert "being analysed already" in again
    assert Analysis.objects.count() == 1


def test_a_file_that_somebody_has_assessed_is_read_again_only_with_a_reason() -> None:
    """It spares people what they need not see."""
    seen, row = lead()
    give(seen, row, CHAT)
    (item,) = dossiers.contents(row).exhibits
    care.mark_assessed("file", item.text("sha256"), by=by(seen.actor))

    page = text(seen.post("dossier_analyse", row.number, item.id))
    nobody = Analysis.objects.count()
    seen.post("dossier_analyse", row.number, item.id, reason="le parquet demande les deux côtés")

    assert "Somebody assessed this on" in page
    assert (nobody, Analysis.objects.count()) == (0, 1)


def test_an_exhibit_of_another_dossier_is_not_looked_at() -> None:
    """Its id opens nothing here."""
    seen, row = lead()
    give(seen, row, CHAT)
    (item,) = dossiers.contents(row).exhibits
    second = dossier(seen.actor)
    seen.says_why(second)

    page = text(seen.post("dossier_exhibit_check", second.number, item.id))

    assert "This entry is not in this dossier" in page


def test_an_export_asks_again_who_one_is() -> None:
    """Without a fresh signature the question comes first, and nothing is made."""
    seen, row = lead()

    answer = seen.get("dossier_export", row.number)

    assert answer.status_code == 302
    assert "/account/confirm/" in answer["Location"]


def test_an_export_waits_for_the_review_and_says_so() -> None:
    """The form is not there before; a form that is sent all the same changes nothing."""
    seen, row = lead()
    give(seen, row, CHAT)
    _signed(seen)

    page = text(seen.get("dossier_export", row.number))
    refused = text(seen.post("dossier_export", row.number, reason="parquet", sure="1"))

    assert "The exculpatory review is not complete" in page
    assert "points without an answer" in refused


def test_a_complete_dossier_gives_the_bag_as_a_file(signing: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the tick and a reason: a zip, never shown, with the seal that the journal keeps."""
    people = cast()
    row = dossier(people.alice)
    keep(row, people.alice, signing)
    answer_all(row, people.alice)
    sign(signing)
    seen = visitor(people.alice)
    seen.says_why(row)
    _signed(seen)
    monkeypatch.setattr("rempart.web.desk.pages.exhibits.this_site", lambda: signing)

    unsure = text(seen.post("dossier_export", row.number, reason="parquet"))
    answer = seen.send("dossier_export", row.number, reason="parquet", sure="1")
    data = b"".join(answer.streaming_content)

    assert "Tick that you are sure." in unsure
    assert answer["Content-Disposition"] == f'attachment; filename="D-{row.number:06d}.zip"'
    assert (len(data), data[:2]) == (int(answer["Content-Length"]), b"PK")
    assert history(of_dossier(row))[-1].payload["seal"] == answer["Rempart-Seal"]


def test_an_analyst_exports_nothing() -> None:
    """The role has no such right, fresh signature or not."""
    people = cast()
    row = dossier(people.bob)
    seen = visitor(people.bob)
    _signed(seen)

    assert seen.get("dossier_export", row.number).status_code == 403
    assert seen.send("dossier_export", row.number, reason="x", sure="1").status_code == 403


def test_a_reader_adds_and_analyses_nothing() -> None:
    """Refused before anything is read."""
    people = cast()
    row = dossier(people.alice)
    reader = people.by_role[Role.SECOND_READER]
    dossiers.add_member(row, reader.person, by=by(people.alice))
    seen = visitor(reader)
    seen.says_why(row)

    assert seen.send("dossier_exhibit_add", row.number, go="add").status_code == 403
    assert seen.send("dossier_exhibit_take_over", row.number, address="0" * 64).status_code == 403
    assert "Seal and keep" not in text(seen.get("dossier_exhibits", row.number))


def report_with_file(organisation: Any, site: Site) -> tuple[Any, str]:
    """A report that came with an export: its row at the desk, its sealed words at the door, its file in the vault."""
    from rempart.evidence.sealing import seal

    recipients = load_recipients(site.recipients).active(Purpose.INTAKE, Purpose.ESCROW)
    kept = Vault(site.exhibits).put(io.BytesIO(CHAT), recipients=recipients)
    file = Attachment(
        name="chat.txt", sha256=kept.sha256, size_bytes=kept.size_bytes, address=kept.address, reader="whatsapp"
    )
    words = msgspec.structs.replace(a_report(), attachments=(file,))
    row = report(organisation, files=1)
    names = ("door", "lane", "kind", "reporter", "category", "urgency", "age_band", "contact_going_on", "language")
    same = {name: getattr(row, name) for name in (*names, "received_at", "lookup", "files")}
    Deposit.objects.create(
        id=row.pk,
        content_mac=b"m" * 16,
        salt=b"s" * 16,
        sealed=seal(reports.encode(words), recipients=recipients),
        **same,
    )
    ExhibitRow.objects.create(
        id=uuid4(), address=kept.address, deposit=row.pk, sealed_bytes=kept.sealed_bytes, salt=b"s" * 16
    )
    return row, kept.address


def _signed(seen: Visitor) -> None:
    """As if the password had been right a moment ago."""
    sign_lately(seen.client, seen.actor.person.user)
