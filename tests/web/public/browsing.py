"""A very small browser: follows forms as a browser without JavaScript does, and keeps no cookie."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from django.test import Client


@dataclass
class _Form:
    action: str = ""
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    has_files: bool = False


class _Reader(HTMLParser):
    """Collects the forms of a page with the values that they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(action=told["action"], has_files="enctype" in told))
        elif not self.forms or "name" not in told:
            return
        elif tag == "button":
            self.forms[-1].buttons.append((told["name"], told["value"]))
        elif tag == "textarea":
            self._area = told["name"]
            self.forms[-1].values[self._area] = ""
        elif tag == "input" and (told.get("type") not in ("checkbox", "radio", "file") or "checked" in told):
            self.forms[-1].values[told["name"]] = told.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            values = self.forms[-1].values
            values[self._area] = values[self._area].removeprefix("\n").replace("\n", "\r\n")
            self._area = None


class Page:
    """An answer of the site, with its forms."""

    def __init__(self, client: Client, response: object) -> None:
        self.client = client
        self.status: int = response.status_code  # type: ignore[attr-defined]  # Django's test response has no public type
        self.headers: dict[str, str] = dict(response.headers)  # type: ignore[attr-defined]
        self.content: bytes = response.content  # type: ignore[attr-defined]
        self.text = self.content.decode("utf-8", "replace")
        reader = _Reader()
        reader.feed(self.text)
        self.forms = reader.forms

    @property
    def values(self) -> dict[str, str]:
        """What the first form would send without a press."""
        return self.forms[0].values

    @property
    def at(self) -> str:
        """The screen of the form that is shown."""
        return self.values.get("at", "")

    @property
    def title(self) -> str:
        """The heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return html.unescape(found[1]) if found else ""

    def press(self, name: str, value: str, *, form: int = 0, **typed: str) -> "Page":
        """Types into fields of a form and presses one of its buttons, which must be there."""
        chosen = self.forms[form]
        assert (name, value) in chosen.buttons, (name, value, chosen.buttons)
        return self._post(chosen, {**chosen.values, **typed, name: value})

    def submit(self, *, form: int = 0, **typed: str) -> "Page":
        """Sends a form whose button has no name."""
        chosen = self.forms[form]
        return self._post(chosen, {**chosen.values, **typed})

    def _post(self, form: _Form, values: dict[str, str]) -> "Page":
        """Sends as the form says: Django's client would send every form as one with files."""
        if form.has_files:
            return Page(self.client, self.client.post(form.action, values))
        return Page(self.client, post(self.client, form.action, values))

    def next(self, **typed: str) -> "Page":
        """Presses “Next”."""
        return self._post(self.forms[0], {**self.values, **typed, "go": "next"})

    def skip_to(self, name: str) -> "Page":
        """Skips questions until a screen is reached."""
        page = self
        while page.at != name:
            page = page.press("go", "skip")
        return page


def post(client: Client, address: str, values: dict[str, str], **environ: Any) -> Any:
    """Sends fields as a browser does that has no file to send."""
    return client.post(address, urlencode(values), content_type="application/x-www-form-urlencoded", **environ)


def visit(address: str, **headers: str) -> Page:
    """A page by its address, in a browser that was never here."""
    client = Client(headers=headers)
    return Page(client, client.get(address))


def sent_report(path: str = "/fr/b/", **answers: str) -> Page:
    """The receipt page of a form that answers a few questions."""
    page = visit(path)
    first = page.press(page.at, answers.pop(page.at, "unknown"))
    sent = {**first.values, "at": "review", "go": "send", **answers}
    return Page(page.client, post(page.client, path, sent))


def code_of(page: Page) -> str:
    """The code that a receipt page shows."""
    return page.forms[1].values["code"]
