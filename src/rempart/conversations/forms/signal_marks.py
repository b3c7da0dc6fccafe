"""What signal-export writes around the text of a message in Markdown, taken off again.

Before the text: the message answered, as lines `> …` between blank lines. Behind it, in this order: reactions
`(- Alice: 👍, Bob: ❤ -)`, a sticker `(( 😀 ))` or a link to its file, links to files `[name](./media/name)`, with `!`
before pictures, or `(attachment not exported)`.
Source: carderne/signal-export, models.py (Message.to_md) and create.py, 2019 to 2026.
Each function takes its piece off the list of lines that it is given, and gives it back.
"""

import re

from rempart.conversations.rows import Reaction

MAX_LINKS = 200  # Signal sends at most 32 files with a message
_REACTIONS = re.compile(r"\(- (.{1,20000}) -\)")
_REACTION = re.compile(r"(.{1,200}?): ([0-9#*]?[^\x00-\x7f][^\s,]{0,30})(?:, |$)")
_STICKER = re.compile(r"\(\( (.{0,100}) \)\)")
_STICKER_LINK = re.compile(r"\[([^\[\]]{0,100})\]\((\.\./exported_stickers/[^()\s]{1,300})\)$")
_LEFT_OUT = re.compile(r"\((media|attachment) not exported\)$")


def take_end(lines: list[str]) -> tuple[str, str, str] | None:
    """(what, name, path) of the file or sticker that the last line ends with: `file`, `sticker`, `left_out`."""
    last = lines[-1].rstrip(" ")
    if left_out := _LEFT_OUT.search(last[-40:]):
        lines[-1] = last[: len(last) - len(left_out[0])]
        return "left_out", left_out[1], ""
    if link := _last_link(last):
        name, path, lines[-1] = link
        return "file", name, path
    if sticker := _STICKER_LINK.search(last[-500:]):
        lines[-1] = last[: len(last) - len(sticker[0])]
        return "sticker", sticker[1], sticker[2]
    return None


def _last_link(line: str) -> tuple[str, str, str] | None:
    """(name, path, what stands before) of the link to a file that ends the line; the name is that of the file."""
    at = max(line.rfind("](./media/"), line.rfind("](media/"))
    if at < 0 or not line.endswith(")"):
        return None
    path = line[at + 2 : -1].removeprefix("./")
    name = path.removeprefix("media/").replace("%20", " ")
    begin = at - len(name) - 1 if line[:at].endswith(f"[{name}") else line.rfind("[", 0, at)
    return (line[begin + 1 : at], path, line[:begin].removesuffix("!")) if begin >= 0 else None


def take_quote(lines: list[str]) -> str | None:
    """Takes the message answered from before the text: a blank line, lines with `> `, a blank line."""
    if len(lines) < 3 or lines[0].strip() or lines[1] or not lines[2].startswith("> "):
        return None
    end = next((place for place, line in enumerate(lines) if place > 2 and not line.startswith(">")), len(lines))
    quote = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[2:end])
    lines[:] = lines[end + 1 :] or [""]
    return quote


def take_sticker(lines: list[str]) -> str | None:
    """Takes the line `(( 😀 ))` of a sticker without a file; gives its emoji."""
    found = _STICKER.fullmatch(lines[-1].rstrip(" ")) if len(lines) > 1 else None
    if found:
        lines.pop()
    return found[1] if found else None


def take_reactions(lines: list[str]) -> list[Reaction]:
    """Takes the line `(- Alice: 👍, Bob: ❤ -)` behind the text, if every piece of it is a name and an emoji."""
    found = _REACTIONS.fullmatch(lines[-1].rstrip(" ")) if len(lines) > 1 else None
    pieces = list(_REACTION.finditer(found[1])) if found else []
    if not found or sum(len(piece[0]) for piece in pieces) != len(found[1]):
        return []
    lines.pop()
    return [Reaction(emoji=piece[2], account=piece[1]) for piece in pieces]
