"""The folder of a witness: who it is, which logs it knows, and what it remembers of them.

`witness.toml` names the logs, `witness.key` is the private key, `witness.vkey` what partners are given, `state.json`
the memory. Invariant: the memory is durable before an answer leaves; without its memory a witness does not start, since
it would let every log go back to any earlier state.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rempart.errors import BadInput, Damaged, NotAllowed
from rempart.evidence.ledger import files, notes
from rempart.evidence.ledger.checkpoints import parse_checkpoint
from rempart.evidence.ledger.notes import LOG_KEY, WITNESS_KEY, Signer, Vkey
from rempart.evidence.ledger.witness import Known, State

SETTINGS, KEY, PUBLIC, MEMORY = "witness.toml", "witness.key", "witness.vkey", "state.json"
_VERSION = "1"
_MOST_BYTES = 64 << 20


class BadSettings(BadInput):
    """The settings or the key of a witness cannot be used."""


class LostMemory(Damaged):
    """What a witness remembers is missing or damaged."""


class AlreadyThere(NotAllowed):
    """The folder already holds a witness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness as its folder describes it."""

    signer: Signer
    logs: Known
    state: State


class _Log(msgspec.Struct, forbid_unknown_fields=True):
    vkey: str
    origin: str | None = None


class _Settings(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    name: str
    log: list[_Log] = []


class _Memory(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    held: dict[str, str]


def make_witness(folder: Path, *, name: str, seed: bytes, logs: Sequence[Vkey]) -> Vkey:
    """Writes a new witness with 32 random bytes as its key, and gives the public half.

    Raises: AlreadyThere, BadKey, NotKept.
    """
    signer = notes.new_signer(name, kind=WITNESS_KEY, seed=seed)
    if any((folder / one).exists() for one in (SETTINGS, KEY, MEMORY)):
        raise AlreadyThere("The folder {name} already holds a witness; nothing was changed.", name=folder.name)
    files.write_files(folder, {KEY: f"{signer.secret}\n".encode()}, mode=files.PRIVATE)
    public = {
        PUBLIC: f"{signer.vkey.text}\n".encode(),
        MEMORY: _encode_memory({}),
        SETTINGS: _settings_text(name, logs).encode(),
    }
    files.write_files(folder, public)
    return signer.vkey


def _settings_text(name: str, logs: Sequence[Vkey]) -> str:
    """The settings; a JSON text is a TOML text too."""
    lines = [f'version = "{_VERSION}"', f"name = {json.dumps(name, ensure_ascii=False)}", ""]
    lines += [
        "# One table for each ledger that this witness knows; origin is the name of the key unless it is told.",
        "",
    ]
    for vkey in logs:
        lines += ["[[log]]", f"vkey = {json.dumps(vkey.text, ensure_ascii=False)}", ""]
    return "\n".join(lines)


def load_witness(folder: Path) -> Witness:
    """The witness of a folder. Raises: BadSettings, LostMemory."""
    try:
        settings = msgspec.convert(tomllib.loads(_text(folder / SETTINGS)), _Settings)
        signer = notes.parse_signer(_text(folder / KEY))
        logs = _logs(settings.log)
    except (OSError, ValueError, msgspec.ValidationError, notes.BadKey) as error:
        raise BadSettings(
            "The settings or the key of the witness in {name} cannot be read; nothing was changed.", name=folder.name
        ) from error
    if settings.version != _VERSION or signer.kind != WITNESS_KEY or signer.name != settings.name:
        raise BadSettings("The settings of the witness in {name} do not fit its key.", name=folder.name)
    return Witness(signer=signer, logs=logs, state=_load_memory(folder, signer.vkey))


def _logs(tables: Sequence[_Log]) -> dict[str, tuple[Vkey, ...]]:
    known: dict[str, tuple[Vkey, ...]] = {}
    for table in tables:
        vkey = notes.parse_vkey(table.vkey)
        if vkey.kind != LOG_KEY:
            raise notes.BadKey("The key of a ledger is expected, and this is the key of a witness.")
        origin = table.origin or vkey.name
        known[origin] = (*known.get(origin, ()), vkey)
    return known


def _load_memory(folder: Path, vkey: Vkey) -> State:
    """What the witness cosigned last; each checkpoint must bear its own signature."""
    try:
        memory = msgspec.json.decode(files.read_file(folder / MEMORY, most_bytes=_MOST_BYTES), type=_Memory)
        if memory.version != _VERSION:
            raise ValueError(memory.version)
        held = {origin: notes.parse_note(text.encode()) for origin, text in memory.held.items()}
        for origin, note in held.items():
            notes.check_note(note, [vkey])
            if parse_checkpoint(note.text).origin != origin:
                raise ValueError(origin)
    except (OSError, ValueError, msgspec.ValidationError, BadInput, notes.WrongSignature) as error:
        raise LostMemory(
            "The memory of the witness in {name} is missing or damaged, and it will not sign without. Put back "
            "{file} from a copy that is not older than its last answer.",
            name=folder.name,
            file=MEMORY,
        ) from error
    return held


def save_memory(folder: Path, state: State) -> None:
    """Makes what the witness remembers durable. Raises: NotKept."""
    files.write_files(folder, {MEMORY: _encode_memory(state)})


def _encode_memory(state: State) -> bytes:
    held: Mapping[str, str] = {origin: note.data.decode() for origin, note in sorted(state.items())}
    return msgspec.json.format(msgspec.json.encode(_Memory(version=_VERSION, held=dict(held))), indent=1) + b"\n"


def _text(path: Path) -> str:
    return files.read_file(path, most_bytes=_MOST_BYTES).decode()
