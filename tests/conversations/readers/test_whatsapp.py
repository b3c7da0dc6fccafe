"""WhatsApp exports: what is recognised, dates, senders, several lines, and every byte accounted for."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.readers.whatsapp import READER, recognises
from rempart.conversations.reading import UnknownFormat
from tests.conversations.case import Read, read_bytes, read_files

LRM = "\u200e"


def _read(text: str, work: Path, *, encoding: str = "utf-8") -> Read:
    return read_bytes(text.encode(encoding), work, readers=(READER,))


def _account(account_id: str | None) -> str | None:
    return account_id.partition("/")[2] if account_id else None


def _senders(read: Read) -> list[str | None]:
    return [_account(row["account_id"]) for row in read.messages]


def _sent(read: Read) -> list[str | None]:
    return [f"{row['sent_at']:%Y-%m-%d %H:%M:%S}" if row["sent_at"] else None for row in read.messages]


# -- what is not WhatsApp ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "[2019-12-24, 12:23] Alice: hello\n[2020-01-17, 21:49] Bob: hello\n",
        "[2019-12-24 12:23:11] Alice: hello\n[2020-01-17 21:49:00] Bob: hello\n",
        '{"messages": [{"date": "12/03/2026 10:02", "from": "Alice"}]}',
        '[\n{"date": "2026-03-12"}]',
        "date,from,text\n12/03/2026 10:02,Alice,hello\n13/03/2026 10:02,Bob,hello\n",
        "[2026-01-01 10:00:00] INFO: started\n[2026-01-01 10:00:01] ERROR: failed\n",
        "[01/01/2026 10:00:00] local.ERROR: failed\n[01/01/2026 10:00:00] local.INFO: passed\n",
        "2026-01-01 10:00:00 - INFO - started\n2026-01-01 10:00:01 - INFO - stopped\n",
        "01/01/2026 10:00:00 - sshd[412]: accepted\n01/01/2026 10:00:01 - cron[1]: run\n",
        "On 12/03/2026 at 10:02 we met: nothing happened.\nWe left.\n",
        "First line of a report.\nSecond line.\nThird line.\n12/03/2026 10:02 - Alice: hello\nLast line.\n",
        "[12/03/2026 10:02] alice\nhello\n\n[12/03/2026 10:03] bob\nhello\n",
        "[99/99/2026 10:02] Alice: hello\n",
        "[12/03/2026 10:02:11 Alice: hello\n12/03/2026 10:02:11] Alice: hello\n",
        "2/11/19, 14:48 Alice: hello\n",
        "",
        "\n\n\n",
    ],
)
def test_does_not_recognise_what_only_looks_alike(text: str) -> None:
    """Signal's text, CSV, JSON, logs, prose, Discord's text and broken stamps are not WhatsApp."""
    assert not recognises(Head(text.encode()))


def test_does_not_recognise_binary_bytes() -> None:
    """Bytes with a NUL are no text, whatever follows."""
    assert not recognises(Head(b"\0\0[12/03/2026 10:02:11] Alice: hello\n"))


def test_an_empty_file_is_no_chat(tmp_path: Path) -> None:
    """Nothing is made of nothing."""
    with pytest.raises(UnknownFormat, match="empty"):
        _read("", tmp_path)


@pytest.mark.parametrize(
    "mark", [LRM, "<attached: 00000004-PHOTO-2026-03-12-10-03-00.jpg>", "This message was deleted."]
)
def test_an_iso_date_in_brackets_is_whatsapp_with_a_mark_of_its_own(mark: str) -> None:
    """Signal's exporters write the same stamp; what WhatsApp alone writes tells them apart."""
    assert recognises(Head(f"[2026-03-12, 10:02:11] Alice: {mark}\n".encode()))


def test_a_contact_named_like_a_log_level_is_whatsapp_with_a_service_line() -> None:
    """A chat with a contact called Info is no log: the system line at its top says so."""
    text = (
        "13/03/2026 10:01 - Les messages et les appels sont chiffrés de bout en bout.\n13/03/2026 10:02 - Info: hello\n"
    )

    assert recognises(Head(text.encode()))


# -- layouts and dates ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("[13/03/2026 10:02:11] Alice: hello", "2026-03-13 10:02:11"),
        ("[13/03/2026, 10:02:11] Alice: hello", "2026-03-13 10:02:11"),
        ("[13/03/2026 à 10:02:11] Alice: hello", "2026-03-13 10:02:11"),
        ("[13/01/19 11:25] Alice: hello", "2019-01-13 11:25:00"),
        ("13/03/2026 10:02 - Alice: hello", "2026-03-13 10:02:00"),
        ("13/03/2026, 10:02 - Alice: hello", "2026-03-13 10:02:00"),
        ("27/04/2018 à 21:18 - Alice : hello", "2018-04-27 21:18:00"),
        ("13/03/2026 10:02 – Alice: hello", "2026-03-13 10:02:00"),
        ("13.03.26, 10:02 - Alice: hello", "2026-03-13 10:02:00"),
        ("[13.03.26, 10:02:11] Alice: hello", "2026-03-13 10:02:11"),
        ("13.03.2026 um 10:02 - Alice: hello", "2026-03-13 10:02:00"),
        ("13-03-2026 10:02 - Alice: hello", "2026-03-13 10:02:00"),
        ("13-03-2026 om 10:02 - Alice: hello", "2026-03-13 10:02:00"),
        ("[13-03-2026 10:02:11] Alice: hello", "2026-03-13 10:02:11"),
        ("13.3.2026 klo 10.02 - Alice: hello", "2026-03-13 10:02:00"),
        ("2026-03-12, 10:02 - Alice: hello", "2026-03-12 10:02:00"),
        ("2026/03/12, 10:02 - Alice: hello", "2026-03-12 10:02:00"),
        ("2026-03-12 10 h 02 - Alice: hello", "2026-03-12 10:02:00"),
        ("[2026/03/12 10:02:11] Alice: hello", "2026-03-12 10:02:11"),
        ("[2026-03-12, 10:02:11\u202fPM] Alice: hello", "2026-03-12 22:02:11"),
        ("3/13/26, 12:02\u202fAM - Alice: hello", "2026-03-13 00:02:00"),
        ("[3/13/26, 10:02:11 PM] Alice: hello", "2026-03-13 22:02:11"),
        ("13/03/26, 10:02 pm - Alice: hello", "2026-03-13 22:02:00"),
        ("13/3/26 10:02 p.\u00a0m. - Alice: hello", "2026-03-13 22:02:00"),
        ("13/3/26, 12:02 a.m. - Alice: hello", "2026-03-13 00:02:00"),
        ("13/03/2026 10:02:11: Alice: hello", "2026-03-13 10:02:11"),
        (f"{LRM}[13/03/2026 10:02:11] Alice: {LRM}hello", "2026-03-13 10:02:11"),
        ("\u200f[13/03/2026 10:02:11] \u202aAlice\u202c: hello", "2026-03-13 10:02:11"),
        ("\ufeff13/03/2026 10:02 - Alice: hello", "2026-03-13 10:02:00"),
    ],
)
def test_reads_every_documented_layout(line: str, sent: str, tmp_path: Path) -> None:
    """iOS and Android, French, English, German, Dutch and others: sender, text and local time."""
    read = _read(line + "\n", tmp_path)

    assert _sent(read) == [sent]
    assert _senders(read) == ["Alice"]
    assert read.texts == ["hello"]
    assert read.messages[0]["zone"] == "unknown"


def test_keeps_the_date_as_written(tmp_path: Path) -> None:
    """The words of the file stay beside the instant."""
    read = _read("27/04/2018 à 21:18 - Alice: hello\n", tmp_path)

    assert read.messages[0]["sent_text"] == "27/04/2018 à 21:18"


def test_does_not_guess_an_ambiguous_date(tmp_path: Path) -> None:
    """Where day and month cannot be told apart there is no instant, and one notice says why."""
    text = "01/02/26, 9:00 PM - Alice: one\n02/03/26, 9:00 PM - Bob: two\n03/03/26, 9:00 PM - Bob: three\n"
    read = _read(text, tmp_path)

    assert _sent(read) == [None, None, "2026-03-03 21:00:00"]
    assert [row["sent_text"] for row in read.messages][:2] == ["01/02/26, 9:00 PM", "02/03/26, 9:00 PM"]
    assert [(row["code"], row["loss"]) for row in read.unread] == [("ambiguous_dates", False)]


def test_one_day_above_twelve_decides_for_the_whole_file(tmp_path: Path) -> None:
    """The order is the file's: the last line tells how to read the first."""
    read = _read("1/2/26, 9:00 AM - Alice: one\n1/13/26, 9:00 AM - Bob: two\n", tmp_path)

    assert _sent(read) == ["2026-01-02 09:00:00", "2026-01-13 09:00:00"]
    assert not read.unread


def test_a_date_that_contradicts_the_file_has_no_instant(tmp_path: Path) -> None:
    """A line that is no day in the order of its file keeps its words and gets no instant."""
    lines = [f"{day}/01/26, 09:00 - Alice: hello\n" for day in range(1, 32)] * 8
    read = _read("".join(lines) + "01/31/26, 09:00 - Bob: hello\n", tmp_path)

    assert _sent(read)[-1] is None
    assert read.messages[-1]["sent_text"] == "01/31/26, 09:00"


# -- lines and senders ------------------------------------------------------------------------------


def test_lines_without_a_stamp_belong_to_the_message_before(tmp_path: Path) -> None:
    """A message of several lines is one message, and its slice covers them all."""
    text = "13/03/2026 10:02 - Alice: one\n\ntwo: three\n13/03/2026 10:03 - Bob: four\n\n"
    read = _read(text, tmp_path)

    assert read.texts == ["one\n\ntwo: three", "four"]
    assert [(row["byte_start"], row["byte_end"]) for row in read.messages] == [(0, 42), (42, len(text))]


def test_a_quoted_message_in_another_layout_stays_text(tmp_path: Path) -> None:
    """What somebody pasted is not put into the mouth of another; a notice counts it."""
    text = "13/03/26, 10:02 - Alice: look\n[14/03/2026 10:02:11] Zoe: pasted\n13/03/26, 10:03 - Bob: seen\n"
    read = _read(text, tmp_path)

    assert read.texts == ["look\n[14/03/2026 10:02:11] Zoe: pasted", "seen"]
    assert [(row["code"], row["loss"]) for row in read.unread] == [("other_layout", False)]


def test_lines_before_the_first_message_are_unread(tmp_path: Path) -> None:
    """A heading is shown as not read; blank lines are structure."""
    read = _read("\nA heading\n13/03/2026 10:02 - Alice: one\n13/03/2026 10:03 - Bob: two\n", tmp_path)

    assert [(row["code"], row["byte_start"], row["byte_end"]) for row in read.unread] == [
        ("before_first_message", 1, 11)
    ]
    assert read.texts == ["one", "two"]


@pytest.mark.parametrize(
    ("rest", "sender", "text"),
    [
        ("Alice: one: two", "Alice", "one: two"),
        ("Alice : one", "Alice", "one"),
        ("Alice\u00a0: one", "Alice", "one"),
        ("Alice: ", "Alice", ""),
        ("Alice:", "Alice", ""),
        ("Alice:.", "Alice", "."),
        ("🤓: one", "🤓", "one"),
        ("~\u202fAlice: one", "~ Alice", "one"),
        ('Alice "Al" B: one', 'Alice "Al" B', "one"),
        ("\u202a+33 6 12 34 56 78\u202c: one", "+33 6 12 34 56 78", "one"),
        ("Alice left", None, "Alice left"),
        ('Alice created group "Trip: 2026"', None, 'Alice created group "Trip: 2026"'),
        ("Alice a changé le sujet en « Fête: samedi »", None, "Alice a changé le sujet en « Fête: samedi »"),
        ("Unknown words about “a: b”", None, "Unknown words about “a: b”"),
        ("See https://example.org", None, "See https://example.org"),
        ("A" * 101 + ": one", None, "A" * 101 + ": one"),
    ],
)
def test_tells_the_sender_from_the_system(rest: str, sender: str | None, text: str, tmp_path: Path) -> None:
    """The name ends at the first colon, unless a known phrase, an open quotation or its length says that it is none."""
    read = _read(f"13/03/2026 10:01 - Zoe: hello\n13/03/2026 10:02 - {rest}\n", tmp_path)

    assert _senders(read)[1] == sender
    assert read.texts[1] == text
    assert read.messages[1]["kind"] == ("message" if sender else "service")


def test_a_name_that_is_a_number_fills_the_phone(tmp_path: Path) -> None:
    """An unsaved contact is known by the number alone; a name is a weak identity."""
    read = _read("13/03/2026 10:02 - +33 6 12 34 56 78: one\n13/03/2026 10:02 - Alice: two\n", tmp_path)

    phones = {row["native_id"]: (row["phone"], row["id_kind"]) for row in read.tables["accounts"]}
    assert phones == {"+33 6 12 34 56 78": ("+33 6 12 34 56 78", "name"), "Alice": (None, "name")}


@pytest.mark.parametrize(("names", "kind"), [("AB", "one_to_one"), ("AA", "one_to_one"), ("ABC", "group")])
def test_the_number_of_writers_tells_the_kind(names: str, kind: str, tmp_path: Path) -> None:
    """Two people or fewer are a conversation of two, unless the file tells of a group."""
    read = _read("".join(f"13/03/2026 10:02 - {name}: hello\n" for name in names), tmp_path)

    assert [row["kind"] for row in read.tables["conversations"]] == [kind]
    assert read.tables["conversations"][0]["title"] is None


@pytest.mark.parametrize(
    "line",
    [
        "13/03/2026 10:01 - Alice created group “Trip”",
        "13/03/2026 10:01 - Alice a créé le groupe « Trip »",
        "13/03/2026 10:01 - Alice hat die Gruppe „Trip“ erstellt.",
        "13/03/2026 10:01 - Alice heeft de groep ‘Trip’ gemaakt",
        f"[13/03/2026 10:01:00] Trip: {LRM}Alice created this group",
    ],
)
def test_the_creation_of_a_group_gives_kind_and_title(line: str, tmp_path: Path) -> None:
    """A group of which two write is a group, and its name is the title."""
    after = "] Alice: hello" if line.startswith("[") else " - Alice: hello"
    read = _read(f"{line}\n{line.partition(']' if line.startswith('[') else ' -')[0]}{after}\n", tmp_path)

    row = read.tables["conversations"][0]
    assert (row["kind"], row["title"]) == ("group", "Trip")
    assert _senders(read) == [None, "Alice"]


def test_mentions_are_kept(tmp_path: Path) -> None:
    """A number or a name behind @ is a mention."""
    read = _read("13/03/2026 10:02 - Alice: @33612345678 and @\u2068Bob B\u2069\n", tmp_path)

    assert read.messages[0]["mentions"] == ["33612345678", "Bob B"]


def test_each_folder_is_a_conversation_and_each_text_beside_another(tmp_path: Path) -> None:
    """Two chats never run into one."""
    chat = b"13/03/2026 10:02 - Alice: hello\n"
    read = read_files({"a/_chat.txt": chat, "b/one.txt": chat, "b/two.txt": chat}, tmp_path)

    ids = {row["conversation_id"].partition("/")[2] for row in read.tables["conversations"]}
    assert ids == {"a", "b/one.txt", "b/two.txt"}


# -- encodings, size, damage ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "repair"), [("utf-8-sig", None), ("utf-16", None), ("cp1252", "encoding: windows-1252")]
)
def test_reads_other_encodings(encoding: str, repair: str | None, tmp_path: Path) -> None:
    """UTF-16 by its mark, Windows-1252 line by line, marked as repaired."""
    read = _read("13/03/2026 à 10:02 - Zoé: déjà vu\n13/03/2026 à 10:03 - Bob: hello\n", tmp_path, encoding=encoding)

    assert _senders(read) == ["Zoé", "Bob"]
    assert read.texts == ["déjà vu", "hello"]
    assert read.messages[0]["repair"] == repair


def test_windows_line_ends_leave_no_trace(tmp_path: Path) -> None:
    """A carriage return before the newline is not text."""
    assert _read("13/03/2026 10:02 - Alice: one\r\ntwo\r\n", tmp_path).texts == ["one\ntwo"]


@pytest.mark.parametrize("end", ["[13/03/20", "[13/03/2026 10:", "[13/03/2026 10:03:00]", "[13/03/2026 10:03:00] Al"])
def test_a_stamp_cut_short_is_told(end: str, tmp_path: Path) -> None:
    """The message before the cut is whole, and the rest is one unread row."""
    head = "[13/03/2026 10:02:11] Alice: hello\n[13/03/2026 10:02:12] Bob: hello\n"
    read = _read(head + end, tmp_path)

    assert read.texts == ["hello", "hello"]
    assert [(row["code"], row["byte_start"], row["byte_end"]) for row in read.unread] == [
        ("cut", len(head), len(head + end))
    ]


@pytest.mark.parametrize(("encoding", "lost"), [("utf-8", 1), ("utf-16-le", 1)])
def test_a_letter_cut_in_two_is_told(encoding: str, lost: int, tmp_path: Path) -> None:
    """A cut inside a letter loses that letter, not the encoding of the line."""
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    whole = mark + "13/03/2026 à 10:02 - Alice: déjà".encode(encoding)
    read = read_bytes(whole[:-1], tmp_path, readers=(READER,))

    assert read.texts == ["déj"]
    assert read.messages[0]["repair"] is None
    assert [(row["code"], row["byte_end"] - row["byte_start"]) for row in read.unread] == [("cut", lost)]


def test_a_message_without_end_is_refused_beyond_a_limit(tmp_path: Path) -> None:
    """Memory stays flat: what runs on for megabytes is one unread row, and the next message is read."""
    line = "x" * 1023 + "\n"
    read = _read("13/03/2026 10:02 - Alice: one\n" + line * 5000 + "13/03/2026 10:03 - Bob: two\n", tmp_path)

    assert [row["code"] for row in read.unread] == ["too_large"]
    assert read.texts[1] == "two"


def test_a_line_of_megabytes_is_read_in_pieces(tmp_path: Path) -> None:
    """A hostile line costs no more than its bytes."""
    read = _read("13/03/2026 10:02 - Alice: " + "a<(: " * 500_000 + "\n13/03/2026 10:03 - Bob: two\n", tmp_path)

    assert len(read.messages) == 2
    assert len(read.texts[0]) > 2_000_000


def test_hostile_lines_are_text(tmp_path: Path) -> None:
    """Markup, paths, formulas and control characters are kept as written."""
    words = ["<script>alert(1)</script>", "=1+1", "../../etc/passwd", "\x1b[31m\x07", "{{7*7}}", "a\rb", "\u2028"]
    read = _read("".join(f"13/03/2026 10:02 - Alice: {word}\n" for word in words), tmp_path)

    assert read.texts == words


def test_a_large_chat_keeps_every_message(tmp_path: Path) -> None:
    """Tens of thousands of lines, counted."""
    lines = [f"{1 + i % 28:02}/03/2026 10:02 - Name {i % 7}: message {i}\n" for i in range(40_000)]
    read = _read("".join(lines), tmp_path)

    assert read.reading.messages == 40_000
    assert read.reading.accounts == 7
    assert read.reading.is_complete


_CHAT = (
    f"{LRM}[13/03/2026 10:02:11] Équipe: {LRM}Vous avez créé le groupe « Équipe »\r\n"
    "[13/03/2026 10:02:12] Alice: première ligne\ndeuxième ligne\r\n"
    "[13/03/2026 10:02:13] Bob: 👋🏽 bonjour\r\n"
    f"{LRM}[13/03/2026 10:02:14] Bob: {LRM}<pièce jointe : 00000004-PHOTO-2026-03-13-10-03-00.jpg>\r\n"
    "[14/03/2026 10:02:15] Alice: fin\r\n"
).encode()


@lru_cache(maxsize=1)
def _whole() -> Read:
    with TemporaryDirectory() as work:
        return read_bytes(_CHAT, Path(work), readers=(READER,))


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0, max_value=len(_CHAT)))
def test_a_cut_anywhere_loses_nothing_before_it(cut: int) -> None:
    """Every byte up to the cut is accounted for, and every message but the last is as in the whole file."""
    whole = _whole()
    with TemporaryDirectory() as work:
        try:
            part = read_bytes(_CHAT[:cut], Path(work), readers=(READER,))
        except UnknownFormat:
            assert cut < _CHAT.index(b"\n")
            return

    assert part.texts[:-1] == whole.texts[: max(len(part.texts) - 1, 0)]
    assert len(part.unread) <= 1
