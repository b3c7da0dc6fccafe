"""The one schema of the conversation tables, column by column, with units.

Every reader ends here and every later step starts here. `docs/tables.md` is written from this module.
Keys: `exhibit_sha256` + `row` name a message; `conversation_id` and `account_id` are unique over a run.
Null always means "the export does not tell"; zero and empty are values.
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import pyarrow as pa

from rempart.engine.columns import column

INSTANT = pa.timestamp("us", tz="UTC")

_TEXT, _COUNT = pa.string(), pa.int64()
_column = partial(column, required=False)
_EXHIBIT = _column("exhibit_sha256", _TEXT, "SHA-256 of the exhibit, 64 hex digits", required=True)
_PART = _column("part", _TEXT, "path inside the folder or archive; empty when the exhibit is one file", required=True)
_START = _column("byte_start", _COUNT, "first byte of the slice in its part, from 0", required=True)
_END = _column("byte_end", _COUNT, "byte after the slice", required=True)
_ROW = _column("row", _COUNT, "number of the message in the exhibit, from 1, in the order of the bytes", required=True)
_CONVERSATION = _column("conversation_id", _TEXT, "`platform:exhibit/local id`, unique over a run", required=True)

ACCOUNTS = pa.schema(
    [
        _EXHIBIT,
        _column(
            "account_id", _TEXT, "`platform:id`, or `platform:exhibit/name` where only a name is known", required=True
        ),
        _column(
            "platform",
            _TEXT,
            "telegram, whatsapp, meta (Instagram, Messenger, Facebook), discord, signal, other",
            required=True,
        ),
        _column(
            "id_kind",
            _TEXT,
            "`platform`: the platform's own id; `name`: a display name, a weak identity",
            required=True,
        ),
        _column("native_id", _TEXT, "the id or name as the export writes it", required=True),
        _column("names", pa.list_(_TEXT), "display names met, in order of appearance", required=True),
        _column("handle", _TEXT, "user name without @"),
        _column("phone", _TEXT, "phone number as written"),
        _column("is_bot", pa.bool_(), "the export says that it is a bot"),
    ]
)
CONVERSATIONS = pa.schema(
    [
        _EXHIBIT,
        _CONVERSATION,
        _column("platform", _TEXT, "as in accounts", required=True),
        _column("title", _TEXT, "name of the chat as written"),
        _column("kind", _TEXT, "one_to_one, group, channel, saved, unknown", required=True),
        _column("native_kind", _TEXT, "the export's own word for the kind"),
        _column("complete", pa.bool_(), "false: the export holds one side only", required=True),
        _column("messages", _COUNT, "messages and service lines read", required=True),
        _column("first_at", INSTANT, "earliest instant met"),
        _column("last_at", INSTANT, "latest instant met"),
    ]
)
MEMBERSHIPS = pa.schema(
    [
        _EXHIBIT,
        _CONVERSATION,
        _column("account_id", _TEXT, "as in accounts", required=True),
        _column("basis", _TEXT, "`wrote`, `listed` by the export, or named by a `service` line", required=True),
        _column("messages", _COUNT, "messages written here", required=True),
        _column("first_at", INSTANT, "first message here"),
        _column("last_at", INSTANT, "last message here"),
    ]
)
MESSAGES = pa.schema(
    [
        _EXHIBIT,
        _ROW,
        _CONVERSATION,
        _column(
            "sequence",
            _COUNT,
            "order in time that the file claims: rises with time, negative where the file lists the newest first",
            required=True,
        ),
        _column("message_id", _TEXT, "the platform's own id"),
        _column("kind", _TEXT, "message, service, unsupported", required=True),
        _column("account_id", _TEXT, "who wrote; null: deleted account or the system"),
        _column(
            "text",
            _TEXT,
            "the text, repaired where `repair` says so; the original bytes stay in the exhibit",
            required=True,
        ),
        _column("sent_at", INSTANT, "when sent"),
        _column("sent_text", _TEXT, "the date as written"),
        _column(
            "zone", _TEXT, "`utc` or `offset`: the zone is known; `unknown`: local time taken as if UTC", required=True
        ),
        _column("edited_at", INSTANT, "last edit"),
        _column("reply_to", _TEXT, "message_id answered"),
        _column("forwarded_from", _TEXT, "display name of the source of a forward"),
        _column("mentions", pa.list_(_TEXT), "accounts or @handles named in the text", required=True),
        _column("action", _TEXT, "service action: join, take_screenshot, phone_call …"),
        _column("repair", _TEXT, "what was repaired to read the text: mojibake, control-escape, encoding"),
        _column("extra", _TEXT, "JSON of the fields that have no column"),
        _PART,
        _START,
        _END,
    ]
)
MEDIA = pa.schema(
    [
        _EXHIBIT,
        _ROW,
        _column(
            "kind",
            _TEXT,
            "photo, video, voice, audio, animation, sticker, file, contact, location, unknown",
            required=True,
        ),
        _column(
            "state",
            _TEXT,
            "`in_export`: a part of the exhibit; `referenced`: named only; `missing`: the export says that it left it out",
            required=True,
        ),
        _column("reason", _TEXT, "why missing or not hashed"),
        _column("name", _TEXT, "file name"),
        _column("path", _TEXT, "path as written"),
        _column("mime_type", _TEXT, "as written"),
        _column("size_bytes", _COUNT, "size in bytes"),
        _column("width_px", _COUNT, "width in pixels"),
        _column("height_px", _COUNT, "height in pixels"),
        _column("duration_s", pa.float64(), "length in seconds"),
        _column("sha256", _TEXT, "SHA-256 of the bytes, when the profile allows reading them"),
        _column(
            "sha1", _TEXT, "SHA-1 of the same bytes, from the same read: to look up in lists, proves nothing alone"
        ),
        _column("md5", _TEXT, "MD5 of the same bytes, likewise"),
    ]
)
REACTIONS = pa.schema(
    [
        _EXHIBIT,
        _ROW,
        _column("emoji", _TEXT, "the reaction as written", required=True),
        _column("count", _COUNT, "how many; 1 for a named person", required=True),
        _column("account_id", _TEXT, "who; null: counted without a name"),
        _column("reacted_at", INSTANT, "when"),
    ]
)
UNREAD = pa.schema(
    [
        _EXHIBIT,
        _PART,
        _START,
        _END,
        _column("code", _TEXT, "cut, damaged, not_a_conversation, encoding, too_large …", required=True),
        _column("reason", _TEXT, "one sentence", required=True),
        _column("locator", _TEXT, "a place that people understand: line 12, chats.list[3]"),
        _column("loss", pa.bool_(), "true: content may be lost; false: understood and set aside", required=True),
    ]
)
TABLES: Mapping[str, pa.Schema] = MappingProxyType(
    {
        "accounts": ACCOUNTS,
        "conversations": CONVERSATIONS,
        "memberships": MEMBERSHIPS,
        "messages": MESSAGES,
        "media": MEDIA,
        "reactions": REACTIONS,
        "unread": UNREAD,
    }
)
