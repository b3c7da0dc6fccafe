"""E-mails: hostile ones are refused or read within bounds, ordinary ones become reports, and nothing that can be seen is told as words."""

import hashlib
import time
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.intake.mail import Mail, MailFile, NotAMail, Told, read_mail, report_of, text_only
from rempart.intake.mail_parts import MAX_BYTES, MAX_PARTS
from rempart.intake.markup import MAX_CHARS, read_markup
from rempart.intake.report import MAX_ITEMS, MAX_NARRATIVE_CHARS, Kind, ReporterKind, decode, encode

SQUARES = b"\x89PNG\r\n\x1a\n" + bytes(200)  # the head of a picture, without a picture


def a_mail(text: str = "Bonjour, un compte m’inquiète.", **headers: str) -> EmailMessage:
    """An ordinary message."""
    message = EmailMessage()
    told = {
        "From": "Zoé Martin <zoe@exemple.test>",
        "To": "accueil@exemple.test",
        "Subject": "Un compte",
        "Date": "Sat, 21 Nov 2026 10:00:00 +0100",
        "Message-ID": "<un@exemple.test>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in told.items():
        message[name] = value
    message.set_content(text)
    return message


def read(message: EmailMessage) -> Mail:
    """The message as the door reads it."""
    return read_mail(message.as_bytes())


def narrative(mail: Mail, told: Told | None = None) -> str:
    """The words of its report, in English."""
    return report_of(mail, language="en", told=told or Told()).narrative or ""


# -- what is no mail -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"\n\n\n", b"only words", SQUARES, b"PK\x03\x04" + bytes(99), b"X-Other: 1\n\nwords"]
)
def test_bytes_without_a_header_are_no_mail(data: bytes) -> None:
    """They are refused with one sentence, and left where they are."""
    with pytest.raises(NotAMail, match="nothing was kept"):
        read_mail(data)


def nested(depth: int) -> bytes:
    """A message inside messages."""
    head = b"From: a@b.test\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) for number in range(depth)
    )
    return head + b"Content-Type: text/plain\n\nwords\n"


@pytest.mark.parametrize(
    "data",
    [
        nested(60),
        nested(3_000),
        b"From: a@b.test\n" + b"X-A: b\n" * 200_000 + b"\nwords",
        nested(200) + b"x\n" * 200_000,
        b"From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 20_000,
        b"From: a@b.test\n\n" + bytes(MAX_BYTES),
    ],
    ids=["deep", "deeper", "many headers", "many boundaries", "many parts", "large"],
)
def test_a_mail_that_is_built_to_hurt_is_refused_quickly(data: bytes) -> None:
    """Nesting, numbers and sizes are bounded before or while it is read."""
    begun = time.process_time()

    with pytest.raises(NotAMail):
        read_mail(data)

    assert time.process_time() - begun < 10


HOSTILE = [
    "(" * 4_000,
    "," * 4_000,
    "<" * 4_000,
    '"' * 4_000,
    ":;" * 2_000,
    "\\" * 4_000,
    "=?utf-8?q?a?=" * 300,
    "=?utf-8?b?" + "A" * 3_900,
    "=?idna?q?" + "a" * 500 + "?=",
    ";a*1*=utf-8''%" * 300,
    "multipart/mixed; boundary=",
    "message/rfc822",
    "text/plain; charset=unicode_escape",
    "a@b.test\x00\x01",
    "attachment; filename*=UTF-8''%ff%fe%00",
]


@pytest.mark.parametrize("header", ["From", "Subject", "Date", "Message-ID", "Content-Type", "Content-Disposition",
                                    "Content-Transfer-Encoding", "Content-Language", "Return-Path"])  # fmt: skip
def test_a_hostile_header_never_breaks_the_reader(header: str) -> None:
    """The message is read, quickly, and its report can be kept."""
    for value in HOSTILE:
        begun = time.process_time()

        mail = read_mail(f"To: a@b.test\n{header}: {value}\n\nthe words\n".encode())

        assert time.process_time() - begun < 2, value[:20]
        report = report_of(mail, language="fr", told=Told(kept=mail.files))
        assert decode(encode(report)) == report


@given(st.binary(max_size=400), st.floats(0, 1))
def test_no_bytes_break_the_reader(noise: bytes, place: float) -> None:
    """A message with random bytes anywhere in it is a message or no message."""
    whole = bytearray(with_files().as_bytes())
    at = int(place * len(whole))
    whole[at : at + len(noise) // 2] = noise

    try:
        mail = read_mail(bytes(whole))
    except NotAMail:
        return

    report = report_of(mail, language="en", told=Told(dropped=mail.files, is_whole=False))
    assert decode(encode(report)) == report
    assert SQUARES not in text_only(mail, language="en", told=Told(kept=mail.files, is_whole=False))


# -- words -----------------------------------------------------------------------------------------------


def test_a_mail_becomes_a_report() -> None:
    """Subject and words, who wrote, the message's own number; nobody is judged."""
    report = report_of(read(a_mail("Bonjour,\nun mot.\n")), language="fr", told=Told())

    assert (report.kind, report.reporter, report.language) == (Kind.SITUATION, ReporterKind.UNKNOWN, "fr")
    assert (report.narrative or "").startswith("Un compte\n\nBonjour,\nun mot.\n\nRemarques de l’accueil")
    assert "Sat, 21 Nov 2026 10:00:00 +0100" in (report.narrative or "")
    assert report.contact
    assert (report.contact.name, report.contact.email, report.contact.is_safe) == (
        "Zoé Martin",
        "zoe@exemple.test",
        None,
    )
    assert report.reference == "un@exemple.test"


def test_without_anything_to_remark_only_the_words_stand_there() -> None:
    """The remarks are not part of every report."""
    message = a_mail("words")
    del message["Date"]

    assert narrative(read(message)) == "Un compte\n\nwords"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://exemple.test/a.", ("https://exemple.test/a",)),
        ("(https://exemple.test/a(1)), www.exemple.test!", ("https://exemple.test/a(1)", "www.exemple.test")),
        ("<https://exemple.test/b> hxxps://exemple[.]test/c", ("https://exemple.test/b", "hxxps://exemple[.]test/c")),
        ("twice https://e.test/1 https://e.test/1", ("https://e.test/1",)),
        ("« https://e.test/1 », “https://e.test/2”", ("https://e.test/1", "https://e.test/2")),
        (f"{'a' * 56}.onion/x", (f"{'a' * 56}.onion/x",)),
        ("no address: exemple.test, a@b.test, http://", ()),
        (f"too long: https://e.test/{'x' * 3_000}", ()),
    ],
)
def test_addresses_are_found_and_never_opened(text: str, found: tuple[str, ...]) -> None:
    """As text, without the signs that end the sentence; with one the report is about content."""
    report = report_of(read(a_mail(text)), language="fr", told=Told())

    assert report.addresses == found
    assert report.kind is (Kind.CONTENT if found else Kind.SITUATION)


def test_too_many_addresses_stay_in_the_text() -> None:
    """Fifty are listed, and the remarks count the others."""
    report = report_of(read(a_mail(" ".join(f"https://e.test/{n}" for n in range(60)))), language="en", told=Told())

    assert len(report.addresses) == MAX_ITEMS
    assert "10 further addresses" in (report.narrative or "")


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", "Été".encode()),
        ("iso-8859-1", "Été".encode("latin-1")),
        ("windows-1252", "Été".encode("cp1252")),
        ("utf-8", "Été".encode("cp1252")),  # told wrongly
        ("unknown-8bit", "Été".encode()),
        ("unicode_escape", "Été".encode()),
        ("idna", "Été".encode()),
        ("", "Été".encode()),
        ("utf-16", "Été".encode("utf-16")),
    ],
)
def test_any_charset_is_read(charset: str, data: bytes) -> None:
    """By what the message says when that is true, else by what it can be."""
    head = f"From: a@b.test\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode()

    assert read_mail(head + data).text == "Été"


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "koi8-r", "gb18030", "iso-2022-jp", "euc-kr"])
def test_charsets_of_other_scripts_are_read(encoding: str) -> None:
    """Texts of every country that reports."""
    text = {"koi8-r": "привет", "euc-kr": "안녕"}.get(encoding, "日本")
    head = f"From: a@b.test\nContent-Type: text/plain; charset={encoding}\nContent-Transfer-Encoding: 8bit\n\n".encode()

    assert read_mail(head + text.encode(encoding)).text == text


def test_html_gives_its_text_only_without_a_plain_text_beside_it() -> None:
    """Both versions say the same: one is enough. Scripts, styles and titles are no words of anybody."""
    html = (
        "<html><head><title>no</title><style>p{color:red}</style></head><body><p>Bonjour&nbsp;!</p>"
        "<script>alert(1)</script><p>voir <a href='https://exemple.test/x?a=1&amp;b=2'>ici</a></p></body></html>"
    )
    both, alone = a_mail("le texte"), a_mail("x")
    both.add_alternative(html, subtype="html")
    alone.set_content(html, subtype="html")

    assert read(both).text == "le texte"
    assert read(both).addresses == ()
    assert read(alone).text == "Bonjour !\n\nvoir ici"
    assert read(alone).addresses == ("https://exemple.test/x?a=1&b=2",)


def test_a_message_inside_a_message_is_read_too() -> None:
    """A forwarded message: its words, and who wrote it when."""
    outer = a_mail("je transfère")
    outer.add_attachment(a_mail("les mots d’origine", From="bob@autre.test", Subject="L’autre"))

    text = read(outer).text

    assert "je transfère" in text
    assert "les mots d’origine" in text
    assert "bob@autre.test" in text


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    """The report has room for 20,000 signs; the whole text is in the sealed message."""
    told = narrative(read(a_mail("mot " * 20_000)))

    assert len(told) <= MAX_NARRATIVE_CHARS
    assert "whole of it is in the sealed message" in told


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<list.exemple.test>"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@exemple.test"},
    ],
)
def test_a_machine_is_recognised_and_its_message_is_still_read(headers: dict[str, str]) -> None:
    """A child's words may come back inside a delivery notice."""
    mail = read(a_mail("the words", **headers))

    assert mail.is_automatic
    assert "a machine sent it" in narrative(mail)
    assert "the words" in narrative(mail)


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "no"}, {"Precedence": "first-class"}])
def test_a_person_is_no_machine(headers: dict[str, str]) -> None:
    """Ordinary messages carry no mark."""
    assert not read(a_mail(**headers)).is_automatic


def test_a_delivery_notice_is_read() -> None:
    """What it reports, and the message that came back."""
    data = (
        b"From: MAILER-DAEMON@e.test\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\n\n"
        b"--q\n\nNot delivered\n--q\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; e.test\n\n"
        b"Final-Recipient: rfc822; a@e.test\n\n--q\nContent-Type: message/rfc822\n\nSubject: Mine\n\nmy words\n--q--\n"
    )

    mail = read_mail(data)

    assert mail.is_automatic
    assert all(
        words in mail.text for words in ("Not delivered", "Final-Recipient: rfc822; a@e.test", "my words", "Mine")
    )


# -- files -----------------------------------------------------------------------------------------------


def with_files() -> EmailMessage:
    """Words, a picture, a text."""
    message = a_mail("the words")
    message.add_attachment(SQUARES, maintype="image", subtype="png", filename="../../squares é.png")
    message.add_attachment(b"more words", maintype="text", subtype="plain", filename="notes.txt")
    return message


def test_files_are_handed_on_with_a_name_that_is_text_only() -> None:
    """No folder, no control sign, their bytes as they were."""
    picture, notes = read(with_files()).files

    assert (picture.name, picture.data, picture.is_text) == ("squares é.png", SQUARES, False)
    assert (notes.name, notes.data, notes.is_text) == ("notes.txt", b"more words", True)


@pytest.mark.parametrize(
    "file",
    [
        MailFile(name="a.txt", content_type="text/plain", data=SQUARES),
        MailFile(name="a", content_type="image/x-new", data=b"only letters"),
        MailFile(name="a.svg", content_type="text/plain", data=b"\n <SVG width='1'>"),
        MailFile(name="a.rtf", content_type="text/rtf", data=b"{\\rtf1 {\\pict}}"),
        MailFile(name="a.eps", content_type="text/plain", data=b"%!PS-Adobe-3.0"),
        MailFile(name="a.pdf", content_type="text/plain", data=b"%PDF-1.4\n\x00\x01"),
    ],
    ids=lambda file: file.name,
)
def test_what_can_be_seen_is_no_text_whatever_its_name(file: MailFile) -> None:
    """Control signs, declared media, and the texts that draw."""
    assert not file.is_text


def test_what_was_not_kept_is_told_apart_from_the_words() -> None:
    """Name, size and SHA-256, so that the file can be recognised without being here."""
    mail = read(with_files())
    picture, notes = mail.files

    told = narrative(mail, Told(kept=(notes,), dropped=(picture,), is_whole=False))

    words, remarks = told.split("Remarks of the door, not of the sender:")
    assert "squares" not in words
    digest = hashlib.sha256(SQUARES).hexdigest()
    assert f"may hold pictures, films or sounds: squares é.png, 208 bytes, SHA-256 {digest}" in remarks
    assert "kept inside the sealed message: notes.txt, 10 bytes" in remarks


def test_the_words_of_a_mail_can_be_kept_without_what_can_be_seen() -> None:
    """Header, words, text files and remarks; not a byte of the picture, in no encoding."""
    mail = read(with_files())
    picture, notes = mail.files

    kept = text_only(mail, language="en", told=Told(kept=(notes, picture), dropped=(picture,), is_whole=False))

    assert b"the words" in kept
    assert b"more words" in kept
    assert b"Message-ID: <un@exemple.test>" in kept
    assert b"squares" in kept
    assert SQUARES[:8] not in kept
    assert b"iVBORw0KGgo" not in kept


@pytest.mark.parametrize(
    "inside",
    [
        "<p>x</p><img src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=='>",
        "data:image/svg+xml,%3Csvg%3E",
        "begin 644 squares.png\nM_]C_X  02D9)1@ ! 0  2 !(\n`\nend\n",
    ],
)
def test_what_is_hidden_inside_a_text_is_taken_out(inside: str) -> None:
    """Pictures inside a text are no text; the message is then kept without them, and says so."""
    mail = read(a_mail(f"before\n{inside}"))

    assert not mail.words_are_text
    told = Told(is_whole=False)
    for kept in (narrative(mail, told), text_only(mail, language="en", told=told).decode()):
        assert "before" in kept
        assert "Content inside a text was not kept" in kept
        assert not any(part in kept for part in ("iVBORw", "%3Csvg", "M_]C_X"))


def test_an_ordinary_text_is_text() -> None:
    """Words about data: and beginnings are not mistaken."""
    assert read(a_mail("data: yes, begin 12 March. data:other,x")).words_are_text


def test_parts_beyond_the_limit_are_counted() -> None:
    """They are not looked at, and the report says how many."""
    message = a_mail()
    for number in range(MAX_PARTS + 4):
        message.add_attachment(b"x", maintype="text", subtype="plain", filename=f"{number}.txt")

    mail = read(message)

    assert (len(mail.files), mail.unlooked, mail.words_are_text) == (MAX_PARTS - 1, 5, False)
    assert "5 parts of the message" in narrative(mail, Told(is_whole=False))


# -- the key ---------------------------------------------------------------------------------------------


def test_the_way_that_a_mail_took_does_not_change_its_key() -> None:
    """The same message through two mailboxes is one message."""
    data = a_mail().as_bytes()

    other = read_mail(b"Received: from a by b\nDelivered-To: x@y.test\n" + data.replace(b"\n", b"\r\n"))

    assert other.key == read_mail(data).key


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: mail.replace_header("Message-ID", "<deux@exemple.test>"),
        lambda mail: mail.replace_header("Subject", "other"),
        lambda mail: mail.set_content("other words"),
        lambda mail: mail.add_attachment(b"x", maintype="text", subtype="plain", filename="a.txt"),
    ],
)
def test_another_mail_has_another_key(change: Callable[[EmailMessage], None]) -> None:
    """One word is enough."""
    message = a_mail()
    before = read(message).key

    change(message)

    assert read(message).key != before


# -- markup ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "<a ",
        "<a href='",
        "</",
        "<![",
        "<!",
        "<?",
        "&",
        "&#",
        "&#x110000;",
        "<script>",
        "<title>",
        "<![CDATA[",
        "</a ",
        "<a ='>",
    ],
)
def test_crafted_markup_is_read_in_time(piece: str) -> None:
    """html.parser alone takes minutes for some of these."""
    begun = time.process_time()

    read_markup(piece * (MAX_CHARS // len(piece)))

    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("no markup at all, 1 < 2 & 3 > 2", "no markup at all, 1 < 2 & 3 > 2"),
        ("<b>one</b><br>two<p>three", "one\ntwo\nthree"),
        ("<!-- hidden -->shown<!-- never closed", "shown"),
        ("<title>t</title>a<style>b</style>c<script>d</script>e", "ace"),
        ("<script>never closed, but words are not lost", "never closed, but words are not lost"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("&eacute;&nbsp;&#233;&#x65;", "é\u00a0ée".replace("\u00a0", " ")),
        ("<![CDATA[x]]>y", "y"),
    ],
)
def test_markup_gives_its_words(html: str, text: str) -> None:
    """Too many words rather than too few."""
    assert read_markup(html).text == text
