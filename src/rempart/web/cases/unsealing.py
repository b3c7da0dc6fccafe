"""Opens what the door sealed, with the keys of the months that lie here, and says why when it cannot."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec

from rempart.errors import BadInput
from rempart.evidence.keyring import Keyring
from rempart.evidence.sealing import BrokenSeal, UnknownSeal, WrongKey, unseal
from rempart.intake import report as reports
from rempart.intake.report import NotAReport, Report
from rempart.web.door.models import Deposit


class Failure(StrEnum):
    """Why the words of a report cannot be read now; its row keeps the name, and the report stays in the queue."""

    OTHER_KEY = "sealed_for_other_key"
    DAMAGED = "damaged"
    OTHER_VERSION = "other_version"


class NotOpened(BadInput):
    """A report could not be opened; it is kept as it came. failure: why."""

    failure = Failure.DAMAGED


def not_opened(failure: Failure) -> NotOpened:
    """The error, with why."""
    error = NotOpened(
        "This report cannot be opened here now. It is kept as it came, and is tried again when the keys change."
    )
    error.failure = failure
    return error


class _Version(msgspec.Struct):
    version: int = reports.VERSION


class Unsealer:
    """The private keys of a site, the one that opened last first: mostly it opens the next one too."""

    def __init__(self, keys: Path) -> None:
        self._keyring = Keyring(keys)
        self._identities: tuple[str, ...] = ()  # never changed in place: several threads may open at once
        self.look()

    def look(self) -> bool:
        """Reads the keys again; True when they are others than before. Raises: DamagedRecipients, NotOpenedableKeyFile, OSError."""
        found = self._keyring.identities()
        if set(found) == set(self._identities):
            return False
        self._identities = found[::-1]  # the newest month first
        return True

    def open(self, sealed: bytes) -> Report:
        """The report. Raises: NotOpened."""
        try:
            data = self._unsealed(sealed)
        except UnknownSeal as error:
            raise not_opened(Failure.OTHER_VERSION) from error
        except BrokenSeal as error:
            raise not_opened(Failure.DAMAGED) from error
        try:
            return reports.decode(data)
        except NotAReport as error:
            raise not_opened(Failure.OTHER_VERSION if _is_later(data) else Failure.DAMAGED) from error

    def text_of(self, sealed: bytes) -> str:
        """The text of a message of a reporter. Raises: NotOpened."""
        try:
            return self._unsealed(sealed).decode("utf-8", "replace")
        except (UnknownSeal, BrokenSeal) as error:
            raise not_opened(Failure.DAMAGED) from error

    def open_late(self, sealed: bytes) -> Report:
        """The report, with a look at the keys again where the known ones do not open it. Raises: NotOpened, OSError."""
        try:
            return self.open(sealed)
        except NotOpened as error:
            if error.failure is not Failure.OTHER_KEY or not self.look():
                raise
        return self.open(sealed)

    def words_of(self, ids: Iterable[UUID]) -> dict[UUID, Report]:
        """Those of these reports that open, by their ids; the others are left out."""
        found: dict[UUID, Report] = {}
        for row in Deposit.objects.filter(id__in=list(ids)).only("id", "sealed").order_by("id"):
            try:
                found[row.id] = self.open(bytes(row.sealed))
            except NotOpened:
                continue
        return found

    def _unsealed(self, sealed: bytes) -> bytes:
        identities = self._identities
        for place, identity in enumerate(identities):
            try:
                data = unseal(sealed, identities=[identity])
            except WrongKey:
                continue
            if place:
                self._identities = (identity, *identities[:place], *identities[place + 1 :])
            return data
        raise not_opened(Failure.OTHER_KEY)


def _is_later(data: bytes) -> bool:
    """Whether the bytes are a report of a version after ours; what cannot be read at all is not."""
    try:
        return msgspec.json.decode(data, type=_Version).version > reports.VERSION
    except msgspec.MsgspecError:
        return False
