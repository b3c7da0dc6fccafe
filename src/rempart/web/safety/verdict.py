"""What a rule of safety answers: names of what is concerned; () for safe, None for what could not be seen."""

from collections.abc import Callable

from rempart.web.safety.facts import Facts

Verdict = tuple[str, ...] | None
Rule = Callable[[Facts], Verdict]


def when(unsafe: bool | None, *names: str) -> Verdict:
    """The names when it is unsafe; None when that was not seen."""
    return None if unsafe is None else (names or ("",)) if unsafe else ()
