"""How a person goes through the pages: by what they can see. Works with and without JavaScript."""

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rempart.intake.paths import UNKNOWN

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

MOST_STEPS = 30


@dataclass(slots=True, kw_only=True)
class Walk:
    """A browser window on the site, all that it asked for and was told to keep, and its complaints, such as breaches of the policy."""

    tab: "Page"
    url: str
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    cookies_set: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.on("console", lambda message: self._listen(message))  # noqa: PLW0108 - Playwright marks what it is given; a method cannot be
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.on("response", lambda answer: self.cookies_set.append(answer.headers.get("set-cookie", "")))

    def _listen(self, message: "ConsoleMessage") -> None:
        """Notes errors and warnings; that a page itself came with an error status is no fault of the page."""
        is_status = "the server responded with a status of" in message.text
        if message.type in ("error", "warning") and not (is_status and message.location["url"] == self.tab.url):
            self.said.append(message.text)

    def go(self, address: str) -> None:
        """Opens an address of the site."""
        self.tab.goto(self.url + address)

    def go_back(self) -> None:
        """Presses “back” of the browser; where that leads to an error page of the browser, so be it."""
        from playwright.sync_api import Error

        with contextlib.suppress(Error):
            self.tab.go_back(wait_until="commit", timeout=3_000)

    @property
    def heading(self) -> str:
        """The heading of the page."""
        return self.tab.locator("h1").inner_text()

    @property
    def text(self) -> str:
        """What stands in the main part of the page, once all of it is there."""
        self.tab.wait_for_load_state("domcontentloaded")
        return self.tab.locator("main").inner_text()

    @property
    def at(self) -> str:
        """The screen of the form; empty elsewhere."""
        found = self.tab.locator("input[name=at]")
        return found.get_attribute("value") or "" if found.count() else ""

    @property
    def code(self) -> str:
        """The code of the receipt."""
        return self.tab.locator(".code").inner_text().replace("\n", "")

    def links(self, part: str) -> list[str]:
        """The addresses of the site that the main part links to and that hold `part`."""
        found = self.tab.locator(f"main a[href*='{part}']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        return [str(address) for address in found]

    def press(self, name: str) -> None:
        """Presses a button by what stands on it."""
        self.tab.get_by_role("button", name=name, exact=True).first.click()

    def choose(self, value: str) -> None:
        """Presses an answer, or a button of the form, by its value."""
        self.tab.locator(f"main button[value='{value}']:not(.default)").first.click()

    def type(self, **texts: str) -> None:
        """Types into fields by their names."""
        for name, text in texts.items():
            self.tab.locator(f"[name={name}]:not([type=hidden])").fill(text)

    def give(self, data: bytes, *, name: str) -> None:
        """Chooses a file in the form."""
        self.tab.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        )

    def to(self, screen: str, *, by: str = UNKNOWN) -> None:
        """Answers every question alike until a screen is reached; questions without such an answer are skipped."""
        for _ in range(MOST_STEPS):
            if self.at == screen:
                return
            self.choose(by if self.tab.locator(f"main button[value='{by}']").count() else "skip")
        raise AssertionError(f"{screen} does not come")

    def send(self) -> str:
        """Sends the form from the review; the code of the receipt. The proof of work may be done or not."""
        self.choose("send")
        return self.code

    def go_on(self) -> None:
        """Presses the main button of a page that has one."""
        self.tab.locator("main button.main").click()

    def open_mailbox(self, code: str, *, lang: str = "fr") -> None:
        """Comes back with a code."""
        self.go(f"/{lang}/m/")
        self.type(code=code)
        self.go_on()

    def close(self) -> None:
        """Closes the window and forgets all of it."""
        self.tab.context.close()
