"""The bag of a dossier: nothing before the review, every exhibit with its proof, judged by its own verifier, and written down first."""

import io
import secrets
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.evidence.bag import NotInLedger
from rempart.evidence.bag_check import verify_bag
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import KEY_BYTES, Purpose, load_recipients
from rempart.evidence.ledger.notes import parse_vkey
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.vault import Vault
from rempart.web.cases import dossiers, exhibits
from rempart.web.cases.checklists import review_points
from rempart.web.cases.dossiers import NotComplete, NotThere
from rempart.web.cases.events import history, of_dossier
from rempart.web.cases.handover import hand_over
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import NoReason
from rempart.web.config import Site
from rempart.web.door.acts import Means
from rempart.web.logs import LEDGER
from rempart.web.people.access import Actor
from rempart.web.signing import load_signer, sign_new_leaves
from rempart.web.uploads import HeldUpload, accept_exports
from tests.web.conftest import NOON
from tests.web.team import by, cast, dossier
from tests.web.test_uploads import CHAT, held

pytestmark = pytest.mark.usefixtures("rows", "closed_uploads")


@pytest.fixture
def closed_uploads() -> object:
    """The memory of the uploads is given back."""
    from tests.web import test_uploads

    yield
    while test_uploads._OPEN:
        test_uploads._OPEN.pop().held.close()


@pytest.fixture
def signing(site: Site, tmp_path: Path) -> Site:
    """A copy of the tests' site with a ledger of its own that can be signed."""
    own = replace(site, folder=tmp_path / "site")
    shutil.copytree(site.keys, own.keys)
    for path in (own.exhibits, own.desk_database.parent):
        path.mkdir(parents=True, exist_ok=True)
    Keyring(own.keys).add_signer("essai.example/ledger", seed=secrets.token_bytes(KEY_BYTES))
    return own


def keep(row: Dossier, actor: Actor, site: Site, data: bytes = CHAT) -> None:
    """A file that somebody gives at the desk."""
    recipients = load_recipients(site.recipients).active(Purpose.INTAKE, Purpose.ESCROW)
    upload: HeldUpload = held(data)
    accepted = accept_exports([upload], profile="hotline", vault=Vault(site.exhibits), recipients=recipients)
    means = Means(recipients=recipients, at=NOON, draw=secrets.token_bytes)
    exhibits.keep_uploads(row, accepted, by=by(actor), means=means)


def answer_all(row: Dossier, actor: Actor) -> None:
    """Every point of the review."""
    for point in review_points():
        dossiers.answer_check(row, point=point.code, answer="yes", said="vu", by=by(actor))


def sign(site: Site) -> None:
    """What the signer does."""
    with TileLog(site.ledger, vkey=load_signer(site).vkey) as log:
        sign_new_leaves(log, signer=load_signer(site), of=LEDGER)


def test_nothing_leaves_while_a_point_of_the_review_is_open(signing: Site) -> None:
    """And nothing is written."""
    people = cast()
    row = dossier(people.alice)
    keep(row, people.alice, signing)
    sign(signing)

    with pytest.raises(NotComplete):
        hand_over(row, by=by(people.alice), site=signing)

    assert "exported" not in {event.action for event in history(of_dossier(row))}


def test_a_dossier_without_an_exhibit_has_no_bag(signing: Site) -> None:
    """There is nothing to prove."""
    people = cast()
    row = dossier(people.alice)
    answer_all(row, people.alice)

    with pytest.raises(NotThere):
        hand_over(row, by=by(people.alice), site=signing)


def test_an_export_needs_a_reason(signing: Site) -> None:
    """To whom, and why."""
    people = cast()
    row = dossier(people.alice)

    with pytest.raises(NoReason):
        hand_over(row, by=by(people.alice, " "), site=signing)


def test_an_exhibit_that_no_signed_leaf_names_is_not_handed_over(signing: Site) -> None:
    """A bag without proof is none; the signer comes first."""
    people = cast()
    row = dossier(people.alice)
    sign(signing)
    keep(row, people.alice, signing)
    answer_all(row, people.alice)

    with pytest.raises(NotInLedger):
        hand_over(row, by=by(people.alice), site=signing)


def test_the_bag_stands_before_its_verifier_and_the_journal_has_its_seal(signing: Site, tmp_path: Path) -> None:
    """Byte for byte what was given, with its custody; and no trace of it stays on the disk of the desk."""
    people = cast()
    row = dossier(people.alice)
    keep(row, people.alice, signing)
    answer_all(row, people.alice)
    sign(signing)

    made = hand_over(row, by=by(people.alice, "parquet, soit-transmis 12"), site=signing)

    with made.file as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        archive.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    vkey = parse_vkey(Keyring(signing.keys).vkey_path.read_text("utf-8"))
    assert not verify_bag(folder, vkeys=[vkey]).findings
    assert any(path.read_bytes() == CHAT for path in (folder / "data" / "pieces").iterdir())
    last = history(of_dossier(row))[-1]
    assert (last.action, last.payload["seal"]) == ("exported", made.seal)
    assert not list(signing.desk_database.parent.glob("rempart-*"))
