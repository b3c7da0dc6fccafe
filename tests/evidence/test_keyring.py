"""The keys of a site: made once, rotated, never removed; and whatever is wrong with them is told."""

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rempart.evidence import durable, keys, sealing
from rempart.evidence.keyring import AlreadyMade, Flaw, Keyring, LostSigner, NoLedgerKey
from rempart.evidence.keys import DamagedRecipients, NotAKey
from rempart.evidence.ledger.notes import BadKey, parse_signer, parse_vkey

NOVEMBER, DECEMBER = date(2026, 11, 21), date(2026, 12, 1)
GUARD = keys.identity_from_seed(b"g" * 32)
SEED = b"s" * 32


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    """A site that has all its keys."""
    made = Keyring(tmp_path / "site" / "keys")
    made.add_guard(keys.recipient_of(GUARD), day=NOVEMBER)
    made.add_intake(NOVEMBER)
    made.add_signer("alice.example/ledger", seed=SEED)
    _add_desk(made)
    return made


def _add_desk(ring: Keyring) -> None:
    """What the desk needs beside the key of the month."""
    ring.add_journal(seed=b"j" * 32)
    ring.add_desk(NOVEMBER)
    ring.add_blind(seed=b"b" * 32)


def flaws(ring: Keyring, day: date = NOVEMBER) -> list[tuple[Flaw, str]]:
    """What is wrong, and where."""
    return [(fault.flaw, fault.name) for fault in ring.check(day)]


def test_the_keys_of_a_site_are_in_order_when_they_are_made(ring: Keyring) -> None:
    """Private halves for their owner, public ones for everybody, the guard key nowhere."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ring.folder.iterdir()}

    assert flaws(ring) == []
    assert modes == {
        "blind.key": 0o600,
        "desk.key": 0o600,
        "intake-2026-11.key": 0o600,
        "journal.key": 0o600,
        "journal.vkey": 0o644,
        "recipients.toml": 0o644,
        "signer.key": 0o600,
        "signer.vkey": 0o644,
    }


def test_both_the_readers_and_the_guard_open_what_is_sealed(ring: Keyring) -> None:
    """And the site alone cannot do without one of the two."""
    sealed = sealing.seal(b"a report", recipients=ring.recipients().active("intake", "escrow"))

    assert sealing.unseal(sealed, identities=ring.identities()) == b"a report"
    assert sealing.unseal(sealed, identities=[GUARD]) == b"a report"


def test_a_rotation_keeps_what_came_before_readable(ring: Keyring) -> None:
    """The new key seals, both open, the old one is retired and stays."""
    before = sealing.seal(b"before", recipients=ring.recipients().active("intake"))
    ring.add_intake(DECEMBER)
    after = sealing.seal(b"after", recipients=ring.recipients().active("intake"))

    assert [sealing.unseal(sealed, identities=ring.identities()) for sealed in (before, after)] == [b"before", b"after"]
    assert [(entry.name, entry.retired_date) for entry in ring.recipients().entries] == [
        ("guard-2026-11", None),
        ("intake-2026-11", DECEMBER),
        ("desk", None),
        ("intake-2026-12", None),
    ]
    assert flaws(ring, DECEMBER) == []


def test_a_month_has_one_key_unless_another_is_asked_for(ring: Keyring) -> None:
    """A second call by mistake changes nothing; a lost trust is met with a further key."""
    with pytest.raises(AlreadyMade, match="intake-2026-11"):
        ring.add_intake(NOVEMBER)
    assert len(ring.recipients().entries) == 3

    assert ring.add_intake(NOVEMBER, again=True).name == "intake-2026-11-2"
    assert len(ring.recipients().active("intake")) == 1


def test_another_guard_key_retires_the_one_before(ring: Keyring) -> None:
    """And the same one again is refused."""
    other = keys.recipient_of(keys.identity_from_seed(b"h" * 32))
    with pytest.raises(NotAKey):
        ring.add_guard(keys.recipient_of(GUARD), day=DECEMBER)

    assert ring.add_guard(other, day=NOVEMBER).name == "guard-2026-11-2"
    assert ring.recipients().active("escrow") == (other,)


def test_an_interrupted_rotation_goes_on_with_its_key(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """The private half was on the disk before the list told of it: nothing is sealed for a key that is lost."""

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keys, "save_recipients", cut)
        with pytest.raises(KeyboardInterrupt):
            ring.add_intake(DECEMBER)
    left = keys.read_identities(ring.private_path("intake-2026-12"))[0]
    assert flaws(ring) == [(Flaw.UNLISTED, "intake-2026-12.key")]

    assert ring.add_intake(DECEMBER).key == keys.recipient_of(left)
    assert flaws(ring, DECEMBER) == []


def test_a_ledger_has_one_key(ring: Keyring) -> None:
    """A lost private half is not replaced in silence: the ledger would be another one."""
    signer = parse_signer(ring.signer_path.read_text("utf-8"))
    assert signer.vkey == parse_vkey(ring.vkey_path.read_text("utf-8"))
    with pytest.raises(AlreadyMade):
        ring.add_signer("alice.example/ledger", seed=SEED)

    ring.signer_path.unlink()

    with pytest.raises(LostSigner):
        ring.add_signer("alice.example/ledger", seed=b"t" * 32)
    assert flaws(ring) == [(Flaw.NO_SIGNER, "signer.key")]


def test_the_journal_has_a_key_and_a_name_of_its_own(ring: Keyring) -> None:
    """A second one is refused, and a lost private half is not replaced in silence."""
    ledger, journal = (parse_vkey(path.read_text("utf-8")) for path in (ring.vkey_path, ring.journal_vkey_path))
    assert journal.name == f"{ledger.name}/journal"
    assert journal.public != ledger.public
    with pytest.raises(AlreadyMade):
        ring.add_journal(seed=b"k" * 32)

    ring.journal_path.unlink()

    with pytest.raises(LostSigner):
        ring.add_journal(seed=b"k" * 32)
    assert flaws(ring) == [(Flaw.NO_JOURNAL, "journal.key")]


def test_the_journal_waits_for_the_name_of_the_ledger(tmp_path: Path) -> None:
    """Nothing is written else."""
    ring = Keyring(tmp_path / "keys")

    with pytest.raises(NoLedgerKey):
        ring.add_journal(seed=SEED)

    assert not ring.folder.exists()


def test_the_key_of_the_index_is_made_once(ring: Keyring) -> None:
    """Another one would find nothing of what was found before."""
    before = ring.blind_path.read_bytes()

    assert not ring.add_blind(seed=b"c" * 32)
    assert ring.blind_path.read_bytes() == before


def test_an_interrupted_signer_goes_on_with_its_key(ring: Keyring) -> None:
    """The private half alone is enough."""
    before = ring.vkey_path.read_bytes()
    ring.vkey_path.unlink()

    ring.add_signer("other.example/ledger", seed=b"t" * 32)

    assert ring.vkey_path.read_bytes() == before


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\n"])
def test_a_ledger_has_a_name_that_can_be_signed(tmp_path: Path, origin: str) -> None:
    """And nothing is written else."""
    ring = Keyring(tmp_path / "keys")

    with pytest.raises(BadKey):
        ring.add_signer(origin, seed=SEED)

    assert not ring.signer_path.exists()


def test_a_site_without_keys_says_so(tmp_path: Path) -> None:
    """Nothing can be received, and nobody is pretended to be there."""
    ring = Keyring(tmp_path / "keys")

    assert flaws(ring) == [(Flaw.NO_LIST, "recipients.toml")]
    assert ring.recipients().active() == ring.identities() == ()


def _open(path: Path) -> None:
    path.chmod(0o640)


def _guard_here(folder: Path) -> None:
    durable.create(folder / "guard.key", keys.identity_file(GUARD, remark="x"))


def _one_key_for_both(folder: Path) -> None:
    for half in ("key", "vkey"):
        (folder / f"journal.{half}").write_bytes((folder / f"signer.{half}").read_bytes())


def _other_signer(folder: Path) -> None:
    other = Keyring(folder / "other")
    other.add_signer("x", seed=b"x" * 32)
    (folder / "signer.vkey").write_bytes(other.vkey_path.read_bytes())
    other.signer_path.unlink()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda folder: (folder / "intake-2026-11.key").unlink(), [(Flaw.PRIVATE_MISSING, "intake-2026-11.key")]),
        (
            lambda folder: (folder / "intake-2026-11.key").write_bytes(b"x"),
            [(Flaw.PRIVATE_DAMAGED, "intake-2026-11.key")],
        ),
        (lambda folder: _open(folder / "intake-2026-11.key"), [(Flaw.PRIVATE_OPEN, "intake-2026-11.key")]),
        (lambda folder: _open(folder / "signer.key"), [(Flaw.PRIVATE_OPEN, "signer.key")]),
        (lambda folder: folder.chmod(0o777), [(Flaw.FOLDER_OPEN, "keys")]),
        (_guard_here, [(Flaw.GUARD_HERE, "guard.key")]),
        (lambda folder: _guard_here(folder.parent), [(Flaw.GUARD_HERE, "guard.key")]),
        (lambda folder: _open(folder / "journal.key"), [(Flaw.PRIVATE_OPEN, "journal.key")]),
        (lambda folder: _open(folder / "desk.key"), [(Flaw.PRIVATE_OPEN, "desk.key")]),
        (lambda folder: _open(folder / "blind.key"), [(Flaw.PRIVATE_OPEN, "blind.key")]),
        (lambda folder: (folder / "blind.key").unlink(), [(Flaw.NO_BLIND, "blind.key")]),
        (lambda folder: (folder / "blind.key").write_bytes(b"00"), [(Flaw.NO_BLIND, "blind.key")]),
        (lambda folder: (folder / "journal.key").write_bytes(b"\xff"), [(Flaw.JOURNAL_OTHER, "journal.key")]),
        (_one_key_for_both, [(Flaw.JOURNAL_OTHER, "journal.vkey")]),
        (_other_signer, [(Flaw.SIGNER_OTHER, "signer.vkey")]),
        (lambda folder: (folder / "signer.key").write_bytes(b"\xff"), [(Flaw.SIGNER_OTHER, "signer.key")]),
        (lambda folder: (folder / "recipients.toml").write_bytes(b"x"), [(Flaw.LIST_DAMAGED, "recipients.toml")]),
        (lambda folder: (folder / "recipients.toml").unlink(), [(Flaw.NO_LIST, "recipients.toml")]),
    ],
)
def test_what_is_wrong_is_named(
    ring: Keyring, damage: Callable[[Path], object], expected: list[tuple[Flaw, str]]
) -> None:
    """One flaw, one statement, with its place."""
    damage(ring.folder)

    assert flaws(ring) == expected


def test_an_old_month_and_missing_keys_are_told(tmp_path: Path) -> None:
    """A key made last month is old from the first of this one."""
    ring = Keyring(tmp_path / "site" / "keys")
    ring.add_intake(NOVEMBER)
    ring.add_signer("x", seed=SEED)
    _add_desk(ring)

    assert flaws(ring, date(2026, 11, 30)) == [(Flaw.NO_GUARD, "guard")]
    assert flaws(ring, DECEMBER) == [(Flaw.NO_GUARD, "guard"), (Flaw.OLD_MONTH, "intake-2026-11")]


def test_a_site_with_a_guard_key_alone_is_told(tmp_path: Path) -> None:
    """Reports could be received, and read by nobody at hand."""
    ring = Keyring(tmp_path / "site" / "keys")
    ring.add_guard(keys.recipient_of(GUARD), day=NOVEMBER)
    ring.add_signer("x", seed=SEED)
    _add_desk(ring)

    assert flaws(ring) == [(Flaw.NO_INTAKE, "intake")]


def test_a_file_that_may_not_be_read_was_not_looked_at(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and not taken for sound or for damaged."""

    def refuse(path: Path, *_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(keys, "read_identities", refuse)

    assert flaws(ring) == [(Flaw.NOT_LOOKED, "intake-2026-11.key"), (Flaw.NOT_LOOKED, "desk.key")]


def test_a_damaged_list_stops_what_needs_it(ring: Keyring) -> None:
    """Rather nothing than a list begun anew."""
    ring.list_path.write_bytes(b"x")

    for act in (lambda: ring.add_intake(DECEMBER), ring.identities, ring.recipients):
        with pytest.raises(DamagedRecipients):
            act()
    assert ring.list_path.read_bytes() == b"x"
