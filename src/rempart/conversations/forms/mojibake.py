"""Repairs text whose UTF-8 bytes were written as if each were a Latin-1 letter (`Ã©` for `é`), as Meta exports do.

The whole text is repaired when it makes the round trip; in a mixed text only the runs that are UTF-8 are.
Trap: a person who truly typed `Ã©` is read as `é`; the bytes stay in the exhibit and `repair` says what was done.
Source: formats.md 6.3 (the round trip); RFC 3629 section 4 (what a run of UTF-8 is).
"""

import re
from collections.abc import Mapping

REPAIR = "mojibake: utf-8 read as latin-1"
_RUN = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def mend_text(text: str) -> str:
    """The text with mojibake repaired; the same text when there is none."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return _RUN.sub(_mend_run, text)


def mend_object(item: Mapping[str, object]) -> tuple[dict[str, object], bool]:
    """The JSON object with every text inside repaired (not its field names), and whether one was. Raises: RecursionError."""
    pairs = {key: _mend(value) for key, value in item.items()}
    return {key: value for key, (value, _) in pairs.items()}, any(changed for _, changed in pairs.values())


def _mend(value: object) -> tuple[object, bool]:
    if isinstance(value, str):
        mended = mend_text(value)
        return mended, mended != value
    if isinstance(value, list):
        pairs = [_mend(item) for item in value]
        return [item for item, _ in pairs], any(changed for _, changed in pairs)
    if isinstance(value, dict):
        return mend_object(value)
    return value, False


def _mend_run(match: re.Match[str]) -> str:
    try:
        return match[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
