"""Telegram's HTML pages: invented chats, written as the application writes them."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.conversations.forms import markup
from rempart.conversations.parts import Head
from rempart.conversations.readers import telegram_html
from rempart.conversations.reading import UnknownFormat
from tests.conversations.case import Read, read_bytes, read_files

HEAD = """<!DOCTYPE html>
<html>

 <head>

  <meta charset="utf-8"/>
<title>Exported Data</title>

  <meta content="width=device-width, initial-scale=1.0" name="viewport"/>

  <link href="css/style.css" rel="stylesheet"/>

  <script src="js/script.js" type="text/javascript">

  </script>

 </head>

 <body onload="CheckLocation();">

  <div class="page_wrap">
"""
END = "\n    </div>\n\n   </div>\n\n  </div>\n\n </body>\n\n</html>\n"
DAY = '\n     <div class="message service" id="message-1">\n\n      <div class="body details">\n{}\n      </div>\n\n     </div>\n'


def page(*messages: str, title: str = "Garden club", before: str = "", after: str = "", end: str = END) -> bytes:
    header = (
        '\n   <div class="page_header">\n\n    <div class="content">\n\n     <div class="text bold">\n'
        f"{title} \n     </div>\n\n    </div>\n\n   </div>\n"
        '\n   <div class="page_body chat_page">\n\n    <div class="history">\n'
    )
    return (HEAD + header + before + "".join(messages) + after + end).encode()


def message(
    number: int,
    body: str = '\n       <div class="text">\nhello\n       </div>\n',
    *,
    name: str | None = "Alice",
    date: str = "12.03.2026 10:02:11 UTC+01:00",
) -> str:
    """One message; without a name it is joined to the one before."""
    userpic = '\n      <div class="pull_left userpic_wrap">\n\n       <div class="userpic userpic1" style="width: 42px">\n\n        <div class="initials" style="line-height: 42px">\nA\n        </div>\n\n       </div>\n\n      </div>\n'
    from_name = f'\n       <div class="from_name">\n{name} \n       </div>\n'
    return (
        f'\n     <div class="message default clearfix{"" if name else " joined"}" id="message{number}">\n'
        + (userpic if name else "")
        + f'\n      <div class="body">\n\n       <div class="pull_right date details" title="{date}">\n10:02\n       </div>\n'
        + (from_name if name else "")
        + f"{body}\n      </div>\n\n     </div>\n"
    )


def text(inside: str) -> str:
    return f'\n       <div class="text">\n{inside}\n       </div>\n'


def service(sentence: str, *, number: int = 7, photo: str = "") -> str:
    return (
        f'\n     <div class="message service" id="message{number}">\n\n      <div class="body details">\n{sentence}\n'
        f"      </div>\n{photo}\n     </div>\n"
    )


def media(inside: str) -> str:
    return f'\n       <div class="media_wrap clearfix">\n{inside}\n       </div>\n'


def generic(name: str, *, link: str = "", title: str = "", description: str = "", status: str = "") -> str:
    tag, end = (
        (f'<a class="media clearfix pull_left block_link {name}" href="{link}">', "</a>")
        if link
        else (f'<div class="media clearfix pull_left {name}">', "</div>")
    )
    pieces = {"title bold": title, "description": description, "status details": status}
    inner = "".join(f'<div class="{key}">\n{value}\n</div>' for key, value in pieces.items() if value)
    return media(f'{tag}<div class="fill pull_left">\n</div><div class="body">{inner}</div>{end}')


def read_page(data: bytes, tmp_path: Path) -> Read:
    return read_bytes(data, tmp_path)


def extra(read: Read, row: int = 0) -> dict[str, object]:
    found: dict[str, object] = json.loads(read.messages[row]["extra"])
    return found


# -- what is not of this format ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'12/03/2026 10:02 - Alice: <div class="message ">',
        b"<!DOCTYPE html><html><head><title>Exported Data</title></head><body>a table</body></html>",
        b'<html><body><div class="message error">The form is not complete.</div></body></html>',
        b"<html><body><div class='msg'><span class=date>2026-03-12</span></div></body></html>",
        b'<?xml version="1.0"?><smses><sms body="class=&quot;from_name&quot;"/></smses>',
        b"\x89PNG\r\n\x1a\n\x00\x00",
    ],
)
def test_leaves_other_formats_alone(data: bytes) -> None:
    """Neither other pages nor texts that speak of Telegram's classes are taken."""
    assert not telegram_html.recognises(Head(data))


def test_refuses_a_page_of_a_forum(tmp_path: Path) -> None:
    """A page of another program is nobody's format, and is said to be."""
    with pytest.raises(UnknownFormat):
        read_bytes(b'<html><body><div class="message ">hello</div></body></html>', tmp_path)


def test_an_empty_chat_has_no_message(tmp_path: Path) -> None:
    """“No exported messages” is the page speaking, not a message."""
    read = read_page(page(DAY.format("No exported messages")), tmp_path)

    assert read.messages == []
    assert read.unread == []


def test_a_day_row_is_no_message(tmp_path: Path) -> None:
    """The rows that show the day are frame, whatever the day."""
    read = read_page(page(DAY.format("12 March 2026"), message(1), DAY.format("3 May 2026")), tmp_path)

    assert read.texts == ["hello"]


def test_the_first_letter_in_a_picture_is_no_text(tmp_path: Path) -> None:
    """Initials drawn beside a message do not enter its text."""
    read = read_page(page(message(1)), tmp_path)

    assert read.messages[0]["extra"] is None


def test_a_deleted_account_is_nobody(tmp_path: Path) -> None:
    """“Deleted Account” is no name: all deleted accounts would be one."""
    read = read_page(page(message(1, name="Deleted Account"), message(2, name=None)), tmp_path)

    assert [row["account_id"] for row in read.messages] == [None, None]
    assert read.tables["accounts"] == []


# -- messages ---------------------------------------------------------------------------------------


def test_reads_a_message_with_its_sender_its_time_and_its_bytes(tmp_path: Path) -> None:
    """The offset of the page makes the instant certain; the slice holds the message alone."""
    data = page(DAY.format("12 March 2026"), message(41, text("Bonjour à tous &amp; &lt;salut&gt;")), message(42))

    read = read_page(data, tmp_path)

    row = read.messages[0]
    assert (row["message_id"], row["text"], row["kind"]) == ("41", "Bonjour à tous & <salut>", "message")
    assert (row["sent_at"].isoformat(), row["zone"]) == ("2026-03-12T09:02:11+00:00", "offset")
    assert row["sent_text"] == "12.03.2026 10:02:11 UTC+01:00"
    assert row["account_id"].endswith("/Alice")
    assert data[row["byte_start"] : row["byte_end"]].startswith(
        b'<div class="message default clearfix" id="message41">'
    )
    assert b"message42" not in data[row["byte_start"] : row["byte_end"]]


def test_names_are_weak_identities(tmp_path: Path) -> None:
    """The page knows names only, and the account says so."""
    read = read_page(page(message(1), message(2, name="Bob")), tmp_path)

    assert [(row["native_id"], row["id_kind"]) for row in read.tables["accounts"]] == [
        ("Alice", "name"),
        ("Bob", "name"),
    ]


def test_an_older_date_has_no_zone(tmp_path: Path) -> None:
    """Pages before the offset was written are local time of an unknown place."""
    read = read_page(page(message(1, date="12.03.2020 10:02:11")), tmp_path)

    assert (read.messages[0]["sent_at"].isoformat(), read.messages[0]["zone"]) == (
        "2020-03-12T10:02:11+00:00",
        "unknown",
    )


@pytest.mark.parametrize("date", ["", "yesterday", "31.02.2026 10:00:00 UTC+01:00", "12.03.2026 10:02:11 UTC+99:00"])
def test_a_date_that_is_none_stays_as_written(tmp_path: Path, date: str) -> None:
    """No instant is made up."""
    read = read_page(page(message(1, date=date)), tmp_path)

    assert (read.messages[0]["sent_at"], read.messages[0]["zone"]) == (None, "unknown")
    assert read.messages[0]["sent_text"] == (date or None)


def test_a_joined_message_has_the_sender_before_it(tmp_path: Path) -> None:
    """The page leaves the name out when somebody writes on."""
    read = read_page(page(message(1), message(2, name=None), message(3, name="Bob"), message(4, name=None)), tmp_path)

    assert [row["account_id"].rpartition("/")[2] for row in read.messages] == ["Alice", "Alice", "Bob", "Bob"]


def test_nobody_is_carried_over_a_service_line(tmp_path: Path) -> None:
    """A joined message behind a service line is told of nobody rather than of the wrong one."""
    read = read_page(page(message(1), service("History cleared"), message(3, name=None)), tmp_path)

    assert [row["account_id"] is None for row in read.messages] == [False, True, True]


def test_line_breaks_links_mentions_and_spoilers(tmp_path: Path) -> None:
    """The text is what a reader of the page sees; hidden targets and mentions are kept beside it."""
    inside = (
        'one<br>two <a href="https://t.me/bob">@bob</a> <a href="https://example.org/x">here</a> '
        '<a href="https://example.org">https://example.org</a> <a href="" onclick="return ShowMentionName()">Chloé</a> '
        '<span class="spoiler hidden" onclick="ShowSpoiler(this)"><span aria-hidden="true">under</span></span> '
        '<strong>bold</strong> <a href="" onclick="return ShowHashtag(&quot;tag&quot;)">#tag</a>'
    )

    read = read_page(page(message(1, text(inside))), tmp_path)

    assert read.texts == ["one\ntwo @bob here https://example.org Chloé under bold #tag"]
    assert read.messages[0]["mentions"] == ["@bob", "Chloé"]
    assert extra(read) == {"links": [{"link": "https://example.org/x", "text": "here"}], "spoiler": True}


def test_a_reply_names_the_message_answered(tmp_path: Path) -> None:
    """The link says which message, on this page or another; an answer to another chat is kept in words."""
    here = '<div class="reply_to details">\nIn reply to <a href="#go_to_message12" onclick="return GoToMessage(12)">this message</a>\n</div>'
    there = (
        '<div class="reply_to details">\nIn reply to <a href="messages2.html#go_to_message-5">this message</a>\n</div>'
    )
    away = '<div class="reply_to details">\nIn reply to a message in another chat\n</div>'

    read = read_page(page(*(message(n, body + text("yes")) for n, body in enumerate((here, there, away)))), tmp_path)

    assert [row["reply_to"] for row in read.messages] == ["12", "-5", None]
    assert extra(read, 2) == {"reply": "In reply to a message in another chat"}


def test_a_forward_keeps_its_source_apart_from_its_sender(tmp_path: Path) -> None:
    """The name inside the forwarded body is the source, in the new and the old form of its date."""
    new = '<span class="date details" title="01.02.2026 08:00:00 UTC+01:00"> 01.02.2026 08:00:00</span>'
    old = '<span class="details"> 01.02.2020 08:00:00</span>'
    bodies = [
        '<div class="pull_left forwarded userpic_wrap"><div class="userpic"><div class="initials">N</div></div></div>'
        f'<div class="forwarded body">\n<div class="from_name">\nNews {date}\n</div>{text("read this")}</div>'
        for date in (new, old)
    ]
    on = f'<div class="forwarded body">{text("and this")}</div>'

    read = read_page(
        page(
            message(1, bodies[0]), message(2, on, name=None), message(3, bodies[1]), message(4, text("mine"), name=None)
        ),
        tmp_path,
    )

    assert [row["forwarded_from"] for row in read.messages] == ["News", "News", "News", None]
    assert {row["account_id"].rpartition("/")[2] for row in read.messages} == {"Alice"}
    assert read.texts == ["read this", "and this", "read this", "mine"]
    assert extra(read) == {"forwarded_sent": "01.02.2026 08:00:00 UTC+01:00"}
    assert extra(read, 2) == {"forwarded_sent": "01.02.2020 08:00:00"}


def test_a_bot_between_is_not_part_of_the_name(tmp_path: Path) -> None:
    """“Alice via @gif” is Alice."""
    read = read_page(page(message(1, name="Alice via @gif")), tmp_path)

    assert read.messages[0]["account_id"].endswith("/Alice")
    assert extra(read) == {"via_bot": "@gif"}


def test_reactions_are_named_where_the_page_names(tmp_path: Path) -> None:
    """People by the title of their picture, the rest as a count, custom emoji by their file."""
    body = text("hello") + (
        '<span class="reactions">\n<span class="reaction active">\n<span class="emoji">\n❤\n</span>\n<span class="userpics">\n'
        '<div class="userpic userpic2"><div class="initials" style="x" title="Bob &amp; Co">\nB\n</div></div>\n'
        '<div class="userpic userpic2"><div class="initials" style="x">\nD\n</div></div>\n</span>'
        '<span class="count">\n5\n</span></span>'
        '<span class="reaction paid"><span class="emoji">\n⭐\n</span><span class="count">\n2\n</span></span>'
        '<span class="reaction"><span class="emoji"><a href = "stickers/e.webp">👋</a></span><span class="count">1</span></span>'
        "</span>"
    )

    read = read_page(page(message(1, body)), tmp_path)

    told = [
        (row["emoji"], row["count"], (row["account_id"] or "").rpartition("/")[2]) for row in read.tables["reactions"]
    ]
    assert told == [("❤", 1, "Bob & Co"), ("❤", 1, ""), ("❤", 3, ""), ("⭐", 2, ""), ("stickers/e.webp", 1, "")]
    assert read.texts == ["hello"]
    assert [row["native_id"] for row in read.tables["accounts"]] == ["Alice", "Bob & Co"]


# -- media ------------------------------------------------------------------------------------------


def test_media_in_the_export_are_found_beside_the_page(tmp_path: Path) -> None:
    """Photo, video, animation and sticker with their files, from a page two folders deep."""
    wraps = [
        ("photo_wrap", "../../chats/chat_1/photos/p_1@x.jpg", '<img class="photo" src="photos/p_1_thumb.jpg"/>'),
        ("video_file_wrap", "video_files/v.mp4", '<div class="video_duration">\n01:02\n</div>'),
        ("animated_wrap", "video_files/a.mp4", '<div class="video_play_bg"><div class="gif_play">\nGIF\n</div></div>'),
        ("sticker_wrap", "stickers/s.webp", ""),
    ]
    blocks = [
        message(n, media(f'<a class="{name} clearfix pull_left" href="{link}">{inner}</a>'))
        for n, (name, link, inner) in enumerate(wraps)
    ]
    files = {"chats/chat_1/messages.html": page(*blocks), "chats/chat_1/photos/p_1@x.jpg": b"\x00jpg"}

    read = read_files(files, tmp_path)

    told = [(row["kind"], row["state"], row["name"], row["duration_s"]) for row in read.tables["media"]]
    assert told == [
        ("photo", "in_export", "p_1@x.jpg", None),
        ("video", "referenced", "v.mp4", 62.0),
        ("animation", "referenced", "a.mp4", None),
        ("sticker", "referenced", "s.webp", None),
    ]
    assert read.tables["media"][0]["path"] == "chats/chat_1/photos/p_1@x.jpg"
    assert read.tables["media"][0]["size_bytes"] == 4
    assert read.texts == ["", "", "", ""]


def test_media_left_out_say_why(tmp_path: Path) -> None:
    """No file: missing, with the reason in the words of the page; sizes stay as rounded there."""
    out = "Not included, change data exporting settings to download."
    blocks = [
        generic("media_photo", title="Photo", description=out, status="828×1792, 120.5 KB"),
        generic("media_video", title="Video message", description=out, status="00:12, 1.2 MB"),
        generic("media_photo", title="Self-destructing photo", status="Expired"),
        generic("media_voice_message", title="Voice message", link="voice/v.ogg", status="00:07"),
        generic("media_photo", title="Sticker", description=out, status="💐, 26.5 KB"),
        generic("media_file", title="list.pdf", description=out, status="3.0 KB"),
        generic("media_audio_file", title="Band – Song", description=out, status="1:02:03, 3 MB"),
    ]

    read = read_page(page(*(message(n, block) for n, block in enumerate(blocks))), tmp_path)

    rows = read.tables["media"]
    assert [(row["kind"], row["state"]) for row in rows] == [
        ("photo", "missing"),
        ("video", "missing"),
        ("photo", "missing"),
        ("voice", "referenced"),
        ("sticker", "missing"),
        ("file", "missing"),
        ("audio", "missing"),
    ]
    assert (rows[0]["reason"], rows[0]["width_px"], rows[0]["height_px"], rows[0]["size_bytes"]) == (
        out,
        828,
        1792,
        None,
    )
    assert [row["duration_s"] for row in rows] == [None, 12.0, None, 7.0, None, None, 3723.0]
    assert rows[2]["reason"] == "Self-destructing photo: Expired"
    assert rows[5]["name"] == "list.pdf"
    assert extra(read) == {"media": [{"description": out, "status": "828×1792, 120.5 KB", "title": "Photo"}]}


def test_contacts_places_and_unknown_media_keep_their_words(tmp_path: Path) -> None:
    """A contact and a place are media without a file; what is new keeps its text."""
    place = "https://maps.google.com/maps?q=48.1,2.2&amp;ll=48.1,2.2&amp;z=16"
    blocks = [
        generic("media_contact", title="Bob Smith", status="+33 6 00 00 00 00"),
        generic("media_venue", title="Park", description="Main street", status="48.1, 2.2", link=place),
        generic("media_game", title="Chess", description="Play", link="https://t.me/chess?game=1"),
        media('<div class="media_giveaway"><div class="section_title bold">\nPrize\n</div></div>'),
        media("something new"),
    ]

    read = read_page(page(*(message(n, block) for n, block in enumerate(blocks))), tmp_path)

    assert [(row["kind"], row["state"], row["name"]) for row in read.tables["media"]] == [
        ("contact", "referenced", "Bob Smith"),
        ("location", "referenced", "Park"),
    ]
    assert extra(read, 2) == {
        "media": [{"kind": "media_game", "link": "https://t.me/chess?game=1", "text": "Chess\n\nPlay"}]
    }
    assert extra(read, 3) == {"media": [{"kind": "media_giveaway", "text": "Prize"}]}
    assert extra(read, 4) == {"media": [{"text": "something new"}]}


def test_a_call_is_a_service_line_with_its_words(tmp_path: Path) -> None:
    """A call has the action that the JSON export gives it."""
    read = read_page(
        page(message(1, generic("media_call success", title="Bob", status="Outgoing (12 seconds)"))), tmp_path
    )

    row = read.messages[0]
    assert (row["kind"], row["action"], row["text"]) == ("service", "phone_call", "Outgoing (12 seconds)")
    assert read.tables["media"] == []


def test_polls_and_buttons_are_kept(tmp_path: Path) -> None:
    """A poll and the buttons of a bot have no column and lose no word."""
    poll = media(
        '<div class="media_poll"><div class="question bold">\nWhen?\n</div><div class="details">\nAnonymous poll\n</div>'
        '<div class="answer">\n- Monday <span class="details">2 votes</span>\n</div><div class="total details	">\n2 votes\n</div></div>'
    )
    button = (
        '<table class="bot_buttons_table"><tbody><tr><td style="x"><div class="bot_button">'
        '<a class="bot_button" href="https://example.org"><div>\nOpen\n</div></a></div></td></tr></tbody></table>'
    )

    read = read_page(page(message(1, poll), message(2, text("hi") + button)), tmp_path)

    assert extra(read)["poll"] == {
        "answers": ["- Monday 2 votes"],
        "details": "Anonymous poll",
        "question": "When?",
        "total": "2 votes",
    }
    assert {"link": "https://example.org", "text": "Open"} in extra(read, 1)["buttons"]  # type: ignore[operator]
    assert read.texts == ["", "hi"]


def test_text_under_a_class_that_is_not_known_is_kept(tmp_path: Path) -> None:
    """A newer page loses nothing."""
    read = read_page(page(message(1, '<div class="hologram">\nnew thing\n</div>' + text("hi"))), tmp_path)

    assert read.texts == ["hi"]
    assert extra(read) == {"other": ["new thing"]}


# -- service lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "action", "actor"),
    [
        ("Alice took a screenshot", "take_screenshot", "Alice"),
        ("Alice has set messages to auto-delete in 24 hours", "set_messages_ttl", "Alice"),
        ("Alice has set messages not to auto-delete", "set_messages_ttl", "Alice"),
        ("New messages will auto-delete in 7 days", "set_messages_ttl", None),
        ("Alice created group &laquo;Garden&raquo; with members Bob and Chloé", "create_group", "Alice"),
        ("Alice invited Bob, Chloé and Zoé", "invite_members", "Alice"),
        ("Alice invited Bob to the voice chat", "invite_to_group_call", "Alice"),
        ("Alice removed Bob", "remove_members", "Alice"),
        ("Bob joined group by link from Alice", "join_group_by_link", "Bob"),
        ("Bob joined group by request", "join_group_by_request", "Bob"),
        ("Bob joined Telegram", "joined_telegram", "Bob"),
        ("Alice requested your phone number", "requested_phone_number", "Alice"),
        ("Deleted joined group by request", "join_group_by_request", None),
        ("Channel &laquo;News&raquo; created", "create_channel", None),
        ("History cleared", "clear_history", None),
        ("A invited B invited C", "invite_members", None),
        ("A sentence of a newer version", None, None),
    ],
)
def test_service_sentences_have_the_actions_of_the_json_export(
    tmp_path: Path, sentence: str, action: str | None, actor: str | None
) -> None:
    """Known sentences become actions; an unknown one stays a sentence, and an unclear one names nobody."""
    read = read_page(page(service(sentence)), tmp_path)

    row = read.messages[0]
    assert (row["kind"], row["action"]) == ("service", action)
    assert (row["account_id"] or "").rpartition("/")[2] == (actor or "")


def test_a_service_line_has_the_day_of_the_row_above_it(tmp_path: Path) -> None:
    """The page writes no time there: no instant, but the day as written."""
    read = read_page(page(DAY.format("12 March 2026"), service("Alice took a screenshot")), tmp_path)

    assert (read.messages[0]["sent_at"], read.messages[0]["sent_text"]) == (None, "12 March 2026")


def test_a_pinned_message_and_a_new_picture_are_linked(tmp_path: Path) -> None:
    """The link of a sentence names the message, the picture of the group is a medium."""
    photo = '<div class="userpic_wrap"><a class="userpic_link" href="photos/g.jpg"><img class="userpic" src="photos/g_thumb.jpg"/></a></div>'
    pin = 'Alice pinned <a href="#go_to_message5" onclick="return GoToMessage(5)">this message</a>'

    read = read_page(page(service(pin), service("Alice changed group photo", photo=photo)), tmp_path)

    assert (read.messages[0]["text"], read.messages[0]["reply_to"]) == ("Alice pinned this message", "5")
    assert [(row["kind"], row["path"]) for row in read.tables["media"]] == [("photo", "photos/g.jpg")]


def test_an_unsupported_message_is_said_to_be(tmp_path: Path) -> None:
    """The application could not read it either."""
    told = "This message is not supported by this version of Telegram Desktop. Please update the application."

    assert read_page(page(service(told)), tmp_path).messages[0]["kind"] == "unsupported"


# -- pages, folders, account exports ----------------------------------------------------------------


def test_the_pages_of_a_folder_are_one_conversation_in_order(tmp_path: Path) -> None:
    """messages2 comes before messages10, and all are told of one chat."""
    nav = '\n     <a class="pagination block_link" href="messages2.html">\nNext messages\n     </a>\n'
    back = '\n     <a class="pagination block_link" href="messages.html">\nPrevious messages\n     </a>\n'
    files = {
        "c/messages.html": page(message(1, text("a")), after=nav),
        "c/messages10.html": page(message(3, text("c")), before=back),
        "c/messages2.html": page(message(2, text("b")), before=back, after=nav),
    }

    read = read_files(files, tmp_path)

    assert read.texts == ["a", "b", "c"]
    assert [(row["title"], row["messages"]) for row in read.tables["conversations"]] == [("Garden club", 3)]
    assert read.unread == []


def test_chats_of_one_name_in_two_folders_stay_two(tmp_path: Path) -> None:
    """Two people called Alice are two conversations."""
    read = read_files(
        {f"chats/{n}/messages.html": page(message(n), title="Alice") for n in (1, 2)}, tmp_path, zipped=True
    )

    assert len(read.tables["conversations"]) == 2


def list_page(title: str, entries: str) -> bytes:
    header = f'<div class="page_header"><a class="content block_link" href="../export_results.html"><div class="text bold">\n{title}\n</div></a></div>'
    return (HEAD + header + f'<div class="page_body list_page"><div class="entry_list">{entries}' + END).encode()


def test_an_account_export_is_read_calmly(tmp_path: Path) -> None:
    """Its lists tell of kinds, contacts and the owner; what holds no conversation is set aside without loss."""
    chats = (
        '<a class="entry block_link clearfix" href="../chats/chat_01/messages.html#allow_back"><div class="body">'
        '<div class="pull_right info details">\nprivate\n</div><div class="name bold">\nBob\n</div></div></a>'
        '<div class="entry clearfix"><div class="body"><div class="pull_right info details">\ngroup\n</div></div></div>'
    )
    contacts = (
        '<div class="entry clearfix"><div class="body"><div class="name bold">\nBob\n</div>'
        '<div class="details_entry details">\n+33 6 00 00 00 00\n</div></div></div>'
    )
    owner = (
        '<div class="page_header"><div class="content"><div class="text bold">\nExported Data\n</div></div></div>'
        '<div class="page_body"><div class="personal_info clearfix"><div class="rows names">'
        '<div class="row"><div class="label details">\nFirst name\n</div><div class="value bold">\nAlice\n</div></div></div>'
        '<div class="rows info"><div class="row"><div class="label details">\nUsername\n</div><div class="value bold">\n@alice\n</div></div></div></div>'
        '<div class="sections with_divider"></div></div>'
    )
    files = {
        "export_results.html": (HEAD + owner + END).encode(),
        "lists/chats.html": list_page("Chats", chats),
        "lists/contacts.html": list_page("Contacts", contacts),
        "lists/sessions.html": list_page("Sessions", '<div class="entry clearfix">Phone</div>'),
        "chats/chat_01/messages.html": page(message(1, name="Bob"), title="Bob"),
        "css/style.css": b".a{}",
        "js/script.js": b"function a() {}",
        "images/back.png": b"\x89PNG\x00",
    }

    read = read_files(files, tmp_path)

    assert [(row["title"], row["kind"], row["native_kind"]) for row in read.tables["conversations"]] == [
        ("Bob", "one_to_one", "private")
    ]
    accounts = {row["native_id"]: (row["handle"], row["phone"]) for row in read.tables["accounts"]}
    assert accounts == {"Alice": ("alice", None), "Bob": (None, "+33 6 00 00 00 00")}
    assert read.reading.is_complete
    assert read.reading.unread_share == 0


def test_a_cut_list_says_so(tmp_path: Path) -> None:
    """Contacts behind the cut are missing, and it is told."""
    whole = list_page("Contacts", '<div class="entry clearfix"><div class="name bold">\nBob\n</div></div>' * 3)

    read = read_bytes(whole[:-60], tmp_path)

    assert [row["code"] for row in read.unread] == ["cut"]
    assert [row["native_id"] for row in read.tables["accounts"]] == ["Bob"]


# -- damage, size, encodings ------------------------------------------------------------------------


def test_a_page_cut_in_a_message_gives_the_messages_before(tmp_path: Path) -> None:
    """Everything before the cut, and one row for what is cut."""
    data = page(message(1, text("a")), message(2, text("b")), message(3, text("c")))
    cut = data.index(b"\nc\n")

    read = read_page(data[:cut], tmp_path)

    assert read.texts == ["a", "b"]
    assert [(row["code"], row["byte_end"]) for row in read.unread] == [("cut", cut)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(min_value=0))
def test_wherever_a_page_is_cut_the_whole_messages_before_stand(
    at: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every place of the cut: no failure, every byte told, exactly one row of loss unless the page is whole."""
    data = page(DAY.format("12 March 2026"), *(message(n, text(f"é{n}")) for n in range(4)), service("History cleared"))
    start = data.index(b'<div class="page_wrap') + 30
    cut = start + at % (len(data) - start)
    close = b"</div>\n\n     </div>"
    ends = [data.index(close, data.index(f'id="message{n}"'.encode())) + len(close) for n in range(4)]

    read = read_bytes(data[:cut], tmp_path_factory.mktemp("cut"))

    assert read.texts[:4] == [f"é{n}" for n in range(4) if ends[n] <= cut]
    whole = b"</html>" in data[:cut]
    assert [row["code"] for row in read.unread] == ([] if whole else ["cut"])


def test_an_unclosed_message_in_the_middle_is_read_and_marked(tmp_path: Path) -> None:
    """Markup damaged by another program still gives its text, with a note."""
    broken = message(1, text("a")).replace("</div>", "", 2)

    read = read_page(page(broken, message(2, text("b"))), tmp_path)

    assert read.messages[0]["repair"] == "markup: the message is not closed"
    assert read.texts == ["a", "b"]


def test_text_between_messages_is_reported_not_lost_in_silence(tmp_path: Path) -> None:
    """What stands where nothing should stand is one row, and the reading goes on."""
    read = read_page(page(message(1), "\n<p>inserted words</p>\n", message(2)), tmp_path)

    assert len(read.messages) == 2
    assert [(row["code"], row["loss"]) for row in read.unread] == [("damaged", True)]


def test_messages_in_a_form_that_is_not_known_are_reported(tmp_path: Path) -> None:
    """A page whose messages cannot be found is a loss, not an empty chat."""
    strange = page(message(1).replace('<div class="message ', "<div class='message "))

    read = read_page(strange, tmp_path)

    assert read.messages == []
    assert [(row["code"], row["loss"]) for row in read.unread] == [("damaged", True)]


def test_a_hostile_page_neither_runs_nor_escapes(tmp_path: Path) -> None:
    """Scripts are letters, paths that leave the folder find nothing."""
    body = text('<script>alert("x")</script>hi') + media('<a class="photo_wrap" href="../../../etc/passwd"></a>')

    read = read_page(page(message(1, body)), tmp_path)

    assert read.texts == ['alert("x")hi']
    assert read.tables["media"][0]["state"] == "referenced"


def test_a_message_too_large_is_one_row_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays flat whatever the page, and nobody is carried over the hole."""
    monkeypatch.setattr(markup, "MAX_BLOCK_BYTES", 4096)
    monkeypatch.setattr(markup, "_WINDOW_BYTES", 1024)

    read = read_page(page(message(1), message(2, text("x" * 50_000)), message(3, name=None), message(4)), tmp_path)

    assert [row["message_id"] for row in read.messages] == ["1", "3", "4"]
    assert read.messages[1]["account_id"] is None
    assert [row["code"] for row in read.unread] == ["too_large"]


def test_a_page_of_many_messages_is_read_whole(tmp_path: Path) -> None:
    """Five thousand messages over many windows, every one with its own slice."""
    read = read_page(
        page(*(message(n, text(f"hello {n} é"), name="Bob" if n % 3 else None) for n in range(5000))), tmp_path
    )

    assert read.texts == [f"hello {n} é" for n in range(5000)]
    assert read.unread == []


def test_bytes_that_are_not_utf8_are_read_and_said(tmp_path: Path) -> None:
    """A Windows-1252 letter costs neither the text around it nor the place of the slices."""
    data = page(message(1, text("café é")), message(2)).replace("café".encode(), b"caf\xe9")

    read = read_page(data, tmp_path)

    assert read.texts == ["café é", "hello"]
    assert [row["repair"] for row in read.messages] == ["encoding: windows-1252", None]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_a_page_saved_again_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    """UTF-16 and a byte order mark come from editors, and change nothing."""
    data = ("\ufeff" + page(message(1, text("é😀")), message(2)).decode()).encode(encoding)

    read = read_page(data, tmp_path)

    assert read.texts == ["é😀", "hello"]
    assert read.unread == []
