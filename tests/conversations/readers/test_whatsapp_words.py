"""WhatsApp's own words in an export: media, deletions, edits and service lines, told from what people write."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms.whatsapp_marks import SERVICES, read_marks, service_of
from rempart.conversations.readers.whatsapp import READER
from tests.conversations.case import Read, read_bytes, read_files

LRM = "\u200e"


def _ios(text: str, work: Path) -> Read:
    """The texts of an iOS chat in which Alice writes `text` second."""
    chat = f"[13/03/2026 10:02:11] Alice: hello\n{LRM}[13/03/2026 10:02:12] Alice: {text}\n"
    return read_bytes(chat.encode(), work, readers=(READER,))


def _android(text: str, work: Path) -> Read:
    return read_bytes(f"13/03/2026 10:02 - Alice: {text}\n".encode(), work, readers=(READER,))


def _media(read: Read) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["state"], row["name"] or row["reason"]) for row in read.tables["media"]]


# -- what people write stays ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "budget.xlsx (draft)",
        "the image was omitted from the report",
        "I think this message was deleted by mistake",
        "This message was edited",
        "<b>bold</b>",
        "<reply to: Bob>",
        "<3 <3 <3",
        "(file attached)",
        "Missed voice call from you yesterday",
        "Bob added you and left",
        "end-to-end encryption is a fine thing",
        "see https://maps.google.com/?q=48.85,2.35 for the place",
        "POLL:\nWhat?\nOPTION: yes (1 vote)",
        "null",
    ],
)
def test_words_of_people_stay_text(text: str, tmp_path: Path) -> None:
    """A sentence that only resembles WhatsApp's is kept whole, without media and without action."""
    read = _android(text, tmp_path)

    assert read.texts == [text]
    assert (read.messages[0]["kind"], read.messages[0]["action"], read.messages[0]["extra"]) == ("message", None, None)
    assert _media(read) == []


def test_a_person_cannot_pass_for_the_system_by_its_mark(tmp_path: Path) -> None:
    """Who wrote before is no group name: an invisible mark before the words does not take the author away."""
    read = _ios(f"{LRM}Bob added you, do not tell", tmp_path)

    assert read.messages[1]["kind"] == "message"
    assert read.messages[1]["account_id"] is not None
    assert read.tables["conversations"][0]["kind"] == "one_to_one"


def test_on_android_the_mark_before_a_text_means_nothing(tmp_path: Path) -> None:
    """Android writes system lines without a name."""
    read = _android(f"{LRM}Bob left the group", tmp_path)

    assert read.messages[0]["kind"] == "message"


# -- media ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("IMG-20260312-WA0001.jpg (fichier joint)", "photo", "IMG-20260312-WA0001.jpg"),
        ("VID-20260312-WA0001.mp4 (file attached)", "video", "VID-20260312-WA0001.mp4"),
        ("PTT-20260312-WA0001.opus (Datei angehängt)", "voice", "PTT-20260312-WA0001.opus"),
        ("STK-20260312-WA0001.webp (bestand bijgevoegd)", "sticker", "STK-20260312-WA0001.webp"),
        ("AUD-20260312-WA0001.m4a (unknown words here)", "audio", "AUD-20260312-WA0001.m4a"),
        ("a plan (2).pdf (fichier joint)", "file", "a plan (2).pdf"),
        ("Alice.vcf (file attached)", "contact", "Alice.vcf"),
    ],
)
def test_android_attachments(text: str, kind: str, name: str, tmp_path: Path) -> None:
    """A file name and words in brackets; the caption stands on the next line and is the text."""
    read = _android(f"{text}\na caption", tmp_path)

    assert _media(read) == [(kind, "referenced", name)]
    assert read.texts == ["a caption"]


@pytest.mark.parametrize(
    ("text", "kind", "name", "rest"),
    [
        (f"{LRM}<pièce jointe : 00000004-PHOTO-2026-03-12-10-03-00.jpg>", "photo", "00000004-PHOTO-2026-03-12-10-03-00.jpg", ""),
        (f"{LRM}<attached: 00000005-VIDEO-2026-03-12-10-03-00.mp4>", "video", "00000005-VIDEO-2026-03-12-10-03-00.mp4", ""),
        ("<Anhang: 00000006-AUDIO-2026-03-12-10-03-00.opus>", "voice", "00000006-AUDIO-2026-03-12-10-03-00.opus", ""),
        ("<bijgevoegd: 00000007-STICKER-2026-03-12-10-03-00.webp>", "sticker", "00000007-STICKER-2026-03-12-10-03-00.webp", ""),
        ("<unknown word: 00000008-GIF-2026-03-12-10-03-00.mp4>", "animation", "00000008-GIF-2026-03-12-10-03-00.mp4", ""),
        (f"plan.pdf • {LRM}2 pages {LRM}<attached: 00000009-plan.pdf>", "file", "00000009-plan.pdf", f"plan.pdf • {LRM}2 pages"),
        (f"the door {LRM}<attached: 00000010-PHOTO-2026-03-12.jpg>", "photo", "00000010-PHOTO-2026-03-12.jpg", "the door"),
    ],
)  # fmt: skip
def test_ios_attachments(text: str, kind: str, name: str, rest: str, tmp_path: Path) -> None:
    """Angle brackets, any word, a numbered file name; the caption stands before it."""
    read = _ios(text, tmp_path)

    assert _media(read) == [(kind, "referenced", name)]
    assert read.texts[1] == rest


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<Médias omis>", "unknown"),
        ("<Média omis>", "unknown"),
        ("<Media omitted>", "unknown"),
        ("<Medien ausgeschlossen>", "unknown"),
        ("<Media weggelaten>", "unknown"),
        ("<View once voice message omitted>", "voice"),
        ("<Video note omitted>", "video"),
        ("image omitted", "photo"),
        (f"{LRM}image absente", "photo"),
        (f"{LRM}vidéo absente", "video"),
        ("audio absent", "audio"),
        ("audio omis", "audio"),
        ("GIF retiré", "animation"),
        ("sticker omis", "sticker"),
        ("document manquant", "file"),
        ("Fiche contact manquante", "contact"),
        (f"{LRM}Bild weggelassen", "photo"),
        ("Kontaktkarte ausgelassen", "contact"),
        ("afbeelding weggelaten", "photo"),
        ("Visitekaartje weggelaten", "contact"),
        ("sticker omitted", "sticker"),
        ("GIF omitted", "animation"),
        ("Contact card omitted", "contact"),
    ],
)
def test_media_left_out(text: str, kind: str, tmp_path: Path) -> None:
    """French, English, German and Dutch: the medium is missing, in the words of the export, and no text is invented."""
    read = _ios(text, tmp_path)

    assert _media(read) == [(kind, "missing", text.strip("<>" + LRM))]
    assert read.texts[1] == ""


@pytest.mark.parametrize("text", [f"plan.pdf • {LRM}3 pages {LRM}document omitted", "plan.pdf document omitted"])
def test_a_document_left_out_keeps_its_name(text: str, tmp_path: Path) -> None:
    """The name of the document stands before the words and stays."""
    read = _ios(text, tmp_path)

    assert [row["kind"] for row in read.tables["media"]] == ["file"]
    assert read.texts[1].startswith("plan.pdf")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_medium_beside_the_chat_is_in_the_export(zipped: bool, tmp_path: Path) -> None:
    """The part is found by its name, in a folder and in a zip, and is not opened by this profile."""
    chat = "13/03/2026 10:02 - Alice: IMG-20260313-WA0001.jpg (fichier joint)\n13/03/2026 10:03 - Bob: odd.bin (x)\n"
    files = {"in/_chat.txt": chat.encode(), "in/IMG-20260313-WA0001.jpg": b"\xff\xd8\0", "in/other.jpg": b"\xff\xd8\0"}
    read = read_files(files, tmp_path, zipped=zipped)

    media = read.tables["media"]
    assert [(row["state"], row["path"], row["sha256"]) for row in media] == [
        ("in_export", "in/IMG-20260313-WA0001.jpg", None)
    ]
    assert [row["part"] for row in read.unread] == ["in/other.jpg"]


def test_a_hostile_name_is_only_looked_up(tmp_path: Path) -> None:
    """A path that climbs is no file name; it stays text."""
    read = _android("../../etc/passwd.txt (file attached)", tmp_path)

    assert _media(read) == []
    assert read.texts == ["../../etc/passwd.txt (file attached)"]


def test_a_shared_place_is_a_medium_and_stays_text(tmp_path: Path) -> None:
    """A place in WhatsApp's form is noted; its text is kept."""
    read = _android("localisation : https://maps.google.com/?q=48.85,2.35", tmp_path)

    assert [(row["kind"], row["path"]) for row in read.tables["media"]] == [
        ("location", "https://maps.google.com/?q=48.85,2.35")
    ]
    assert read.texts == ["localisation : https://maps.google.com/?q=48.85,2.35"]


# -- deleted and edited -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Ce message a été supprimé",
        "Vous avez supprimé ce message.",
        f"{LRM}This message was deleted.",
        "You deleted this message",
        "This message was deleted by admin Zoe.",
        "Diese Nachricht wurde gelöscht.",
        "Dit bericht is verwijderd",
    ],
)
def test_a_deleted_message_is_an_action(text: str, tmp_path: Path) -> None:
    """The author stays, the words of WhatsApp go to `extra`, so that no search takes them for the author's."""
    read = _ios(text, tmp_path)
    row = read.messages[1]

    assert (row["kind"], row["action"], row["text"]) == ("message", "message_deleted", "")
    assert "notice" in row["extra"]
    assert row["account_id"] is not None


@pytest.mark.parametrize(
    "mark",
    [
        "<Ce message a été modifié>",
        f"{LRM}<This message was edited>",
        "<Diese Nachricht wurde bearbeitet.>",
        "<Dit bericht is bewerkt>",
    ],
)
def test_an_edited_message_keeps_its_text_alone(mark: str, tmp_path: Path) -> None:
    """The mark of an edit leaves the text, also behind several lines, and is kept beside it."""
    read = _ios(f"one\ntwo {mark}", tmp_path)

    assert read.texts[1] == "one\ntwo"
    assert "edited" in read.messages[1]["extra"]


# -- service lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "action"),
    [
        (
            "Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
            "encryption_notice",
        ),
        ("Les messages et les appels sont chiffrés de bout en bout. Appuyez pour en savoir plus.", "encryption_notice"),
        ("Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.", "encryption_notice"),
        ("Berichten en gesprekken worden end-to-end versleuteld.", "encryption_notice"),
        ("Alice created group “Trip”", "create_group"),
        ("Alice a créé le groupe « Trip »", "create_group"),
        ("Du hast die Gruppe „Trip“ erstellt.", "create_group"),
        ("U hebt groep ‘Trip’ gemaakt", "create_group"),
        ("You were added", "invite_members"),
        ("Alice a ajouté Bob", "invite_members"),
        ("Alice hat Bob hinzugefügt", "invite_members"),
        ("Alice heeft Bob toegevoegd", "invite_members"),
        ("Alice removed Bob", "remove_members"),
        ("Alice joined using this group's invite link", "join_group_by_link"),
        ("Alice left", "leave_group"),
        ("Alice a quitté le groupe", "leave_group"),
        ("Alice hat die Gruppe verlassen", "leave_group"),
        ("Alice heeft de groep verlaten", "leave_group"),
        ("Alice changed their phone number to a new number. Tap to message.", "number_changed"),
        ("Alice a changé de numéro de téléphone.", "number_changed"),
        ("Your security code with Alice changed. Tap to learn more.", "security_code_changed"),
        ("Missed voice call", "missed_call"),
        ("Appel vidéo manqué", "missed_call"),
        ("Verpasster Sprachanruf", "missed_call"),
        ("Gemist spraakgesprek", "missed_call"),
        ("Alice turned on disappearing messages.", "set_messages_ttl"),
        ("Alice a activé les messages éphémères.", "set_messages_ttl"),
        ("Alice pinned a message", "pin_message"),
        ("Something in words that nobody listed", None),
    ],
)
def test_a_line_without_a_sender_is_a_service_line(line: str, action: str | None, tmp_path: Path) -> None:
    """The system speaks: no account, the text as written, the action where it is known."""
    chat = f"13/03/2026 10:02 - {line}\n13/03/2026 10:03 - Alice: hello\n"
    read = read_bytes(chat.encode(), tmp_path, readers=(READER,))
    row = read.messages[0]

    assert (row["kind"], row["account_id"], row["text"], row["action"]) == ("service", None, line, action)
    assert read.reading.accounts == 1


def test_an_ios_notice_under_a_name_is_nobodys_message(tmp_path: Path) -> None:
    """iOS writes notices under the name of the group or the contact: it is kept in `extra`, not as an author."""
    chat = f"[13/03/2026 10:02:11] Trip: {LRM}Bob added Alice\n[13/03/2026 10:02:12] Alice: hello\n"
    read = read_bytes(chat.encode(), tmp_path, readers=(READER,))

    assert [row["kind"] for row in read.messages] == ["service", "message"]
    assert read.messages[0]["extra"] == '{"sender": "Trip"}'
    assert [row["native_id"] for row in read.tables["accounts"]] == ["Alice"]
    assert read.tables["conversations"][0]["kind"] == "group"


def test_a_missed_call_keeps_who_called(tmp_path: Path) -> None:
    """Under a call the name matters."""
    read = _ios(f"{LRM}Appel vocal manqué", tmp_path)

    assert (read.messages[1]["kind"], read.messages[1]["action"]) == ("service", "missed_call")
    assert read.messages[1]["account_id"] is not None


def test_every_service_has_words_and_a_name_of_its_own() -> None:
    """The list of words is whole: no action twice, no pattern that takes an empty line."""
    assert len({service.action for service in SERVICES}) == len(SERVICES)
    assert not [service.action for service in SERVICES if service.pattern.search("")]


@given(st.text(max_size=300))
def test_any_text_is_marked_without_an_error(text: str) -> None:
    """Hostile text gives marks, and no letter of it is invented."""
    marks = read_marks(text, lambda _: None)
    service_of(text, behind_name=True)

    assert len(marks.text) <= len(text)
