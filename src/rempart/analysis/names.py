"""Looks up what the tables say of a message, an account or a conversation, for the few that the documents name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rempart.conversations.store import load_table, rows_at
from rempart.detection.pairs import NOBODY, Timeline
from rempart.records import Ref

_COLUMNS = ("exhibit_sha256", "row", "message_id", "text", "sent_at", "sent_text", "zone", "edited_at", "repair", "part",
            "byte_start", "byte_end", "forwarded_from")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A message as the documents show it, unedited. `number`: the platform's id, else `row:N`."""

    index: int
    number: str
    row: int
    speaker: str
    speaker_name: str
    addressee: str | None
    at: datetime | None
    at_text: str | None
    zone: str
    text: str
    edited: bool
    forwarded_from: str | None
    repair: str | None
    ref: Ref


class Names:
    """Names and messages behind the codes of a timeline; messages are fetched in one go and kept."""

    def __init__(self, folder: Path, timeline: Timeline) -> None:
        self.folder, self._timeline = folder, timeline
        self._quoted: dict[int, Quoted] = {}
        accounts = load_table(folder, "accounts", columns=["account_id", "names", "native_id", "id_kind"]).to_pylist()
        self._accounts: Mapping[str, Mapping[str, object]] = {row["account_id"]: row for row in accounts}
        chats = load_table(folder, "conversations", columns=["conversation_id", "title"]).to_pylist()
        self._titles: Mapping[str, str | None] = {row["conversation_id"]: row["title"] for row in chats}

    def account_id(self, code: int) -> str | None:
        """The id of an account code; None for NOBODY."""
        return None if code == NOBODY else self._timeline.accounts[code]

    def account_name(self, account_id: str | None) -> str | None:
        """The last display name of the account, else its id; None for None."""
        if account_id is None:
            return None
        row = self._accounts.get(account_id)
        names = row["names"] if row else None
        if isinstance(names, list) and names:
            return str(names[-1])
        return str(row["native_id"]) if row else account_id

    def shown_name(self, account_id: str) -> str:
        """The same where there is an account; its id also where the display name is empty."""
        return self.account_name(account_id) or account_id

    def all_names(self, account_id: str) -> tuple[str, ...]:
        """Every display name met, in order; empty for an account that the tables do not hold."""
        row = self._accounts.get(account_id)
        names = row["names"] if row else None
        return tuple(str(name) for name in names) if isinstance(names, list) else ()

    def is_known(self, account_id: str) -> bool:
        """True when the exhibits hold the account."""
        return account_id in self._accounts

    def conversation_id(self, code: int) -> str:
        """The id of a conversation code."""
        return self._timeline.conversations[code]

    def title(self, conversation_id: str) -> str | None:
        """The title of the conversation; None when the export gives none."""
        return self._titles.get(conversation_id)

    def fetch(self, indexes: Iterable[int]) -> None:
        """Reads the messages at these timeline indexes, those not yet read, in one pass over the table."""
        missing = sorted({index for index in indexes if index not in self._quoted})
        positions = {int(self._timeline.position[index]): index for index in missing}
        for position, row in rows_at(self.folder, list(positions), columns=_COLUMNS).items():
            index = positions[position]
            self._quoted[index] = self._quote(index, row)

    def quoted(self, index: int) -> Quoted:
        """The message at a timeline index."""
        if index not in self._quoted:
            self.fetch([index])
        return self._quoted[index]

    def _quote(self, index: int, row: Mapping[str, object]) -> Quoted:
        speaker = self.account_id(int(self._timeline.speaker[index])) or ""
        at, start, end = row["sent_at"], row["byte_start"], row["byte_end"]
        number, sent_text, repair, source = row["message_id"], row["sent_text"], row["repair"], row["forwarded_from"]
        return Quoted(
            index=index,
            number=str(number) if number is not None else f"row:{row['row']}",
            row=_int(row["row"]),
            speaker=speaker,
            speaker_name=self.shown_name(speaker),
            addressee=self.account_id(int(self._timeline.addressee[index])),
            at=at if isinstance(at, datetime) else None,
            at_text=str(sent_text) if sent_text is not None else None,
            zone=str(row["zone"]),
            text=str(row["text"]),
            edited=row["edited_at"] is not None,
            forwarded_from=str(source) if source is not None else None,
            repair=str(repair) if repair is not None else None,
            ref=Ref(
                exhibit_sha256=str(row["exhibit_sha256"]),
                part=str(row["part"]),
                byte_start=_int(start),
                byte_end=_int(end),
            ),
        )


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("the messages table holds another type than its schema says")
    return value
