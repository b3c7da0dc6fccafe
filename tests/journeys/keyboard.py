"""Goes through pages with Tab and Enter only, and notes where the focus cannot be seen."""

from dataclasses import dataclass, field

from tests.journeys.walking import Walk

MOST_STOPS = 60
_LOOK = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const header = document.querySelector('header'), top = header.contains(it) ? 0 : header.getBoundingClientRect().bottom;
  const field = it.matches('input, textarea');
  return {
    tag: it.tagName.toLowerCase(), text: field ? '' : it.innerText.replace(/\\s+/g, ' ').trim(),
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    clear: box.bottom > top && box.top < innerHeight && (box.top >= top - 1 || box.height > innerHeight - top),
  };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What has the focus."""

    tag: str
    text: str


@dataclass(slots=True)
class Keyboard:
    """A person without a mouse. faults: stops whose focus is not drawn, or lies under the header or outside the window."""

    walk: Walk
    faults: list[tuple[str, str]] = field(default_factory=list)

    def next(self) -> Stop:
        """Presses Tab; what has the focus then."""
        self.walk.tab.keyboard.press("Tab")
        told = self.walk.tab.evaluate(_LOOK)
        stop = Stop(tag=str(told["tag"]), text=str(told["text"]))
        for name in ("seen", "clear"):
            if not told[name] and stop.tag != "body":
                self.faults.append((name, f"{self.walk.heading}: {stop.tag} {stop.text}"))
        return stop

    def reach(self, tag: str, text: str = "") -> None:
        """Presses Tab until an element of this kind that begins with this text has the focus."""
        for _ in range(MOST_STOPS):
            stop = self.next()
            if stop.tag == tag and stop.text.startswith(text):
                return
        raise AssertionError(f"the keyboard does not reach {tag} {text!r} on {self.walk.heading!r}")

    def press_on(self, tag: str, text: str) -> None:
        """Reaches a link or a button and presses Enter; waits for the next page."""
        self.reach(tag, text)
        with self.walk.tab.expect_navigation():
            self.walk.tab.keyboard.press("Enter")
