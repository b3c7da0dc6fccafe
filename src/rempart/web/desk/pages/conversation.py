"""The conversation view of an analysis: pages of messages, chunks for the script, search, and texts on demand.

These functions only show: who may see the analysis, and the events of the journal, are the caller's. A text leaves
the server through `show_texts` alone, after `reveal` has counted it; what somebody has assessed `reveal` leaves covered,
until a reason is given. Searched words travel in forms, never in an address. Without JavaScript everything is a page of
PAGE messages.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import msgspec
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.analysis.finding import search_chunk
from rempart.analysis.outline import Outline, Row
from rempart.analysis.paged import CHUNK
from rempart.errors import RempartError
from rempart.web.desk.shown_alerts import shown_alerts, shown_chats
from rempart.web.desk.shown_messages import Reader, ShownMessage, chat_at, chat_title, marks_of, shown_messages
from rempart.web.public.languages import language
from rempart.wording import wording

PAGE = 100  # messages a page without JavaScript; divides CHUNK, so that a page needs one chunk
MAX_SHOWN = PAGE  # texts that one demand may ask for
MAX_NEEDLE = 200  # letters of a search
MAX_HITS = 5000  # places that a search tells; how many there are is always told
HITS_LISTED = 60  # of them on a page without JavaScript, around the place where one is
MAX_CHATS = 1000  # conversations in the list of those one can go to
SHOWN_FOR_S = 3600  # without JavaScript, texts asked for stay with the page as long; later they are asked for again
_SALT = "rempart.desk.conversation"


class ConversationSource(Protocol):
    """Where the view reads an analysis from: its outline, and chunks of CHUNK rows, from 0."""

    def outline(self) -> Outline:
        """The outline."""

    def chunk(self, number: int) -> tuple[Row, ...]:
        """The rows at positions [number * CHUNK, number * CHUNK + CHUNK)."""


class Places(Protocol):
    """Where words stand: the first positions, and how many there are."""

    @property
    def positions(self) -> tuple[int, ...]:
        """In order."""

    @property
    def total(self) -> int:
        """Of all."""


@runtime_checkable
class SearchingSource(Protocol):
    """A source that finds words without opening every chunk."""

    def find(self, needle: str, *, limit: int) -> Places:
        """What `search_chunk` finds in all chunks; the first `limit` positions."""


# Counts the exposure to the texts of these messages, and gives the positions that it left covered because somebody has assessed them;
# refuses by RempartError.
Reveal = Callable[[Sequence[Row]], Collection[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Addresses of the view of one analysis, and what stands around it. key: tells analyses apart, for signatures."""

    key: str
    title: str
    page: str
    rows: str
    search: str
    reveal: str
    back: str
    back_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What a search found. positions: the first MAX_HITS; total: of all."""

    positions: tuple[int, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What one look at the page is about. shown: positions whose texts were asked for; hits None: nothing searched.

    covered: positions whose texts were asked for and left covered, in order.
    """

    at: int = 0
    needle: str = ""
    hits: Hits | None = None
    shown: frozenset[int] = field(default_factory=frozenset)
    covered: tuple[int, ...] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An analysis that is open for one request."""

    source: ConversationSource
    place: Place
    outline: Outline


def show_page(request: HttpRequest, *, source: ConversationSource, place: Place) -> HttpResponse:
    """The page around the message `?at=`, without any text. Raises: Http404 for a place that there is not."""
    view = _Open(source=source, place=place, outline=source.outline())
    return _page(request, view, Glance(at=_position(request.GET.get("at", "0"), view.outline)))


def give_rows(request: HttpRequest, *, source: ConversationSource) -> HttpResponse:
    """The messages of `?chunk=` as JSON, without their texts. Raises: Http404 for a chunk that there is not."""
    outline = source.outline()
    number = _number(request.GET.get("chunk", ""))
    if number is None or number * CHUNK >= outline.messages:
        raise Http404
    return _json({"first": number * CHUNK, "rows": shown_messages(source.chunk(number), _reader(outline))})


def search_texts(request: HttpRequest, *, source: ConversationSource, place: Place) -> HttpResponse:
    """Where the words of the field `q` stand: positions as JSON, or the page of the first place (or of `at`)."""
    view = _Open(source=source, place=place, outline=source.outline())
    needle = request.POST.get("q", "").strip()
    if len(needle) > MAX_NEEDLE:
        return _refused(request, view, _("These words are too long to be searched for."))
    hits = find(source, view.outline, needle)
    if _wants_json(request):
        return _json({"total": hits.total, "positions": hits.positions, "said": _said(hits)})
    wanted = request.POST.get("at")
    at = _position(wanted, view.outline) if wanted else next(iter(hits.positions), 0)
    return _page(request, view, Glance(at=at, needle=needle, hits=hits))


def show_texts(request: HttpRequest, *, source: ConversationSource, place: Place, reveal: Reveal) -> HttpResponse:
    """The texts that the fields `show` ask for (positions, or `page`), counted first; as JSON, or on the page.

    What `reveal` leaves covered is told, with how many and why. Raises: Http404 for a place that there is not, and for more than MAX_SHOWN at once.
    """
    view = _Open(source=source, place=place, outline=source.outline())
    at = _position(request.POST.get("at", "0"), view.outline)
    before = _unsigned(request, place)
    asked = [position for position in _wanted(request.POST.getlist("show"), at, view) if position not in before]
    rows = _rows_at(source, asked)
    try:
        covered = frozenset(reveal(rows)) if rows else frozenset()
    except RempartError as error:
        return _refused(request, view, wording(language()).error(error), at=at)
    left, said = tuple(sorted(covered)), _left_covered(len(covered))
    if _wants_json(request):
        texts = {str(row.position): row.text for row in rows if row.position not in covered}
        return _json({"texts": texts, "covered": left, "said": said})
    needle = request.POST.get("q", "")[:MAX_NEEDLE]
    shown = before.union(asked) - covered
    return _page(request, view, Glance(at=at, needle=needle, shown=shown, covered=left, notice=said))


def find(source: ConversationSource, outline: Outline, needle: str) -> Hits:
    """All places of the needle, whatever its case and accents; every chunk is opened where the source does not search itself."""
    if isinstance(source, SearchingSource):
        told = source.find(needle, limit=MAX_HITS)
        return Hits(positions=told.positions, total=told.total)
    positions: list[int] = []
    total = 0
    for number in range(-(-outline.messages // CHUNK) if needle else 0):
        found = search_chunk(source.chunk(number), needle)
        total += len(found)
        positions += found[: MAX_HITS - len(positions)]
    return Hits(positions=tuple(positions), total=total)


def page_context(
    outline: Outline, messages: Sequence[ShownMessage], *, place: Place, glance: Glance
) -> dict[str, object]:
    """Everything that the template needs, but for the signature of what is shown."""
    first = glance.at // PAGE * PAGE
    last = min(first + PAGE, outline.messages)
    chats = shown_chats(outline)
    numbers = wording(language())
    return {
        "place": place,
        "glance": glance,
        "messages_shown": messages,
        "total": outline.messages,
        "total_told": numbers.number(outline.messages),
        "first_told": numbers.number(first + 1),
        "last_told": numbers.number(last),
        "chat_now": chat_title(outline, chat_at(outline, first)) if outline.messages else "",
        "previous": first - PAGE if first else None,
        "next": last if last < outline.messages else None,
        "end": (outline.messages - 1) // PAGE * PAGE if outline.messages else 0,
        "alerts": shown_alerts(outline, language()),
        "alert_lang": outline.language,
        "chats": chats[:MAX_CHATS],
        "chats_left_out": max(0, len(chats) - MAX_CHATS),
        "not_examined": outline.not_examined,
        "unread": [exhibit for exhibit in outline.exhibits if exhibit.unread_places],
        "hits_listed": _listed(glance),
        "hits_said": _said(glance.hits) if glance.hits is not None else "",
        "has_texts": any(message.letters and message.pieces is None for message in messages),
        "settings": {
            "total": outline.messages,
            "chunk": CHUNK,
            "at": glance.at,
            "most": MAX_SHOWN,
            "chats": sorted((chat.first, chat.title) for chat in chats),
        },
    }


def _page(request: HttpRequest, view: _Open, glance: Glance, *, status: int = 200) -> HttpResponse:
    rows = _rows_of_page(view, glance.at)
    messages = shown_messages(rows, _reader(view.outline, glance.needle), shown=glance.shown)
    context = page_context(view.outline, messages, place=view.place, glance=glance)
    context["signed"] = ""
    if glance.shown:
        context["signed"] = signing.dumps(sorted(glance.shown), salt=_salt(request, view.place))
    return render(request, "desk/conversation.html", context, status=status)


def _refused(request: HttpRequest, view: _Open, sentence: str, *, at: int = 0) -> HttpResponse:
    """The reason, and nothing else new; the page stays as it was."""
    if _wants_json(request):
        return _json({"refused": sentence}, status=409)
    glance = Glance(at=at, shown=_unsigned(request, view.place), notice=sentence)
    return _page(request, view, glance, status=409)


def _reader(outline: Outline, needle: str = "") -> Reader:
    lang = language()
    return Reader(outline=outline, lang=lang, marks=marks_of(outline, lang), needle=needle)


def _wanted(asked: Sequence[str], at: int, view: _Open) -> list[int]:
    """Positions asked for, in order, once each. Raises: Http404 for what is no position, for none and for too many."""
    if "page" in asked:
        return [row.position for row in _rows_of_page(view, at) if row.text]
    positions = sorted({_position(position, view.outline) for position in asked})
    if not 0 < len(positions) <= MAX_SHOWN:
        raise Http404
    return positions


def _rows_of_page(view: _Open, at: int) -> tuple[Row, ...]:
    first = at // PAGE * PAGE
    return view.source.chunk(first // CHUNK)[first % CHUNK : first % CHUNK + PAGE] if view.outline.messages else ()


def _rows_at(source: ConversationSource, positions: Sequence[int]) -> list[Row]:
    chunks = {number: source.chunk(number) for number in sorted({position // CHUNK for position in positions})}
    return [chunks[position // CHUNK][position % CHUNK] for position in positions]


def _listed(glance: Glance) -> tuple[int, ...]:
    """The hits to list: those around the place where one is."""
    positions = glance.hits.positions if glance.hits else ()
    before = sum(position < glance.at for position in positions)
    start = max(0, min(before - HITS_LISTED // 2, len(positions) - HITS_LISTED))
    return positions[start : start + HITS_LISTED]


def _left_covered(count: int) -> str:
    """How many texts stay covered, and why; "" for none."""
    if not count:
        return ""
    told = ngettext(
        "%(count)s text stays covered: somebody has assessed it, so that nobody has to look again.",
        "%(count)s texts stay covered: somebody has assessed them, so that nobody has to look again.",
        count,
    )
    return told % {"count": wording(language()).number(count)}


def _said(hits: Hits) -> str:
    if not hits.total:
        return _("No message holds these words.")
    number, held = wording(language()).number, len(hits.positions)
    told = ngettext("%(count)s message holds these words.", "%(count)s messages hold these words.", hits.total)
    sentence = told % {"count": number(hits.total)}
    return (
        sentence
        if held == hits.total
        else f"{sentence} {_('The first %(count)s can be gone to.') % {'count': number(held)}}"
    )


def _position(told: str, outline: Outline) -> int:
    """A position of the analysis; 0 where it holds no message. Raises: Http404."""
    number = _number(told)
    if number is None or (number and number >= outline.messages):
        raise Http404
    return number


def _number(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else None


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _json(told: object, *, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(told), content_type="application/json", status=status)


def _salt(request: HttpRequest, place: Place) -> str:
    """A signature is good for one analysis and one person: nobody shows uncounted texts with that of another."""
    return f"{_SALT}:{place.key}:{request.user.pk}"


def _unsigned(request: HttpRequest, place: Place) -> frozenset[int]:
    """Positions that this person was shown before on this page; none where the signature is not ours."""
    try:
        return frozenset(signing.loads(request.POST.get("shown", ""), salt=_salt(request, place), max_age=SHOWN_FOR_S))
    except signing.BadSignature:
        return frozenset()
