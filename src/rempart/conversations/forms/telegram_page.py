"""The fields of one message of Telegram's HTML export, taken from its elements by their classes.

Source: telegramdesktop/tdesktop, export_output_html.cpp (pushMessage, pushMedia, pushPoll, reactions, bot buttons).
What has no column goes to `extra` in the words of the page: polls, buttons, hidden targets of links, status lines;
a text under no known class goes to `extra["other"]`, so that nothing of a newer page is lost.
"""

import re
from collections.abc import Callable
from typing import Any

from rempart.conversations.forms.markup import Element
from rempart.conversations.parts import Part
from rempart.conversations.rows import Media, Reaction

DELETED = "Deleted Account"
_VIA = re.compile(r" via @([A-Za-z0-9_]{1,64})$")
_GO_TO = re.compile(r"#go_to_message(-?\d{1,20})$")
_LENGTH = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d\d)(?:,|$)")
_PIXELS = re.compile(r"(\d{1,6})[x×](\d{1,6})(?:,|$)")
_LINKED = ("http://", "https://", "tg://", "mailto:", "tel:")
_WRAPS = {"photo_wrap": "photo", "video_file_wrap": "video", "animated_wrap": "animation", "sticker_wrap": "sticker"}
_KINDS = {
    "media_photo": "photo",
    "media_video": "video",
    "media_voice_message": "voice",
    "media_audio_file": "audio",
    "media_file": "file",
    "media_contact": "contact",
    "media_location": "location",
    "media_live_location": "location",
    "media_venue": "location",
}
_KIND_BY_TITLE = {"Sticker": "sticker", "Animation": "animation"}
_WITHOUT_FILE = frozenset({"contact", "location"})
_TAKEN = (
    "initials",
    "from_name",
    "reply_to",
    "media_wrap",
    "reactions",
    "bot_buttons_table",
    "signature",
    "date",
    "text",
)
Find = Callable[[str], Part | None]


class Fields:
    """What one message block says; `find` gives the part of the exhibit that a relative link means."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self.name: str | None = None
        self.sent: str | None = None
        self.reply_to: str | None = None
        self.is_forward = False
        self.forwarded_from: str | None = None
        self.action: str | None = None
        self.texts: list[str] = []
        self.mentions: list[str] = []
        self.media: list[Media] = []
        self.reactions: list[Reaction] = []
        self.extra: dict[str, Any] = {}

    def collect(self, node: Element) -> None:
        """Takes every element of a known class, and every text that stands under none."""
        waiting: list[tuple[Element | str, bool]] = [(node, False)]
        while waiting:
            part, forwarded = waiting.pop()
            if isinstance(part, str):
                if part.strip():
                    self._note("other", part.strip())
                continue
            forwarded = forwarded or {"forwarded", "body"} <= part.classes
            self.is_forward = self.is_forward or forwarded
            known = next((name for name in _TAKEN if name in part.classes), None)
            if known and part.end is not None:
                self._take(known, part, forwarded=forwarded)
            else:  # in an element that was never closed stands what follows it: its texts are kept, not trusted
                waiting.extend((inner, forwarded) for inner in reversed(part.parts))

    def _note(self, key: str, value: object) -> None:
        self.extra.setdefault(key, []).append(value)

    def _take(self, known: str, element: Element, *, forwarded: bool) -> None:
        if known == "date":
            self.sent = self.sent or element.attributes.get("title", "").strip() or None
        elif known == "from_name":
            self._take_name(element, forwarded=forwarded)
        elif known == "reply_to":
            self._take_reply(element)
        elif known == "media_wrap":
            self._take_media(element)
        elif known == "reactions":
            for reaction in element.all_with("reaction"):
                self._take_reaction(reaction)
        elif known == "bot_buttons_table":
            for button in element.all_with("bot_button"):
                self._note("buttons", _without_empty(text=button.text(), link=button.link()))
        elif known == "signature":
            self.extra["signature"] = element.text()
        elif known == "text":
            self._take_text(element)
        # "initials": letters drawn where there is no picture; nobody wrote them

    def _take_name(self, element: Element, *, forwarded: bool) -> None:
        name = element.text(without="details")
        if via := _VIA.search(name):
            self.extra["via_bot"] = f"@{via[1]}"
            name = name[: via.start()].rstrip()
        if not forwarded:
            self.name = name or None
            return
        self.forwarded_from = name if name and name != DELETED else "(unknown)"
        moment = element.first("details")
        if moment:
            self.extra["forwarded_sent"] = moment.attributes.get("title") or moment.text()

    def _take_reply(self, element: Element) -> None:
        go_to = _GO_TO.search(element.link())
        if go_to:
            self.reply_to = go_to[1]
        else:
            self.extra["reply"] = element.text()

    def _take_text(self, element: Element) -> None:
        self.texts.append(element.text())
        if element.first("spoiler"):
            self.extra["spoiler"] = True
        for link in element.all():
            label, target = link.text() if link.tag == "a" else "", link.attributes.get("href", "")
            if label.startswith("@") or "ShowMentionName" in link.attributes.get("onclick", ""):
                self.mentions.append(label)
            elif link.tag == "a" and target.startswith(_LINKED) and not target.endswith(label):
                self._note("links", _without_empty(text=label, link=target))

    def _take_reaction(self, element: Element) -> None:
        shown, count = element.first("emoji"), element.first("count")
        emoji = (shown.link() or shown.text()) if shown else element.text()
        people = [person.attributes.get("title") for person in element.all_with("initials")]
        self.reactions += (Reaction(emoji=emoji, account=name or None) for name in people)
        counted = count.text() if count else ""
        rest = int(counted[:9]) if counted.isascii() and counted.isdecimal() else len(people) or 1
        if rest > len(people):
            self.reactions.append(Reaction(emoji=emoji, count=rest - len(people)))

    # -- media --------------------------------------------------------------------------------------

    def _take_media(self, wrap: Element) -> None:
        for element in wrap.all():
            plain = next((kind for name, kind in _WRAPS.items() if name in element.classes), None)
            if plain:
                length = element.first("video_duration")
                self.media.append(self._medium(plain, element.link(), status=length.text() if length else ""))
                return
            named = next((name for name in sorted(element.classes) if name.startswith("media_")), None)
            if named:
                self._take_named(named, element)
                return
        self._note("media", _without_empty(text=wrap.text(), link=wrap.link()))

    def _take_named(self, named: str, element: Element) -> None:
        """A medium told by title, description and status; or a call, a poll, a game, an invoice, a giveaway."""
        title, description, status = (
            found.text() if (found := element.first(name)) else "" for name in ("title", "description", "status")
        )
        kind = _KIND_BY_TITLE.get(title) or _KINDS.get(named)
        if named == "media_poll":
            self._take_poll(element)
        elif named == "media_call":
            self.action = "phone_call"
            self.texts.append(status)
            self._note("media", _without_empty(kind=named, title=title, status=status))
        elif kind is None:
            self._note("media", _without_empty(kind=named, text=element.text(), link=element.link()))
        else:
            self._note("media", _without_empty(title=title, description=description, status=status))
            self.media.append(self._medium(kind, element.link(), title=title, reason=description, status=status))
            if thumb := element.first("thumb"):
                self._note("thumbs", thumb.attributes.get("src", ""))

    def _take_poll(self, element: Element) -> None:
        question, total = element.first("question"), element.first("total")
        self.extra["poll"] = _without_empty(
            question=question.text() if question else "",
            answers=[answer.text() for answer in element.all_with("answer")],
            details=details.text() if (details := element.first("details")) else "",
            total=total.text() if total else "",
        )

    def _medium(self, kind: str, link: str, *, title: str = "", reason: str = "", status: str = "") -> Media:
        outside = link.startswith(_LINKED)
        held = self._find(link) if link and not outside else None
        missing = not link and kind not in _WITHOUT_FILE
        if missing and title.startswith("Self-destructing"):
            reason = f"{title}: {status}"
        pixels, length = _PIXELS.match(status), _LENGTH.match(status)
        named = title if kind in ("file", *_WITHOUT_FILE) else ""
        return Media(
            kind=kind,
            state="missing" if missing else "in_export" if held else "referenced",
            reason=(reason or "the page links to no file") if missing else None,
            name=named or link.rpartition("/")[2] or None,
            path=held.name if held else link or None,
            width_px=int(pixels[1]) if pixels else None,
            height_px=int(pixels[2]) if pixels else None,
            duration_s=_seconds(length) if length else None,
        )


def photo_of(element: Element, find: Find) -> Media | None:
    """The photo that a service line shows: a new picture of the group, a suggested one."""
    link = shown.link() if (shown := element.first("userpic_link")) else ""
    held = find(link) if link else None
    if not link:
        return None
    name, path = link.rpartition("/")[2], held.name if held else link
    return Media(kind="photo", state="in_export" if held else "referenced", name=name, path=path)


def message_of(link: str) -> str | None:
    """Id of the message that a link of the page goes to; None when it goes elsewhere."""
    found = _GO_TO.search(link)
    return found[1] if found else None


def _seconds(length: re.Match[str]) -> float:
    return float(int(length[1] or 0) * 3600 + int(length[2]) * 60 + int(length[3]))


def _without_empty(**values: object) -> dict[str, object]:  # the names are the keys of `extra`
    return {name: value for name, value in values.items() if value}
