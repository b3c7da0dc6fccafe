"""The words of an HTML text and the addresses that it points to; nothing is rendered, fetched or run.

Tier: source-verified (html.parser of Python). Not covered: text that a style hides is told like any other.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

MAX_CHARS = 400_000  # a longer text is cut
_SILENT = frozenset({"script", "style", "title", "template", "svg"})
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "footer", "form"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"}
    | {"tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_TAG = r"[/A-Za-z][^<>]{0,5000}>"
_ANY_TAG = re.compile("<" + _TAG)
_DECLARATION = re.compile(r"<[!?][^<>]{0,5000}>")
_NO_TAG = re.compile(f"<(?!{_TAG})")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """What an HTML text says. links: where its anchors point to, in order, as they stand."""

    text: str
    links: tuple[str, ...]


class _Words(HTMLParser):
    """Collects text nodes and the addresses of anchors."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.silent = ""  # the element whose content is no text for people

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.silent:
            return
        if tag in _SILENT:
            self.silent = tag
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag in _CELLS:
            self.words.append(" ")
        if tag == "a":
            self.links += [value.strip() for name, value in attrs if name == "href" and value]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def read_markup(untrusted_html: str) -> Markup:
    """The text and the links of the first MAX_CHARS characters."""
    html, parser = _whole_tags(untrusted_html[:MAX_CHARS]), _Words()
    try:
        parser.feed(html)
        parser.close()
    except (AssertionError, ValueError):  # crooked declarations, numbers beyond Unicode
        parser.silent = "all"
    # What ends inside an element without words is crooked: too many words are better than too few.
    text = _ANY_TAG.sub(" ", html) if parser.silent else "".join(parser.words)
    return Markup(text=_tidy(text), links=tuple(parser.links))


def _whole_tags(html: str) -> str:
    """The text without comments and declarations, every `<` that begins no whole tag as a sign of the text.

    Before Python 3.13.6 html.parser takes minutes on 400,000 characters of `<!--`; on what is left here it is linear.
    """
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start + 4)
        at = end + 3 if end >= 0 else len(html)
    text = _DECLARATION.sub("", "".join(kept) + html[at:])
    return _NO_TAG.sub("&lt;", text)


def _tidy(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", _BLANKS.sub(" ", text)).strip()
