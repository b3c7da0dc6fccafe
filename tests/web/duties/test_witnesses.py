"""Witnesses: what they cosign is kept, who is away waits, and who holds more than we do is an alarm."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.evidence.ledger import witness
from rempart.evidence.ledger.checkpoints import open_checkpoint, read_checkpoint, sign_checkpoint
from rempart.evidence.ledger.notes import LOG_KEY, WITNESS_KEY, Signer, new_signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.web.config import LedgerConfig, Site, SiteConfig, WitnessConfig
from rempart.web.duties import witnesses
from rempart.web.duties.outside import Answer, NoAnswer
from rempart.web.duties.plan import Told
from rempart.web.duties.witnesses import SOON, ask_witnesses, witnessed_folder
from tests.web.conftest import NOON

LOG = new_signer("example.org/log", kind=LOG_KEY, seed=bytes(32))
JOURNAL = new_signer("example.org/log/journal", kind=LOG_KEY, seed=b"j" * 32)
WITNESS = new_signer("partner.example/witness", kind=WITNESS_KEY, seed=bytes(range(32)))


class Partner:
    """A witness in memory, that answers as `rempart witness` does."""

    def __init__(self) -> None:
        self.state: witness.State = {}
        self.asked: list[str] = []
        self.is_away, self.status = False, 0

    def post(self, url: str, body: bytes, *, content_type: str) -> Answer:
        """In the place of the network."""
        assert content_type
        self.asked.append(url)
        if self.is_away:
            raise NoAnswer("{host} did not answer.", can_retry=True, host="partner.example")
        if self.status:
            return Answer(status=self.status, content_type="text/plain", body=b"no\n")
        told = witness.answer(
            body, logs={one.name: [one.vkey] for one in (LOG, JOURNAL)}, state=self.state, signer=WITNESS, now=NOON
        )
        self.state = told.state
        return Answer(status=told.status, content_type=told.content_type, body=told.body)


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Partner:
    """The one witness of the site."""
    made = Partner()
    monkeypatch.setattr(witnesses, "post", made.post)
    return made


@pytest.fixture
def own(tmp_path: Path) -> Site:
    """A site with one witness and an empty ledger."""
    ledger = LedgerConfig(witnesses=(WitnessConfig(url="https://partner.example/w/", vkey=WITNESS.vkey.text),))
    return Site(folder=tmp_path, config=SiteConfig(ledger=ledger))


def grow(site: Site, *entries: bytes, signer: Signer = LOG) -> None:
    """Signs more entries of the ledger, or of the journal."""
    with TileLog(site.journal if signer is JOURNAL else site.ledger, vkey=signer.vkey) as log:
        log.append(entries)
        log.publish(sign_checkpoint(log.head(signer.name), signer=signer))


def kept(site: Site) -> list[tuple[int, int]]:
    """Of each kept checkpoint: its size, and how many witnesses cosigned it."""
    found = [
        open_checkpoint(path.read_bytes(), vkey=LOG.vkey, witness_keys=[WITNESS.vkey])
        for path in sorted(witnessed_folder(site).iterdir())
    ]
    return [(signed.checkpoint.size, len(signed.witnesses)) for signed in found]


def test_an_empty_ledger_asks_nobody(own: Site, partner: Partner) -> None:
    """There is nothing to witness yet."""
    assert ask_witnesses(own, NOON) == Told()
    assert partner.asked == []


def test_what_a_witness_cosigned_is_kept(own: Site, partner: Partner) -> None:
    """From the first checkpoint on, and what continues it; nothing is asked twice."""
    grow(own, b"one")
    told = [ask_witnesses(own, NOON)]
    grow(own, b"two", b"three")
    told += [ask_witnesses(own, NOON), ask_witnesses(own, NOON)]

    assert told == [Told()] * 3
    assert kept(own) == [(3, 1)]
    assert partner.asked == ["https://partner.example/w/add-checkpoint"] * 2


def test_the_journal_is_witnessed_beside_the_ledger(own: Site, partner: Partner) -> None:
    """Each has its own checkpoint at the witness and with us; one that was set back is told, whichever it is."""
    grow(own, b"one")
    grow(own, b"read", b"written", signer=JOURNAL)

    told = [ask_witnesses(own, NOON), ask_witnesses(own, NOON)]

    held = [read_checkpoint(path.read_bytes()).checkpoint for path in sorted(witnessed_folder(own).iterdir())]
    assert told == [Told()] * 2
    assert sorted((one.origin, one.size) for one in held) == [(LOG.name, 1), (JOURNAL.name, 2)]
    assert len(partner.asked) == 2


def test_a_journal_that_was_set_back_is_an_alarm(own: Site, tmp_path: Path, partner: Partner) -> None:
    """The witness holds more than we do."""
    longer = replace(own, folder=tmp_path / "before")
    grow(longer, b"read", b"written", signer=JOURNAL)
    ask_witnesses(longer, NOON)
    grow(own, b"one")
    grow(own, b"read", signer=JOURNAL)

    assert ask_witnesses(own, NOON) == Told(notice="witness_ahead", count=1)


def test_a_checkpoint_waits_for_a_witness_that_is_away(own: Site, partner: Partner) -> None:
    """It is told and asked again soon; the next answer covers everything."""
    grow(own, b"one")
    partner.is_away = True
    away = ask_witnesses(own, NOON)
    grow(own, b"two")
    partner.is_away = False

    assert away == Told(notice="witness_away", count=1, again=SOON)
    assert ask_witnesses(own, NOON) == Told()
    assert kept(own) == [(2, 1)]


def test_what_a_witness_holds_is_found_again_after_our_memory_is_lost(own: Site, partner: Partner) -> None:
    """It says its size, and we continue from there."""
    grow(own, b"one")
    ask_witnesses(own, NOON)
    grow(own, b"two")
    for path in witnessed_folder(own).iterdir():
        path.write_bytes(b"damaged")

    assert ask_witnesses(own, NOON) == Told()
    assert kept(own) == [(2, 1)]


def test_a_witness_that_holds_more_is_an_alarm(own: Site, tmp_path: Path, partner: Partner) -> None:
    """The ledger was set back, even when our own memory of it was set back with it."""
    longer = replace(own, folder=tmp_path / "before")
    grow(longer, b"one", b"two", b"three")
    ask_witnesses(longer, NOON)
    grow(own, b"one")

    assert ask_witnesses(own, NOON).notice == "witness_ahead"


def test_a_witness_that_saw_another_history_refuses(own: Site, tmp_path: Path, partner: Partner) -> None:
    """A ledger that was written anew does not continue what it holds."""
    other = replace(own, folder=tmp_path / "before")
    grow(other, b"one")
    ask_witnesses(other, NOON)
    grow(own, b"another one", b"two")

    assert ask_witnesses(own, NOON).notice == "witness_refuses"


@pytest.mark.parametrize(
    ("status", "notice"),
    [(403, "witness_refuses"), (404, "witness_refuses"), (500, "witness_away"), (302, "witness_refuses")],
)
def test_every_other_answer_is_told(own: Site, partner: Partner, status: int, notice: str) -> None:
    """A fault of the partner waits; a refusal is for people."""
    grow(own, b"one")
    partner.status = status

    assert ask_witnesses(own, NOON).notice == notice


def test_a_cosignature_of_somebody_else_is_not_believed(
    own: Site, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits between us and the witness cannot cosign in its name."""
    grow(own, b"one")
    stranger = new_signer("partner.example/witness", kind=WITNESS_KEY, seed=bytes(31) + b"x")

    def forged(url: str, body: bytes, *, content_type: str) -> Answer:
        note = witness.parse_request(body).note
        line = stranger.cosign(note.text, seen_at=NOON).line
        return Answer(status=200, content_type=content_type, body=line.encode())

    monkeypatch.setattr(witnesses, "post", forged)

    assert ask_witnesses(own, NOON).notice == "witness_refuses"
    assert not witnessed_folder(own).exists()


def test_the_ledger_is_read_while_the_signer_writes_it(own: Site, partner: Partner) -> None:
    """The worker and the signer stand in one folder."""
    grow(own, b"begin")
    stop = threading.Event()

    def write() -> None:
        for number in range(40):
            grow(own, b"entry %d" % number)
        stop.set()

    writer = threading.Thread(target=write)
    writer.start()
    told = []
    while not stop.is_set():
        told.append(ask_witnesses(own, NOON).notice)
    writer.join()

    assert set(told) == {""}
    assert ask_witnesses(own, NOON) == Told()
    assert kept(own) == [(41, 1)]
