"""POST /p/exports: only exports come in, only their giver can name them, and a report that names them can be repeated."""

from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from rempart.evidence.sealing import unseal
from rempart.evidence.vault import Vault
from rempart.intake.report import decode
from rempart.web.api import exports
from rempart.web.config import Site
from rempart.web.door.models import Deposit, ExhibitRow, Leaf
from tests.web.api.calling import Answer, Caller, make_partner
from tests.web.conftest import INTAKE
from tests.web.test_uploads import CHAT, FILM, PICTURE, zipped

pytestmark = pytest.mark.usefixtures("public")


@pytest.fixture
def caller() -> Caller:
    """A partner that may report."""
    make_partner()
    return Caller()


@pytest.fixture
def vault(site: Site) -> Vault:
    """The vault of the site of the tests."""
    return Vault(site.exhibits)


def give(caller: Caller, *files: bytes, field: str = "files", **told: Any) -> Answer:
    """Sends files."""
    data = {field: [SimpleUploadedFile("chat.txt", file) for file in files]}
    return caller.call("post", "/p/exports", data=data, **told)


@pytest.mark.parametrize(
    "data",
    [PICTURE, FILM, zipped(chat__txt=CHAT, photo__jpg=PICTURE), b"just words", zipped(chat__txt=bytes(60_000_000))],
)
def test_what_is_no_export_or_holds_media_is_refused(caller: Caller, vault: Vault, data: bytes) -> None:
    """With the sentence of the form that says what to give instead; nothing reaches the vault."""
    before = set(vault.addresses())

    answer = give(caller, data)

    assert (answer.status, answer.code) == (422, "refused_file")
    assert len(answer.data["error"]["message"]) > 40
    assert set(vault.addresses()) == before


def test_one_bad_file_keeps_none(caller: Caller, vault: Vault) -> None:
    """All or none."""
    before = set(vault.addresses())

    answer = give(caller, CHAT, PICTURE)

    assert answer.status == 422
    assert set(vault.addresses()) == before


def test_too_many_files_are_refused(caller: Caller) -> None:
    """Five at once; many more are stopped by Django, and answered in the same shape."""
    assert (give(caller, *[CHAT] * 6).code, give(caller, *[CHAT] * 11).code) == ("refused_file", "not_multipart")


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"{}", "application/json"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nnot a part", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\nno file\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_what_is_no_form_with_files_is_refused(caller: Caller, data: bytes, content_type: str) -> None:
    """One shape for every crooked body."""
    answer = caller.call("post", "/p/exports", data=data, content_type=content_type)

    assert (answer.status, answer.code) == (422, "not_multipart")


def test_files_of_another_field_are_not_looked_for(caller: Caller) -> None:
    """The field has one name."""
    assert give(caller, CHAT, field="file").code == "not_multipart"


def test_a_file_that_is_larger_than_the_site_takes_is_refused(
    caller: Caller, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not read to its end; 413 says the limit."""
    monkeypatch.setattr("rempart.web.uploads.SealedUploadHandler.new_file", _with_limit(1_000))
    monkeypatch.setattr("rempart.web.api.views.config", _Limit)

    answer = give(caller, CHAT * 100)

    assert (answer.status, answer.code) == (413, "too_large")


class _Limit:
    max_upload_bytes = 1_000


def _with_limit(most: int) -> Any:
    from rempart.web.uploads import SealedUploadHandler

    real = SealedUploadHandler.new_file

    def new_file(self: Any, *args: object, **kwargs: object) -> None:
        real(self, *args, **kwargs)
        self._limit = most

    return new_file


def test_without_a_token_nothing_is_taken(caller: Caller, vault: Vault) -> None:
    """The vault is for partners."""
    before = set(vault.addresses())

    answer = give(caller.by("nobody"), CHAT)

    assert (answer.status, answer.code) == (401, "unauthorized")
    assert set(vault.addresses()) == before


def test_an_export_is_sealed_and_named_by_a_report(caller: Caller, vault: Vault, tmp_path: Path) -> None:
    """The report tells name, hash and reader; the exhibit has a row and a leaf; the bytes are those that came."""
    given = give(caller, CHAT)
    (export,) = given.data["exports"]

    answer = caller.report({"kind": "conversation", "exports": [export["export"]]})

    report = decode(unseal(bytes(Deposit.objects.get().sealed), identities=[INTAKE]))
    (attachment,) = report.attachments
    vault.unseal_to(attachment.address, identities=[INTAKE], target=tmp_path / "out")
    assert (given.status, answer.status) == (201, 201)
    assert (attachment.name, attachment.reader, attachment.sha256) == ("chat.txt", "whatsapp", export["sha256"])
    assert (tmp_path / "out").read_bytes() == CHAT
    assert (ExhibitRow.objects.get().address, Leaf.objects.count()) == (attachment.address, 2)


def test_a_report_with_an_export_can_be_repeated(caller: Caller) -> None:
    """The same reference, the same receipt."""
    (export,) = give(caller, CHAT).data["exports"]
    body = {"kind": "conversation", "exports": [export["export"]]}

    first, again = caller.report(body), caller.report(body)

    assert (again.status, again.data["receipt"]) == (200, first.data["receipt"])
    assert ExhibitRow.objects.count() == 1


@pytest.mark.parametrize("crooked", ["", "x", "a:b:c", "é"])
def test_a_reference_that_is_not_ours_is_refused(caller: Caller, crooked: str) -> None:
    """The field is named; nothing is kept."""
    (export,) = give(caller, CHAT).data["exports"]

    for reference in (crooked, export["export"][:-1], export["export"] + "A", signing.dumps([1, 2, {}])):
        answer = caller.report({"kind": "conversation", "exports": [export["export"], reference]})
        assert (answer.status, list(answer.fields)) == (422, ["exports.1"])
    assert not Deposit.objects.exists()


def test_an_export_of_another_partner_cannot_be_named(caller: Caller) -> None:
    """A reference that leaked is of no use."""
    make_partner("another")
    (export,) = give(caller, CHAT).data["exports"]

    answer = caller.by("another").report({"kind": "conversation", "exports": [export["export"]]})

    assert (answer.status, list(answer.fields)) == (422, ["exports.0"])


def test_a_reference_is_good_for_a_week(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that no report names go after a month: no report may name one that is gone."""
    (export,) = give(caller, CHAT).data["exports"]
    monkeypatch.setattr(exports, "_GOOD_S", -1)

    answer = caller.report({"kind": "conversation", "exports": [export["export"]]})

    assert list(answer.fields) == ["exports.0"]
