"""Gathers the rows of one exhibit: numbers messages, makes ids unique, counts bytes, sends batches to the writer.

Invariant: the bytes of every part are accounted for when `finish` returns; what a reader forgot is an unread row.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rempart.conversations.outcome import PartReading, Reading, part_reading
from rempart.conversations.parts import Exhibit, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import (
    Account,
    Conversation,
    Media,
    Member,
    Message,
    Structure,
    Unread,
    UnreadCode,
)
from rempart.conversations.store import BATCH_ROWS, TableWriter
from rempart.conversations.tables import TABLES
from rempart.errors import Damaged
from rempart.evidence.digest import FileDigests, digest_three

Progress = Callable[[int], None]
# Files that come with exports and hold no conversation. Asked only after every reader has looked at the content.
_FURNITURE = (".css", ".js", ".ico", ".svg", ".ttf", ".woff", ".woff2", ".vcf")


class ChangedWhileRead(Damaged):
    """The exhibit's bytes are not those that were hashed."""


@dataclass(slots=True)
class _Span:
    """What is gathered about somebody's messages in a conversation."""

    messages: int = 0
    first_us: int | None = None
    last_us: int | None = None

    def add(self, moment: int | None) -> None:
        self.messages += 1
        if moment is not None:
            self.first_us = moment if self.first_us is None else min(self.first_us, moment)
            self.last_us = moment if self.last_us is None else max(self.last_us, moment)


@dataclass(slots=True)
class _Chat:
    """A conversation while it is read; later rows fill what earlier ones left open."""

    row: Conversation
    platform: str
    span: _Span = field(default_factory=_Span)


class Collector:
    """Numbers the rows of one exhibit, makes ids unique, counts bytes, and sends batches to the writer."""

    def __init__(self, exhibit: Exhibit, writer: TableWriter, *, hash_media: bool) -> None:
        self._exhibit, self._writer, self._hash_media = exhibit, writer, hash_media
        self._rows = 0
        self._counts: Counter[str] = Counter()
        self._batches: dict[str, dict[str, list[object]]] = {name: _columns(name) for name in TABLES}
        self._chats: dict[str, _Chat] = {}
        self._accounts: dict[str, tuple[Account, list[str], str]] = {}
        self._members: dict[tuple[str, str], tuple[str, _Span]] = {}
        self._unread: list[tuple[str, Unread]] = []
        self._parts: list[PartReading] = []
        self._held: dict[str, FileDigests | None] = {}  # parts that messages name as media; None: not read, or damaged
        self._platform = ""

    # -- one part -----------------------------------------------------------------------------------

    def read(self, part: Part, reader: Reader, *, tick: Progress | None) -> None:
        """Takes every row of the part; then checks that its bytes are all accounted for."""
        self._platform = reader.platform
        classes: Counter[str] = Counter()
        before, end, last = self._rows, 0, 0
        for row in reader.read(part, self._exhibit.bundle):
            if isinstance(row, Message):
                end = self._in_order(row.byte_start, row.byte_end, end)
                classes["message" if row.kind == "message" else row.kind] += row.byte_end - row.byte_start
                self._message(row, part)
                if tick and self._rows % 1000 == 0:
                    tick(row.byte_end)
            elif isinstance(row, Structure):
                classes[row.kind] += row.byte_end - row.byte_start
            elif isinstance(row, Unread):
                end = self._in_order(row.byte_start, row.byte_end, end)
                classes["unread" if row.loss else "set_aside"] += row.byte_end - row.byte_start
                self._add_unread(part, row)
            elif isinstance(row, Conversation):
                self._conversation(row)
            elif isinstance(row, Account):
                self._account(row)
            else:
                self._member(row)
            last = end
        self._settle(part, reader, classes, self._rows - before, last)

    def _in_order(self, start: int, end: int, before: int) -> int:
        if start < before or end < start:
            raise ChangedWhileRead(
                "{name} gave the same bytes twice while it was read. Copy it to a quiet disk and try again.",
                name=self._exhibit.name,
            )
        return end

    def _settle(self, part: Part, reader: Reader, classes: Counter[str], messages: int, last: int) -> None:
        gap = part.size_bytes - sum(classes.values())
        if gap < 0:
            raise ChangedWhileRead(
                "{name} grew while it was read. Copy it to a quiet disk and try again.", name=self._exhibit.name
            )
        if part.damages:
            row = Unread(
                byte_start=part.size_bytes - gap, byte_end=part.size_bytes, code="damaged", reason=part.damages[0]
            )
            classes["unread"] += gap
            self._add_unread(part, row)
        elif gap:
            row = Unread(
                byte_start=last,
                byte_end=last + gap,
                code="not_accounted",
                reason=f"{gap} bytes were passed over by the reader {reader.name}; this is a fault of Rempart",
            )
            classes["unread"] += gap
            self._add_unread(part, row)
        self._parts.append(part_reading(part, reader.name, messages, classes))

    def set_aside(self, part: Part) -> None:
        """A part that no reader knows: a medium that a message names, something else, or an unknown format."""
        if part.name in self._held:
            self._parts.append(part_reading(part, None, 0, Counter(media=part.size_bytes)))
            return
        known = part.head().is_binary or part.base.lower().endswith(_FURNITURE) or not part.size_bytes
        what = "no message names this file; it is not opened" if known else "no reader recognises this file"
        code: UnreadCode = "not_a_conversation" if known else "unknown_format"
        if part.closed or part.damages:
            known, what = False, part.closed or part.damages[0]
            code = "archive_refused" if part.closed else "damaged"
        row = Unread(byte_start=0, byte_end=part.size_bytes, code=code, reason=what, locator=part.name, loss=not known)
        self._add_unread(part, row)
        classes = Counter({"set_aside" if known else "unread": part.size_bytes})
        self._parts.append(part_reading(part, None, 0, classes))

    # -- rows ---------------------------------------------------------------------------------------

    def _conversation_id(self, local: str) -> str:
        return f"{self._platform}:{self._exhibit.sha256[:8]}/{local}"

    def _account_id(self, local: str) -> str:
        known = self._accounts.get(f"{self._platform}:{local}")
        if known:
            return f"{self._platform}:{local}"
        return f"{self._platform}:{self._exhibit.sha256[:8]}/{local}"

    def _account(self, row: Account) -> str:
        scope = "" if row.id_kind == "platform" else f"{self._exhibit.sha256[:8]}/"
        key = f"{self._platform}:{scope}{row.id}"
        known, names, platform = self._accounts.get(key, (row, [], self._platform))
        if row.name and row.name not in names:
            names.append(row.name)
        merged = Account(
            id=row.id,
            id_kind=row.id_kind,
            handle=known.handle or row.handle,
            phone=known.phone or row.phone,
            is_bot=known.is_bot if known.is_bot is not None else row.is_bot,
        )
        self._accounts[key] = (merged, names, platform)
        return key

    def _conversation(self, row: Conversation) -> None:
        key = self._conversation_id(row.id)
        known = self._chats.get(key)
        if known is None:
            self._chats[key] = _Chat(row, self._platform)
        else:
            old = known.row
            known.row = Conversation(
                id=row.id,
                title=old.title or row.title,
                kind=row.kind if old.kind == "unknown" else old.kind,
                native_kind=old.native_kind or row.native_kind,
                newest_first=old.newest_first or row.newest_first,
                complete=old.complete and row.complete,
            )

    def _member(self, row: Member) -> None:
        key = (self._conversation_id(row.conversation), self._account_id(row.account))
        self._members.setdefault(key, (row.basis, _Span()))

    def _message(self, row: Message, part: Part) -> None:
        self._rows += 1
        conversation = self._conversation_id(row.conversation)
        chat = self._chats.get(conversation)
        if chat is None:
            chat = self._chats[conversation] = _Chat(Conversation(id=row.conversation), self._platform)
        chat.span.add(row.sent_us)
        account = self._account_id(row.account) if row.account is not None else None
        if account is not None:
            basis, span = self._members.get((conversation, account), ("wrote", None))
            if span is None or basis != "wrote":
                span = _Span()
                self._members[(conversation, account)] = ("wrote", span)
            span.add(row.sent_us)
        self._append_message(row, part, conversation, account, newest_first=chat.row.newest_first)
        for medium in row.media:
            self._medium(medium)
        for reaction in row.reactions:
            self._append(
                "reactions",
                exhibit_sha256=self._exhibit.sha256,
                row=self._rows,
                emoji=reaction.emoji,
                count=reaction.count,
                account_id=self._account_id(reaction.account) if reaction.account is not None else None,
                reacted_at=reaction.reacted_us,
            )

    def _append_message(
        self, row: Message, part: Part, conversation: str, account: str | None, *, newest_first: bool
    ) -> None:
        self._append(
            "messages",
            exhibit_sha256=self._exhibit.sha256,
            row=self._rows,
            conversation_id=conversation,
            sequence=-self._rows if newest_first else self._rows,
            message_id=row.id,
            kind=row.kind,
            account_id=account,
            text=row.text,
            sent_at=row.sent_us,
            sent_text=row.sent_text,
            zone=row.zone,
            edited_at=row.edited_us,
            reply_to=row.reply_to,
            forwarded_from=row.forwarded_from,
            mentions=[self._mention(mention) for mention in row.mentions],
            action=row.action,
            repair=row.repair,
            extra=row.extra,
            part=part.name,
            byte_start=row.byte_start,
            byte_end=row.byte_end,
        )

    def _mention(self, local: str) -> str:
        return f"{self._platform}:{local}" if f"{self._platform}:{local}" in self._accounts else local

    def _medium(self, medium: Media) -> None:
        digests, reason = None, medium.reason
        if medium.state == "in_export" and medium.path is not None:
            digests = self._digests(medium.path)
            reason = reason or (None if digests else self._why_not_hashed(medium.path))
        self._append(
            "media",
            exhibit_sha256=self._exhibit.sha256,
            row=self._rows,
            kind=medium.kind,
            state=medium.state,
            reason=reason,
            name=medium.name,
            path=medium.path,
            mime_type=medium.mime_type,
            size_bytes=medium.size_bytes if medium.size_bytes is not None else self._size(medium),
            width_px=medium.width_px,
            height_px=medium.height_px,
            duration_s=medium.duration_s,
            sha256=digests and digests.sha256,
            sha1=digests and digests.sha1,
            md5=digests and digests.md5,
        )

    def _size(self, medium: Media) -> int | None:
        part = self._exhibit.bundle.named(medium.path) if medium.state == "in_export" and medium.path else None
        return part.size_bytes if part else None

    def _digests(self, path: str) -> FileDigests | None:
        if path not in self._held:
            part = self._exhibit.bundle.named(path)
            self._held[path] = None
            if part and self._hash_media:
                with part.open() as file:
                    digests = digest_three(file)
                self._held[path] = None if part.damages else digests
        return self._held[path]

    def _why_not_hashed(self, path: str) -> str:
        part = self._exhibit.bundle.named(path)
        return part.damages[0] if part and part.damages else "bytes not opened: the profile refuses media bytes"

    def _add_unread(self, part: Part, row: Unread) -> None:
        self._unread.append((part.name, row))
        self._append(
            "unread",
            exhibit_sha256=self._exhibit.sha256,
            part=part.name,
            byte_start=row.byte_start,
            byte_end=row.byte_end,
            code=row.code,
            reason=row.reason,
            locator=row.locator,
            loss=row.loss,
        )

    # -- batches ------------------------------------------------------------------------------------

    def _append(self, table: str, **values: object) -> None:  # one call per row: keywords are the column names
        columns = self._batches[table]
        for name, value in values.items():
            columns[name].append(value)
        self._counts[table] += 1
        if len(columns["exhibit_sha256"]) >= BATCH_ROWS:
            self._flush(table)

    def _flush(self, table: str) -> None:
        if self._batches[table]["exhibit_sha256"]:
            self._writer.append(table, self._batches[table])
            self._batches[table] = _columns(table)

    def finish(self) -> Reading:
        """Writes what is gathered per account, conversation and membership, and the last batches."""
        self._write_accounts()
        self._write_conversations()
        for table in TABLES:
            self._flush(table)
        return Reading(
            exhibit=self._exhibit,
            parts=tuple(self._parts),
            messages=self._rows,
            accounts=len(self._accounts),
            conversations=len(self._chats),
            media=self._counts["media"],
            unread=tuple(self._unread),
        )

    def _write_accounts(self) -> None:
        for key, (account, names, platform) in self._accounts.items():
            self._append(
                "accounts",
                exhibit_sha256=self._exhibit.sha256,
                account_id=key,
                platform=platform,
                id_kind=account.id_kind,
                native_id=account.id,
                names=names,
                handle=account.handle,
                phone=account.phone,
                is_bot=account.is_bot,
            )
        for (conversation, account_id), (basis, span) in self._members.items():
            self._append(
                "memberships",
                exhibit_sha256=self._exhibit.sha256,
                conversation_id=conversation,
                account_id=account_id,
                basis=basis,
                messages=span.messages,
                first_at=span.first_us,
                last_at=span.last_us,
            )

    def _write_conversations(self) -> None:
        for key, chat in self._chats.items():
            self._append(
                "conversations",
                exhibit_sha256=self._exhibit.sha256,
                conversation_id=key,
                platform=chat.platform,
                title=chat.row.title,
                kind=chat.row.kind,
                native_kind=chat.row.native_kind,
                complete=chat.row.complete,
                messages=chat.span.messages,
                first_at=chat.span.first_us,
                last_at=chat.span.last_us,
            )


def _columns(table: str) -> dict[str, list[object]]:
    return {name: [] for name in TABLES[table].names}
