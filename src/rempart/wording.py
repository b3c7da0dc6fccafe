"""Screens in French and English through gettext; English is the language of the source texts.

The catalogue is `locale/fr/LC_MESSAGES/rempart.po`; `make translations` compiles it, a test refuses a missing line.
Data files (signals, frames, weights) carry both languages themselves.
"""

import gettext
import string
from functools import lru_cache
from pathlib import Path
from typing import Literal

from rempart.errors import RempartError

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
DOMAIN = "rempart"
LOCALE = Path(__file__).parent / "locale"
_THIN, _NO_BREAK = "\u202f", "\u00a0"  # French: thin space in thousands, no-break space before units


def _french_number(english: str) -> str:
    return english.replace(",", _THIN).replace(".", ",")


class _FrenchNumbers(string.Formatter):
    """Fills in fields as `str.format` does, and writes numbers as French does: {size:,} is 73 000."""

    def format_field(self, value: object, format_spec: str) -> str:
        told: str = super().format_field(value, format_spec)
        return _french_number(told) if isinstance(value, (int, float)) else told


class Wording:
    """Texts and numbers in one language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        known = gettext.translation(DOMAIN, LOCALE, ["fr"]) if lang == "fr" else gettext.NullTranslations()
        self._one, self._many = known.gettext, known.ngettext

    def text(self, message: str, **values: object) -> str:
        """The message in this language, its `{name}` fields filled in."""
        return self._one(message).format(**values)

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """The singular or plural message; `{count}` is the number, written in the way of the language."""
        return self._many(one, many, number).format(count=self.number(number), **values)

    def error(self, error: RempartError) -> str:
        """The sentence of an error in this language, its numbers too."""
        fill = _FrenchNumbers() if self.lang == "fr" else string.Formatter()
        return error.sentence(translate=self._one, fill=fill.format)

    def number(self, value: float, *, digits: int = 0) -> str:
        """A number with the thousands and decimals of the language: 73 000,5 or 73,000.5."""
        plain = f"{value:,.{digits}f}"
        return _french_number(plain) if self.lang == "fr" else plain

    def percent(self, share: float, *, digits: int = 1) -> str:
        """A share in [0, 1] as a percentage: 12,5 % or 12.5 %."""
        if 0 < share < 10 ** -(digits + 2) / 2:
            return f"< {self.number(10.0**-digits, digits=digits)}{_NO_BREAK}%"
        return f"{self.number(share * 100, digits=digits)}{_NO_BREAK}%"

    def size(self, size_bytes: int) -> str:
        """Bytes in readable units, powers of 1000."""
        value, unit = float(size_bytes), 0
        units = ("o", "ko", "Mo", "Go", "To") if self.lang == "fr" else ("B", "kB", "MB", "GB", "TB")
        while value >= 999.5 and unit < len(units) - 1:  # 999.5 would be written 1,000
            value, unit = value / 1000, unit + 1
        return f"{self.number(value, digits=1 if unit and value < 100 else 0)}{_NO_BREAK}{units[unit]}"

    def duration(self, seconds: float) -> str:
        """Seconds in the two largest units that matter."""
        minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
        if days:
            return self.text("{days} d {hours} h", days=self.number(days), hours=hours % 24)
        if hours:
            return self.text("{hours} h {minutes} min", hours=hours, minutes=minutes % 60)
        return (
            self.text("{minutes} min", minutes=minutes) if minutes else self.text("{seconds} s", seconds=int(seconds))
        )


@lru_cache(maxsize=len(LANGS))
def wording(lang: Lang) -> Wording:
    """The wording of a language, loaded once."""
    return Wording(lang)
