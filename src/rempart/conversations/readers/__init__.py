"""The readers, one file each, in the order in which they are asked. To add one: CONTRIBUTING.md, "Add a reader"."""

from rempart.conversations.reader import Reader
from rempart.conversations.readers import (
    delimited,
    discord_exporter,
    discord_exporter_csv,
    discord_package,
    meta,
    signal,
    sigtop,
    telegram_html,
    telegram_json,
    whatsapp,
)

READERS: tuple[Reader, ...] = (
    meta.READER,  # before Telegram, which also knows a chat by a word (`replies`) that may be a message's text
    discord_exporter.READER,
    discord_exporter_csv.READER,
    discord_package.READER,
    telegram_json.READER,
    telegram_html.READER,
    whatsapp.READER,  # before Signal's text, which it leaves alone: see its trap 5
    signal.READER,
    sigtop.READER,
    delimited.READER,  # last: any table whose columns have obvious names
)
