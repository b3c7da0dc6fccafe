"""The pages of the conversation view without a browser: what they give, what they keep back, what they refuse."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from rempart.analysis.document import Unexamined
from rempart.analysis.outline import MediaRow, Outline, Row
from rempart.analysis.paged import CHUNK
from rempart.web.desk.pages import conversation
from rempart.web.desk.pages.conversation import MAX_HITS, MAX_NEEDLE, MAX_SHOWN, PAGE, find
from rempart.web.desk.shown_alerts import shown_alerts, shown_chats
from rempart.web.desk.shown_messages import Reader, ShownMessage, chat_at, marks_of, shown_messages, veil
from rempart.wording import LANGS
from tests.journeys.desk.viewer import PLACE
from tests.web.desk.talk import ALERT, GROUP, TOTAL, Talk, invented_talk

JSON = "application/json"
SECRET = "don't tell your mum about us"  # stands at ALERT + 3


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in one language."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """The chat with the alert, analysed once."""
    return invented_talk(tmp_path_factory.mktemp("talk"))


@pytest.fixture
def talk(small: Talk) -> Talk:
    """A source that nobody has asked yet."""
    return Talk(small.small, small.rows)


def asked(method: str, data: Mapping[str, str | int | list[str]], *, accept: str = "text/html") -> HttpRequest:
    """A request of a person who is let in."""
    factory = RequestFactory(headers={"accept": accept, "accept-language": "en"})
    request = factory.get("/", data) if method == "GET" else factory.post("/", data)
    request.user = AnonymousUser()
    return request


def page(talk: Talk, **query: str | int) -> str:
    """The page as HTML."""
    return conversation.show_page(asked("GET", query), source=talk, place=PLACE).content.decode()


def search(talk: Talk, q: str, *, accept: str = JSON, **fields: str | int | list[str]) -> HttpResponse:
    """The answer to a search."""
    return conversation.search_texts(asked("POST", {"q": q, **fields}, accept=accept), source=talk, place=PLACE)


def show(talk: Talk, fields: dict[str, str | int | list[str]], *, accept: str = JSON) -> HttpResponse:
    """The answer to a demand for texts."""
    request = asked("POST", fields, accept=accept)
    counted = partial(talk.reveal, why=request.POST.get("reason", ""))
    return conversation.show_texts(request, source=talk, place=PLACE, reveal=counted)


def messages(talk: Talk, *positions: int, shown: tuple[int, ...] = (), needle: str = "") -> list[ShownMessage]:
    """Messages in words."""
    outline = talk.outline()
    reader = Reader(outline=outline, lang="en", marks=marks_of(outline, "en"), needle=needle)
    return shown_messages([talk.row(at) for at in positions], reader, shown=shown)


@pytest.mark.parametrize("at", ["x", "-1", "1.5", str(TOTAL), "9" * 12, "٣"])
def test_a_place_that_there_is_not_is_not_found(talk: Talk, at: str) -> None:
    """No page is shown for another place than the one asked for."""
    with pytest.raises(Http404):
        page(talk, at=at)


@pytest.mark.parametrize("chunk", ["", "x", "-1", str(TOTAL // CHUNK), "146000"])
def test_a_chunk_that_there_is_not_is_not_found(talk: Talk, chunk: str) -> None:
    """The script asks for existing chunks only; nobody else gets an error page with an inside."""
    with pytest.raises(Http404):
        conversation.give_rows(asked("GET", {"chunk": chunk}), source=talk)


def test_no_text_leaves_the_server_unasked(talk: Talk) -> None:
    """Neither the page nor the chunks hold a word of a message, only its length."""
    chunk = conversation.give_rows(asked("GET", {"chunk": ALERT // CHUNK}), source=talk).content.decode()
    told = page(talk, at=ALERT)

    texts = {row.text for row in (*talk.rows, *talk.chunk(ALERT // CHUNK)) if len(row.text) > 4}
    assert len(texts) > 5
    assert [text for text in texts if text in chunk or text in told] == []
    assert talk.revealed == []


def test_a_page_holds_a_hundred_messages_of_one_chunk(talk: Talk) -> None:
    """Around the place asked for; one chunk is opened, not the case."""
    told = page(talk, at=ALERT + 3)
    first = (ALERT + 3) // PAGE * PAGE

    assert told.count("<article") == PAGE + 1  # and the pattern that the script copies
    assert f'id="m{first}"' in told
    assert f'id="m{first + PAGE - 1}"' in told
    assert f"?at={first - PAGE}" in told
    assert f"?at={first + PAGE}" in told
    assert talk.asked == [ALERT // CHUNK]


def test_the_last_page_ends_with_the_last_message(small: Talk) -> None:
    """It leads back and not forth."""
    talk = Talk(small.small, small.rows, total=250)
    told = page(talk, at=249)

    assert f'id="m{249}"' in told
    assert told.count("<article") == 50 + 1
    assert 'rel="prev"' in told
    assert 'rel="next"' not in told


def test_an_analysis_without_messages_says_so(small: Talk) -> None:
    """No empty list, no script, no chunk asked for."""
    talk = Talk(small.small, small.rows, total=0)
    told = page(talk)

    assert "holds no message" in told
    assert "conversation.js" not in told
    assert talk.asked == []


def test_what_an_exhibit_says_is_never_markup(talk: Talk) -> None:
    """A text with angle brackets is shown as its author typed it."""
    at = next(at for at in range(50) if "<b>" in talk.row(at).text)
    told = show(talk, {"show": str(at), "at": str(at)}, accept="text/html").content.decode()

    assert "&lt;b&gt;today&lt;/b&gt;" in told
    assert "<b>" not in told


def test_texts_are_counted_before_they_are_given(talk: Talk) -> None:
    """Once each, in order; the answer holds those and no others."""
    answer = show(talk, {"show": [str(ALERT + 3), str(ALERT), str(ALERT)]})

    assert talk.revealed == [ALERT, ALERT + 3]
    told = json.loads(answer.content)
    assert told == {"texts": {str(ALERT): "hello", str(ALERT + 3): SECRET}, "covered": [], "said": ""}


def test_what_somebody_has_assessed_stays_covered_and_is_told(talk: Talk) -> None:
    """The others are given; nothing of the covered one is in the answer, nor counted."""
    talk.assessed = {ALERT + 3}
    told = json.loads(show(talk, {"show": [str(ALERT), str(ALERT + 3)]}).content)

    assert (told["texts"], told["covered"]) == ({str(ALERT): "hello"}, [ALERT + 3])
    assert told["said"].startswith("1 text stays covered: somebody has assessed it")
    assert talk.revealed == [ALERT]


def test_with_a_reason_it_is_shown_all_the_same(talk: Talk) -> None:
    """And the reason is told to who counts it."""
    talk.assessed = {ALERT + 3}
    told = json.loads(show(talk, {"show": str(ALERT + 3), "reason": "the judge asks"}).content)

    assert (told["texts"], told["covered"], told["said"]) == ({str(ALERT + 3): SECRET}, [], "")
    assert (talk.revealed, talk.reasons) == ([ALERT + 3], ["the judge asks"])


def test_without_script_the_page_says_how_many_stay_covered_and_asks_why(talk: Talk) -> None:
    """The rest of the page is shown; the field sends those that were left, and no others."""
    talk.assessed = {1, 2, 150}
    told = show(talk, {"show": "page", "at": "0"}, accept="text/html").content.decode()
    hidden = told.partition('id="again-form"')[2].partition("</form>")[0]

    assert "2 texts stay covered: somebody has assessed them" in told
    assert '<div class="again" id="again">' in told
    assert [at for at in range(200) if f'name="show" value="{at}"' in hidden] == [1, 2]
    assert told.count("assessed; left covered") == 2 + 1  # and the words of the script
    assert {1, 2}.isdisjoint(talk.revealed)
    assert "homework" not in told.partition('id="m0"')[2].partition('id="m3"')[0]


def test_without_script_what_was_shown_stays_when_it_is_assessed_meanwhile(talk: Talk) -> None:
    """Nobody loses the words on their screen by a judgement; what is asked for anew is covered."""
    first = show(talk, {"show": "0", "at": "0"}, accept="text/html").content.decode()
    signed = first.partition('name="shown" value="')[2].partition('"')[0]
    talk.assessed = {0, 1}
    second = show(talk, {"show": ["0", "1"], "at": "0", "shown": signed}, accept="text/html").content.decode()

    assert "see you after school" in second
    assert "homework" not in second
    assert "1 text stays covered" in second


def test_a_page_of_which_nothing_is_assessed_asks_nothing(talk: Talk) -> None:
    """The field is there for the script, and hidden."""
    told = show(talk, {"show": "page", "at": "0"}, accept="text/html").content.decode()

    assert 'id="again" hidden' in told
    assert "stays covered" not in told


@pytest.mark.parametrize("accept", [JSON, "text/html"])
def test_what_is_refused_is_not_shown(talk: Talk, accept: str) -> None:
    """Beyond the daily limit the reason is given, and no text."""
    talk.limit = 0
    answer = show(talk, {"show": str(ALERT + 3), "at": str(ALERT)}, accept=accept)

    assert answer.status_code == 409
    assert "read enough for today" in answer.content.decode()
    assert SECRET not in answer.content.decode()


def test_nobody_asks_for_everything_at_once(talk: Talk) -> None:
    """More than a page of texts, or none, is no demand that the page makes."""
    for wanted in ([], [str(at) for at in range(MAX_SHOWN + 1)], ["x"], [str(TOTAL)]):
        with pytest.raises(Http404):
            show(talk, {"show": wanted})
    assert talk.revealed == []


def test_without_script_the_texts_of_a_page_are_shown_on_it(talk: Talk) -> None:
    """Those with a text are counted; a photo without words is not."""
    told = show(talk, {"show": "page", "at": "0"}, accept="text/html").content.decode()

    assert talk.revealed == [at for at in range(PAGE) if talk.row(at).text]
    assert "see you after school" in told
    assert "Show the text<" not in told.partition("<template")[0]


def test_without_script_texts_stay_while_others_are_asked_for(talk: Talk) -> None:
    """What was counted once is shown again with the next, and not counted again."""
    first = show(talk, {"show": "0", "at": "0"}, accept="text/html").content.decode()
    signed = first.partition('name="shown" value="')[2].partition('"')[0]
    second = show(talk, {"show": ["0", "1"], "at": "0", "shown": signed}, accept="text/html").content.decode()

    assert talk.revealed == [0, 1]
    assert "see you after school" in second
    assert "homework" in second


def test_a_forged_list_of_what_was_shown_shows_nothing(talk: Talk) -> None:
    """Nobody reads uncounted by claiming to have been counted."""
    told = show(talk, {"show": "0", "at": "0", "shown": "[1]:1abc:forged"}, accept="text/html").content.decode()

    assert "see you after school" in told
    assert "homework" not in told
    assert talk.revealed == [0]


def test_a_search_gives_places_and_no_text(talk: Talk) -> None:
    """Whatever the case and the accents; the words found do not come back."""
    told = json.loads(search(talk, "TELL your MUM").content)

    assert told["positions"] == [ALERT + 3]
    assert told["total"] == 1
    assert "1 message holds" in told["said"]
    assert talk.revealed == []


def test_a_search_for_nothing_opens_nothing(talk: Talk) -> None:
    """An empty field does not unseal a case."""
    assert json.loads(search(talk, "   ").content)["total"] == 0
    assert talk.asked == []


def test_words_that_stand_nowhere_are_said_to_stand_nowhere(talk: Talk) -> None:
    """Looked for and not found is an answer."""
    assert json.loads(search(talk, "zebra").content) == {
        "total": 0,
        "positions": [],
        "said": "No message holds these words.",
    }


def test_too_long_a_search_is_refused(talk: Talk) -> None:
    """Nothing is cut silently."""
    answer = search(talk, "a" * (MAX_NEEDLE + 1))

    assert answer.status_code == 409
    assert "too long" in json.loads(answer.content)["refused"]


def test_a_search_that_finds_very_much_tells_how_much(talk: Talk) -> None:
    """The number is that of all places, and it is said that not all can be gone to."""
    hits = find(talk, talk.outline(), "ecole")

    assert hits.total == sum("École" in talk.row(at).text for at in range(TOTAL)) > MAX_HITS
    assert len(hits.positions) == MAX_HITS
    assert "The first 5,000 can be gone to" in json.loads(search(talk, "ecole").content)["said"]


def test_without_script_a_search_leads_to_the_first_place(talk: Talk) -> None:
    """The others are buttons; the words travel in the form, never in an address."""
    told = search(talk, "homework", accept="text/html").content.decode()
    there = search(talk, "homework", accept="text/html", at=str(ALERT + 601)).content.decode()

    assert 'id="m1"' in told
    assert 'name="at" value="7"' in told
    assert f'id="m{(ALERT + 601) // PAGE * PAGE}"' in there
    assert "q=homework" not in told


def test_words_found_are_marked_in_a_text_that_is_shown() -> None:
    """And only there: a hidden text is not given away by its marks."""
    row = Row(position=0, conversation=0, exhibit=0, row=1, byte_start=0, byte_end=9, text="à l'École, école")
    pieces = conversation_pieces(row, "ecole", shown=(0,))

    assert pieces == [("à l'", False), ("École", True), (", ", False), ("école", True)]
    assert conversation_pieces(row, "ecole", shown=()) is None


def conversation_pieces(row: Row, needle: str, *, shown: tuple[int, ...]) -> list[tuple[str, bool]] | None:
    """The pieces of one row."""
    talk = Talk(_EMPTY, (), total=1)
    told = Reader(outline=talk.outline(), lang="en", marks={}, needle=needle)
    pieces = shown_messages([row], told, shown=shown)[0].pieces
    return None if pieces is None else [(piece.text, piece.found) for piece in pieces]


def test_what_is_particular_to_a_message_is_told(talk: Talk) -> None:
    """Zone unknown, edited, forwarded, service, answered, never dated: each in words."""
    zone, edited, forwarded, service, answer, undated, missing = messages(talk, 7, 11, 13, 17, 19, 23, 29)

    assert zone.when == "2026-03-02 07:07:00"
    assert zone.notes == ("zone unknown", "written “02/03/26 8:05”")
    assert edited.notes == ("edited later, 2026-05-31 07:00:00 UTC",)
    assert forwarded.notes == ("forwarded from A club",)
    assert service.notes == ("line of the service: join_group_by_link",)
    assert "deleted" in service.who
    assert (answer.answers, answer.answers_number) == (4, "5")
    assert (undated.when, undated.iso) == ("instant unknown", "")
    assert missing.notes == ("answers message x9, which the export does not hold",)


def test_a_medium_is_a_placeholder_with_what_is_known(talk: Talk) -> None:
    """Name, size and hash, or that they are not known; there is nothing that could be rendered."""
    photo, voice = (message.media[0] for message in messages(talk, 3, 29))
    told = page(talk, at=0)

    assert (photo.kind, photo.said, photo.sha256) == ("photo", ("p.jpg", "48.2\u00a0kB", "in the export"), "ab" * 32)
    assert voice.said == ("size not told", "left out of the export", "File not included.")
    assert "ab" * 32 in told
    assert [tag for tag in ("<img", "<video", "<audio", "<object", "<iframe") if tag in told] == []


def test_why_a_medium_is_not_there_is_told_in_the_language_of_the_reader(talk: Talk) -> None:
    """Where the sentence is of the program; the words of an export stay as they are."""
    ours, theirs = MediaRow(kind="file", state="missing", reason="media not exported"), talk.row(29).media[0]
    row = msgspec.structs.replace(talk.row(29), media=(ours, theirs))
    shown = [
        shown_messages([row], Reader(outline=talk.outline(), lang=lang, marks={}, needle=""))[0].media for lang in LANGS
    ]

    assert [[medium.said[-1] for medium in media] for media in shown] == [
        ["non exporté\u00a0: media", "File not included."],
        ["media not exported", "File not included."],
    ]


def test_quoted_messages_carry_the_tactics_of_their_alert(talk: Talk) -> None:
    """And only they do; the label says whether the tactic counts as strong."""
    quoted = talk.outline().alerts[0].positions
    marked = [at for at in range(ALERT - 20, ALERT + 30) if messages(talk, at)[0].marks]

    assert tuple(marked) == quoted
    assert {mark.alert for mark in messages(talk, *quoted)[0].marks} == {"A1"}
    assert any(mark.is_strong for message in messages(talk, *quoted) for mark in message.marks)


def test_an_alert_tells_level_tactics_reasons_and_places(talk: Talk) -> None:
    """Everything that leads to the messages, without their words."""
    alert = shown_alerts(talk.outline(), "en")[0]

    assert alert.is_immediate
    assert (alert.speaker, alert.addressee, alert.chat) == ("Bob", "Zoe", "Bob & Zoe")
    assert "threat" in alert.why.lower()
    assert alert.raised is not None
    assert talk.row(alert.raised).text.startswith("send me 100 dollars")
    assert {place.at for tactic in alert.tactics for place in tactic.places} == set(talk.outline().alerts[0].positions)
    assert [(age.said, age.at) for age in alert.ages] == [("Zoe: 13 years, said by Zoe", ALERT + 2)]


def test_conversations_with_alerts_come_first(talk: Talk) -> None:
    """What one would go to first stands first."""
    assert [(chat.title, chat.alerts) for chat in shown_chats(talk.outline())] == [("Bob & Zoe", 1), ("The class", 0)]


def test_every_position_knows_its_conversation(talk: Talk) -> None:
    """Up to the last message of one, from the first of the next."""
    outline = talk.outline()

    assert [chat_at(outline, at) for at in (0, GROUP - 1, GROUP, TOTAL - 1)] == [0, 0, 1, 1]
    assert [message.chat for message in messages(talk, 0, 1, GROUP)] == ["The class", "", "Bob & Zoe"]


def test_blind_letters_are_as_long_as_the_text_and_say_nothing() -> None:
    """So that a row keeps its height when its text is shown; a very long text has a short veil."""
    assert [len(veil(letters)) for letters in (0, 1, 5, 7, 50)] == [0, 1, 5, 7, 50]
    assert set(veil(50)) == {"n", " "}
    assert len(veil(100_000)) <= 600


_EMPTY = msgspec.convert(
    {
        "messages": 0,
        "language": "en",
        "as_of": datetime(2026, 3, 2, tzinfo=UTC),
        "accounts": [],
        "conversations": [{"id": "telegram:0/1"}],
        "exhibits": [{"sha256": "0" * 64, "name": "x", "messages": 1, "unread_share": 0, "unread": [], "unread_places": 0}],
        "alerts": [],
        "ranking": [],
        "totals": {"messages": 0, "accounts": 0, "conversations": 0, "media": 0, "unread_share": 0},
        "not_examined": [],
    },
    Outline,
)  # fmt: skip


def test_what_was_not_examined_stands_beside_the_alerts(talk: Talk) -> None:
    """Nobody takes silence for an answer."""
    gap = Unexamined(what="3 voice messages", reason="never opened")
    talk._outline.append(msgspec.structs.replace(talk.outline(), not_examined=(gap,)))
    talk._outline.pop(0)

    assert "3 voice messages: never opened" in page(talk)
    assert "An alert is not a finding about anybody." in page(talk)
