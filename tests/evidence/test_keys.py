"""Keys: what is taken for one, what is refused, and the public list of whom things are sealed for."""

import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import BadInput
from rempart.evidence import bech32, keys, sealing
from rempart.evidence.keys import DamagedRecipients, NotAKey, Purpose, Recipient, Recipients, UnreadableKeyFile

# The pair of the tests of rage (age/src/x25519.rs).
IDENTITY = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"
RECIPIENT = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def entry(name: str, purpose: Purpose = Purpose.INTAKE, *, created_date: date = NOVEMBER) -> Recipient:
    """A recipient with a key of its own."""
    key = keys.recipient_of(keys.identity_from_seed(name.encode().ljust(32, b"\0")[:32]))
    return Recipient(name=name, purpose=purpose, key=key, created_date=created_date)


def test_takes_native_keys() -> None:
    """Blanks around a key come from copying and mean nothing."""
    assert keys.parse_recipient(f" {RECIPIENT}\n") == RECIPIENT
    assert keys.parse_identity(f"{IDENTITY}\r\n") == IDENTITY
    assert keys.recipient_of(IDENTITY) == RECIPIENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        RECIPIENT[:-1],
        RECIPIENT + "q",
        RECIPIENT.upper(),
        RECIPIENT.replace("t7rx", "t7rz"),
        f"{RECIPIENT} {RECIPIENT}",
        "age1xyz1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
        bech32.encode("age1xyz", bytes(range(32))),
        bech32.encode("age1yubikey", bytes(range(33))),
        bech32.encode("age1tag", bytes(range(33))),
        bech32.encode("age", bytes(range(31))),
        bech32.encode("age", bytes(range(33))),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN",
        "../../etc/passwd",
        "age1" + "q" * 100_000,
        IDENTITY,
    ],
    ids=lambda text: text[:20],
)
def test_refuses_other_recipients(text: str) -> None:
    """Plugins, SSH, private keys, misspelt keys; the text is never in the message."""
    with pytest.raises(NotAKey) as refused:
        keys.parse_recipient(text)

    assert not text or text[:9] not in str(refused.value) or text == "age1"


@pytest.mark.parametrize(
    "point",
    [
        bytes(32),
        b"\x01" + bytes(31),
        (2**255 - 19).to_bytes(32, "little"),
        (2**255 - 20).to_bytes(32, "little"),
        bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    ],
)
def test_refuses_keys_of_small_order(point: bytes) -> None:
    """Sealing for them would seal for everybody, and age stops the process."""
    with pytest.raises(NotAKey, match="small order"):
        keys.parse_recipient(bech32.encode("age", point))


@pytest.mark.parametrize(
    "text", ["", IDENTITY.lower(), IDENTITY[:-1], IDENTITY.replace("GQ97", "GQ98"), "AGE-PLUGIN-XYZ-1QQQQ", RECIPIENT]
)
def test_refuses_other_identities(text: str) -> None:
    """A private key is native, whole, and in capitals."""
    with pytest.raises(NotAKey):
        keys.parse_identity(text)


@given(st.binary(min_size=32, max_size=32))
def test_a_seed_is_a_key(seed: bytes) -> None:
    """The same 32 bytes are the same key for ever, and it opens what is sealed for it."""
    identity = keys.identity_from_seed(seed)
    sealed = sealing.seal(b"a message", recipients=[keys.recipient_of(identity)])

    assert keys.identity_from_seed(seed) == keys.parse_identity(identity)
    assert sealing.unseal(sealed, identities=[identity]) == b"a message"


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_seed_has_32_bytes(size: int) -> None:
    """Fewer would be a weak key, more would be cut."""
    with pytest.raises(NotAKey):
        keys.identity_from_seed(bytes(size))


def test_new_keys_differ() -> None:
    """The system draws them."""
    assert keys.new_identity() != keys.new_identity()


def test_reads_a_file_of_age_keygen(tmp_path: Path) -> None:
    """Remarks and empty lines are passed over, several keys are read, and ours are written the same way."""
    path = tmp_path / "a.key"
    path.write_bytes(b"# created: 2026-11-01\r\n\r\n" + keys.identity_file(IDENTITY, remark="two\nlines"))

    assert keys.read_identities(path) == (IDENTITY,)
    assert b"# two lines\n# public key: " + RECIPIENT.encode() in path.read_bytes()


@pytest.mark.parametrize("data", [b"", b"# only a remark\n", b"\xff\xfe", "clé".encode()])
def test_refuses_a_file_without_key(tmp_path: Path, data: bytes) -> None:
    """It is said, not taken for a file of no keys."""
    (tmp_path / "a.key").write_bytes(data)

    with pytest.raises(UnreadableKeyFile):
        keys.read_identities(tmp_path / "a.key")


def test_the_list_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """With dates, purposes and retired keys; anybody may read it."""
    path = tmp_path / "recipients.toml"
    listed = Recipients(entries=(entry("guard", Purpose.ESCROW), entry("intake-2026-11")))
    listed = listed.with_new(entry("intake-2026-12", created_date=DECEMBER), retired_date=DECEMBER)

    keys.save_recipients(path, listed)

    assert keys.load_recipients(path) == listed
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_new_things_are_sealed_for_keys_in_use_only() -> None:
    """The month before retires, the guard key stays, and nothing is taken from the list."""
    november, december, guard = (
        entry("intake-2026-11"),
        entry("intake-2026-12", created_date=DECEMBER),
        entry("guard", Purpose.ESCROW),
    )

    listed = Recipients(entries=(guard, november)).with_new(december, retired_date=DECEMBER)

    assert listed.active() == (guard.key, december.key)
    assert listed.active("intake") == listed.active(Purpose.INTAKE) == (december.key,)
    assert listed.active("intake", "escrow") == (guard.key, december.key)
    assert listed.active("backup") == ()
    assert [known.name for known in listed.entries] == ["guard", "intake-2026-11", "intake-2026-12"]


def test_refuses_the_same_name_or_key_twice() -> None:
    """Two keys of one name could not be told apart."""
    november = entry("intake-2026-11")

    with pytest.raises(NotAKey, match="intake-2026-11"):
        Recipients(entries=(november,)).with_new(entry("intake-2026-11"))
    with pytest.raises(NotAKey, match="another"):
        Recipients(entries=(november,)).with_new(
            Recipient(name="another", purpose=Purpose.INTAKE, key=november.key, created_date=NOVEMBER)
        )


@pytest.mark.parametrize("name", ["", "../x", "a b", "Intake", 'a"b', "a" * 61, "-a", "a\n"])
def test_a_name_is_a_plain_name(name: str) -> None:
    """It becomes the name of a file."""
    with pytest.raises(NotAKey):
        Recipients(entries=()).with_new(entry(name))


def test_a_second_key_of_a_month_is_numbered() -> None:
    """For the day when the first one is not trusted any more."""
    assert keys.intake_name(date(2026, 11, 21)) == "intake-2026-11"
    assert keys.intake_name(date(2026, 11, 21), ["intake-2026-11", "intake-2026-11-2"]) == "intake-2026-11-3"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = ", "version = 1 #"),
        ('version = "1"', 'version = "2"'),
        ("created_date = 2026-11-01", "created_date = 2026-11-31"),
        ('purpose = "intake"', 'purpose = "everybody"'),
        ("age1", "age1xyz1"),
        ("created_date", "made_date"),
        ('name = "guard"', 'name = "../guard"'),
        ('name = "intake-2026-11"', 'name = "guard"'),
        ("# Public", "# \udcff"),
    ],
)
def test_a_damaged_list_is_not_used(tmp_path: Path, old: str, new: str) -> None:
    """Rather no report sealed than one sealed for a stranger."""
    path = tmp_path / "recipients.toml"
    keys.save_recipients(path, Recipients(entries=(entry("guard", Purpose.ESCROW), entry("intake-2026-11"))))
    text = path.read_text("utf-8")
    assert old in text

    path.write_bytes(text.replace(old, new).encode("utf-8", "surrogateescape"))

    with pytest.raises(DamagedRecipients):
        keys.load_recipients(path)


def test_a_kind_of_failure_is_a_bad_input() -> None:
    """The faces know four kinds."""
    assert issubclass(NotAKey, BadInput)
