"""The form between two screens: all of it travels in hidden fields of the page, none of it stays on the server.

Everything read here is untrusted until `intake.answers` takes it at the end, but for the files: what the vault keeps is named
in a field that the server signed, so that nobody can attach what is not theirs.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
from django.core import signing

from rempart.evidence.vault import Exhibit
from rempart.intake.answers import Given, Problem, clean, problems_on
from rempart.intake.paths import Path, Screen, path_screens, screens_for
from rempart.intake.receipt import TOKEN_BYTES
from rempart.intake.report import MAX_ITEMS, Attachment
from rempart.web.uploads import Accepted
from rempart.wording import Lang

REVIEW = "review"
NO_FILES = Accepted()
_TOKEN = re.compile(rf"[0-9a-f]{{{2 * TOKEN_BYTES},{4 * TOKEN_BYTES}}}")
_SALT = "rempart.form.files"
_FILES_S = 7 * 86_400  # how long a page with files may lie open


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form under way. token: hex; the receipt is derived from it. has_token: it came with the form, and was not made just now."""

    path: Path
    token: str
    at: str
    answers: Mapping[str, str]
    unknown: frozenset[str] = frozenset()
    files: Accepted = NO_FILES
    to_review: bool = False
    has_token: bool = True

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The screens that this person meets, without the review."""
        return screens_for(self.path, answers=self.answers)

    @property
    def screen(self) -> Screen | None:
        """The screen that is shown; None for the review."""
        return next((screen for screen in self.screens if screen.name == self.at), None)

    @property
    def place(self) -> int:
        """Which step this is, from 1; the review is the last."""
        names = [screen.name for screen in self.screens]
        return names.index(self.at) + 1 if self.at in names else len(names) + 1

    @property
    def steps(self) -> int:
        """How many steps there are; until the first answer, the most there may be."""
        if self.answers.get("kind"):
            return len(self.screens) + 1
        kinds = {kind for screen in path_screens(self.path) for kind in screen.kinds} | {""}
        return max(len(screens_for(self.path, answers={"kind": kind})) for kind in kinds) + 1

    def given(self, lang: Lang) -> Given:
        """What the answers are read with."""
        return Given(path=self.path, language=lang, unknown=self.unknown, attachments=self.files.attachments)


def new_form(path: Path) -> Form:
    """An empty form with a fresh token of 128 random bits."""
    return Form(path=path, token=secrets.token_hex(TOKEN_BYTES), at=path_screens(path)[0].name, answers={})


def read_form(untrusted: Mapping[str, str], *, path: Path) -> Form:
    """The form that a page sent back; what is not of this path is left out."""
    screens = path_screens(path)
    names = [screen.name for screen in screens]
    fields = {field.name for screen in screens for field in screen.fields if field.type != "file"}
    token = untrusted.get("token", "")
    known = bool(_TOKEN.fullmatch(token)) and len(token) % 2 == 0
    at = untrusted.get("at", "")
    return Form(
        path=path,
        token=token if known else secrets.token_hex(TOKEN_BYTES),
        at=at if at in (*names, REVIEW) else names[0],
        answers={name: text for name in fields if (text := untrusted.get(name, ""))},
        unknown=frozenset(untrusted.get("unknown", "").split(",")) & frozenset(names),
        files=_read_files(untrusted.get("files", "")),
        to_review=untrusted.get("to") == REVIEW,
        has_token=known,
    )


def step(form: Form, *, go: str) -> tuple[Form, tuple[Problem, ...]]:
    """The form after a press: next, back, skip, unknown, stay, edit:<screen>, drop:<file>; with what must be mended first."""
    screen, names = form.screen, [screen.name for screen in form.screens]
    verb, _, target = go.partition(":")
    if verb == "edit" and target in names:
        return replace(form, at=target, to_review=True), ()
    if verb == "drop":
        return replace(form, files=_without(form.files, target)), ()
    if verb == "back":
        return replace(form, at=names[max(form.place - 2, 0)], to_review=False), ()
    if verb == "stay" or screen is None:
        return form, ()
    if verb == "skip":
        form = _without_answers(form, screen)
    elif problems := problems_on(screen, untrusted=form.answers):
        return form, problems
    else:
        form = replace(
            form, unknown=form.unknown | {screen.name} if verb == "unknown" else form.unknown - {screen.name}
        )
    return _onward(form), ()


def _onward(form: Form) -> Form:
    """The next screen; straight back to the review after a correction there, unless the first answer opens other questions."""
    names = [screen.name for screen in form.screens]
    following = names[form.place] if form.place < len(names) else REVIEW
    if form.to_review and form.at != "kind":
        following = REVIEW
    return replace(form, at=following, to_review=False)


def _without_answers(form: Form, screen: Screen) -> Form:
    gone = {field.name for field in screen.fields if field.type != "tick"}
    files = Accepted() if screen.takes_file else form.files
    kept = {name: text for name, text in form.answers.items() if name not in gone}
    return replace(form, answers=kept, unknown=form.unknown - {screen.name}, files=files)


def hidden_fields(form: Form) -> list[tuple[str, str]]:
    """(name, value) of what the page must carry beside the fields that it shows."""
    screen = form.screen
    shown = {field.name for field in screen.fields if field.type != "choice"} if screen else set()
    carried = [(name, clean(text)) for name, text in sorted(form.answers.items()) if name not in shown]
    own = [("token", form.token), ("at", form.at), ("unknown", ",".join(sorted(form.unknown)))]
    own += [("files", sign_files(form.files)), ("to", REVIEW if form.to_review else "")]
    return carried + [(name, value) for name, value in own if value]


def with_files(form: Form, accepted: Accepted) -> Form:
    """The form with more files; the report names at most MAX_ITEMS."""
    return replace(
        form,
        files=Accepted(
            exhibits=(*form.files.exhibits, *accepted.exhibits)[:MAX_ITEMS],
            attachments=(*form.files.attachments, *accepted.attachments)[:MAX_ITEMS],
        ),
    )


def sign_files(files: Accepted) -> str:
    """Files in the vault as a signed text for a hidden field; empty for none."""
    if not files.exhibits:
        return ""
    rows = [
        (exhibit.sealed_bytes, msgspec.to_builtins(attachment))
        for exhibit, attachment in zip(files.exhibits, files.attachments, strict=True)
    ]
    return signing.dumps(rows, salt=_SALT, compress=True)


def _read_files(untrusted: str) -> Accepted:
    """The files that `sign_files` named, within a week; none for anything else."""
    if not untrusted:
        return Accepted()
    try:
        rows = signing.loads(untrusted, salt=_SALT, max_age=_FILES_S)
        attachments = tuple(msgspec.convert(row[1], Attachment) for row in rows)
    except (signing.BadSignature, ValueError):
        return Accepted()
    return Accepted(
        attachments=attachments,
        exhibits=tuple(
            Exhibit(address=file.address, sealed_bytes=row[0], sha256=file.sha256, size_bytes=file.size_bytes)
            for row, file in zip(rows, attachments, strict=True)
        ),
    )


def _without(files: Accepted, untrusted_number: str) -> Accepted:
    """The files but one; its sealed bytes stay in the vault, where no report names them."""
    kept = [number for number in range(len(files.exhibits)) if str(number) != untrusted_number]
    return Accepted(
        exhibits=tuple(files.exhibits[number] for number in kept),
        attachments=tuple(files.attachments[number] for number in kept),
    )
