"""The folder of a witness: made once, read strictly, never without its memory."""

import stat
from pathlib import Path

import pytest

from rempart.evidence.ledger import notes, witness_files
from rempart.evidence.ledger.checkpoints import Checkpoint
from rempart.evidence.ledger.notes import BadKey
from rempart.evidence.ledger.witness_files import AlreadyThere, BadSettings, LostMemory
from tests.evidence.ledger.made import ORIGIN, SIGNER, STRANGER, WITNESS, files_of, signed

NAME = "bob.example/witness"
STATE = {ORIGIN: notes.parse_note(signed(Checkpoint(origin=ORIGIN, size=3, root=bytes(32))))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a new witness that knows one log."""
    witness_files.make_witness(tmp_path, name=NAME, seed=b"b" * 32, logs=[SIGNER.vkey])
    return tmp_path


def test_a_new_witness_has_a_key_settings_and_an_empty_memory(folder: Path) -> None:
    """Its private key is readable by its owner alone; partners are given the public file."""
    made = witness_files.load_witness(folder)

    assert (made.signer, made.logs, made.state) == (WITNESS, {ORIGIN: (SIGNER.vkey,)}, {})
    assert stat.S_IMODE((folder / "witness.key").stat().st_mode) == 0o600
    assert (folder / "witness.vkey").read_text() == WITNESS.vkey.text + "\n"


def test_what_it_remembers_is_there_again(folder: Path) -> None:
    """Notes with all their signatures."""
    witness_files.save_memory(folder, STATE)

    assert witness_files.load_witness(folder).state == STATE


def test_a_witness_is_not_made_over_another(folder: Path) -> None:
    """Its key would be lost, and its memory."""
    before = files_of(folder)

    with pytest.raises(AlreadyThere):
        witness_files.make_witness(folder, name=NAME, seed=b"c" * 32, logs=[])

    assert files_of(folder) == before


def test_a_name_that_a_key_cannot_have_makes_nothing(tmp_path: Path) -> None:
    """Refused before anything is written."""
    with pytest.raises(BadKey):
        witness_files.make_witness(tmp_path / "new", name="two words", seed=b"c" * 32, logs=[])

    assert not (tmp_path / "new").exists()


def test_a_log_may_have_another_name_than_its_key_and_several_keys(folder: Path) -> None:
    """A key was changed."""
    other = notes.new_signer("other.example/key", kind=1, seed=b"o" * 32).vkey
    with (folder / "witness.toml").open("a") as file:
        file.write(f'[[log]]\nvkey = "{STRANGER.vkey.text}"\n')
        file.write(f'[[log]]\norigin = "other.example/ledger"\nvkey = "{other.text}"\n')

    assert witness_files.load_witness(folder).logs == {
        ORIGIN: (SIGNER.vkey, STRANGER.vkey),
        "other.example/ledger": (other,),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "1"', 'version = "2"'),
        ('version = "1"', ""),
        ('name = "bob', 'name = "zoe'),
        ("[[log]]", "[[logs]]"),
        ("vkey = ", "key = "),
        (SIGNER.vkey.text, SIGNER.vkey.text[:-1]),
        (SIGNER.vkey.text, WITNESS.vkey.text),
        ("version", "version ="),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(folder: Path, old: str, new: str) -> None:
    """A misspelt name would leave a log without a witness, silently."""
    settings = folder / "witness.toml"
    settings.write_text(settings.read_text().replace(old, new, 1))

    with pytest.raises(BadSettings):
        witness_files.load_witness(folder)


def test_an_empty_memory_of_another_version_is_refused(folder: Path) -> None:
    """What a later version remembers may mean something else."""
    (folder / "state.json").write_text('{"version": "2", "held": {}}')

    with pytest.raises(LostMemory):
        witness_files.load_witness(folder)


@pytest.mark.parametrize("name", ["witness.toml", "witness.key"])
def test_a_witness_without_its_settings_or_key_is_refused(folder: Path, name: str) -> None:
    """The sentence names the folder, never the key."""
    (folder / name).unlink()

    with pytest.raises(BadSettings, match=folder.name):
        witness_files.load_witness(folder)


def test_a_witness_without_its_memory_does_not_start(folder: Path) -> None:
    """It would let every log go back."""
    (folder / "state.json").unlink()

    with pytest.raises(LostMemory, match="will not sign"):
        witness_files.load_witness(folder)


def test_a_memory_that_was_altered_is_refused(folder: Path) -> None:
    """Every note in it must bear the witness's own signature, and stand under its log's name."""
    witness_files.save_memory(folder, STATE)
    memory = folder / "state.json"
    good = memory.read_text()
    for old, new in ((r"\n3\n", r"\n2\n"), (f'"{ORIGIN}":', '"other.example/log":'), ('"1"', '"x"'), ("{", "[")):
        assert old in good
        memory.write_text(good.replace(old, new, 1))

        with pytest.raises(LostMemory):
            witness_files.load_witness(folder)


def test_a_memory_signed_by_somebody_else_is_refused(folder: Path) -> None:
    """A copied memory of another witness says nothing of this one."""
    other = notes.new_signer(NAME, kind=4, seed=b"q" * 32)
    note = notes.parse_note(signed(Checkpoint(origin=ORIGIN, size=3, root=bytes(32)), witness=other))
    witness_files.save_memory(folder, {ORIGIN: note})

    with pytest.raises(LostMemory):
        witness_files.load_witness(folder)
