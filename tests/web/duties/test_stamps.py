"""Time stamps: one a day of the newest checkpoint, kept when it is right, waiting when nobody answers."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.evidence.ledger import stamps as formats
from rempart.evidence.ledger.verify import Trust, verify_log
from rempart.web.config import LedgerConfig, Site, SiteConfig
from rempart.web.duties import stamps
from rempart.web.duties.outside import Answer, NoAnswer
from rempart.web.duties.plan import Told
from rempart.web.duties.stamps import SOON, stamp_checkpoints
from tests.evidence.ledger.authority import authority
from tests.web.conftest import NOON
from tests.web.duties.test_witnesses import JOURNAL, LOG, grow

REPLY = "application/timestamp-reply"


class Authorities:
    """Two authorities: each answers, is away, or answers wrongly."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away: set[str] = set()
        self.wrong: set[str] = set()
        self.mine = authority()

    def post(self, url: str, body: bytes, *, content_type: str) -> Answer:
        """In the place of the network."""
        assert content_type == "application/timestamp-query"
        self.asked.append(url)
        if url in self.away:
            raise NoAnswer("{host} did not answer.", can_retry=True, host="example")
        if url in self.wrong:
            return Answer(status=200, content_type=REPLY, body=self.mine.answer(body, nonce=1))
        return Answer(status=200, content_type=REPLY, body=self.mine.answer(body))


FIRST, SECOND = "https://first.example/", "https://second.example/"


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Authorities:
    """The authorities of the site."""
    made = Authorities()
    monkeypatch.setattr(stamps, "post", made.post)
    return made


@pytest.fixture
def own(tmp_path: Path) -> Site:
    """A site with two authorities and one entry in its ledger."""
    site = Site(folder=tmp_path, config=SiteConfig(ledger=LedgerConfig(stamp_urls=(FIRST, SECOND))))
    grow(site, b"one")
    return site


def names(site: Site) -> list[str]:
    """The files of stamps."""
    folder = site.ledger / "stamps"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_site_without_authority_asks_nobody(own: Site, outside: Authorities) -> None:
    """No network is touched that nobody configured."""
    site = Site(folder=own.folder, config=SiteConfig())

    assert stamp_checkpoints(site, NOON) == Told()
    assert (outside.asked, names(site)) == ([], [])


def test_an_empty_ledger_is_asked_for_later(tmp_path: Path, outside: Authorities) -> None:
    """There is nothing to stamp yet."""
    empty = Site(folder=tmp_path / "empty", config=SiteConfig(ledger=LedgerConfig(stamp_urls=(FIRST,))))

    assert stamp_checkpoints(empty, NOON) == Told(again=SOON)
    assert outside.asked == []


def test_the_first_authority_that_answers_stamps(own: Site, outside: Authorities) -> None:
    """The second one is asked only when the first is away; a stamped checkpoint is not asked for again."""
    outside.away = {FIRST}

    told = [stamp_checkpoints(own, NOON), stamp_checkpoints(own, NOON)]

    assert told == [Told(), Told()]
    assert outside.asked == [FIRST, SECOND]
    assert names(own) == ["1.sha256", "1.tsq", "1.tsr"]


def test_a_kept_stamp_passes_the_verification_of_the_ledger(own: Site, outside: Authorities) -> None:
    """What the worker writes is what `rempart verify` reads."""
    stamp_checkpoints(own, NOON)

    found = verify_log(own.ledger, trust=Trust(vkey=LOG.vkey, authorities=outside.mine.trusted))

    assert found.findings == ()
    assert found.not_examined == ()


def test_the_journal_is_stamped_beside_the_ledger(own: Site, outside: Authorities) -> None:
    """Its stamps stand in its own folder; what waits of both is counted together."""
    grow(own, b"read", b"written", signer=JOURNAL)
    outside.away = {FIRST, SECOND}
    waiting = stamp_checkpoints(own, NOON)
    outside.away = set()

    told = stamp_checkpoints(own, NOON)

    found = verify_log(own.journal, trust=Trust(vkey=JOURNAL.vkey, authorities=outside.mine.trusted))
    assert (waiting, told) == (Told(notice="stamps_waiting", count=2, again=SOON), Told())
    assert names(own) == ["1.sha256", "1.tsq", "1.tsr"]
    assert (found.findings, [size for size, _ in found.stamps]) == ((), [2])


def test_a_request_that_nobody_answers_waits(own: Site, outside: Authorities) -> None:
    """Offline for days: each checkpoint that was queued gets its stamp afterwards."""
    outside.away = {FIRST, SECOND}
    told = [stamp_checkpoints(own, NOON)]
    grow(own, b"two")
    told.append(stamp_checkpoints(own, NOON))
    outside.away = set()
    waiting = formats.pending(own.ledger)

    last = stamp_checkpoints(own, NOON)

    assert [one.notice for one in told] == ["stamps_waiting"] * 2
    assert told[1] == Told(notice="stamps_waiting", count=2, again=SOON)
    assert waiting == (1, 2)
    assert last == Told()
    assert formats.pending(own.ledger) == ()


def test_a_wrong_answer_is_told_and_not_kept(own: Site, outside: Authorities) -> None:
    """An old stamp of something else proves nothing."""
    outside.wrong = {FIRST}

    told = stamp_checkpoints(own, NOON)

    assert told == Told(notice="stamps_wrong", count=1, again=SOON)
    assert names(own) == ["1.tsq"]


def test_with_certificates_only_their_authorities_are_believed(own: Site, outside: Authorities) -> None:
    """keys/stamps.pem says who may stamp."""
    own.keys.mkdir()
    (own.keys / "stamps.pem").write_bytes(authority("Another authority").root.public_bytes(Encoding.PEM))
    refused = stamp_checkpoints(own, NOON)
    (own.keys / "stamps.pem").write_bytes(outside.mine.root.public_bytes(Encoding.PEM))

    accepted = stamp_checkpoints(own, NOON)

    assert refused.notice == "stamps_wrong"
    assert accepted == Told()
    assert "1.tsr" in names(own)
