"""`rempart analyse --hashes`: the sealed lists of a folder, opened when a walk looks files up; each opening is written down."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rempart.analysis.joins import ListOpener
from rempart.errors import BadInput
from rempart.evidence import keys
from rempart.matching.listing import Listing
from rempart.matching.store import ListStore
from rempart.matching.uses import LookUp

FOLDER, KEYS = "hashlists", "keys"  # below the data folder of a site


class NoListsKept(BadInput):
    """The folder holds no list."""


class NoListKey(BadInput):
    """There is no key that opens the lists."""


def list_opener(folder: Path, *, identity_files: Sequence[Path], by: str) -> ListOpener:
    """What opens every list of `folder`, a data folder or the folder of the lists itself; keys are read now.

    identity_files: private keys; empty takes the one of the desk in the data folder. Raises: NoListsKept, NoListKey,
    BrokenList, UnreadableKeyFile.
    """
    kept = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    store = ListStore(kept)
    if not store.lists():
        raise NoListsKept(
            "No list is kept in {name}. `rempart hashes add LIST --name NAME` adds one.", name=folder.name
        )
    identities = _identities(list(identity_files) or [folder / KEYS / "desk.key"])

    def open_lists(exhibits: tuple[str, ...], media: int) -> Sequence[Listing]:
        use = LookUp(by=by, at=datetime.now(UTC), act="check", looked_up=media, exhibits=exhibits)
        return store.open_all(identities=identities, use=use)

    return open_lists


def _identities(paths: Sequence[Path]) -> tuple[str, ...]:
    try:
        return tuple(identity for path in paths for identity in keys.read_identities(path))
    except FileNotFoundError as error:
        raise NoListKey(
            "The private key that opens the lists is not at {name}; name its file with --identity-key.",
            name=Path(error.filename or "").name,
        ) from error
