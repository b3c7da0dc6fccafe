"""The one shape in which the API refuses: {"error": {"code", "message", "fields"?}}, in the language of the request."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as File

import msgspec
from django.http import HttpResponse

from rempart.intake.paths import Text
from rempart.web.public.languages import language
from rempart.wording import Lang

_FILE = File(__file__).with_name("refusals.toml")
JSON = "application/json; charset=utf-8"
# What pydantic calls a fault, and the sentence of ours; any other is a wrong type.
_FAULTS = {
    "missing": "required",
    "extra_forbidden": "unknown",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "enum": "no_choice",
    "literal_error": "no_choice",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "string_pattern_mismatch": "wrong_form",
}


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code: its status and its sentence."""

    status: int
    en: str
    fr: str


class _Book(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: str
    date: str
    source: str
    refusal: dict[str, Refusal]
    field: dict[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one field. place: `contact.email`, `accounts.0.name`, or the name of a header."""

    place: str
    name: str
    values: Mapping[str, object] = field(default_factory=dict)


class Refused(Exception):
    """A request that is refused; raised anywhere below a view, answered at one place."""

    def __init__(
        self,
        code: str,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.faults = code, tuple(faults)
        self.headers, self.values = dict(headers or {}), dict(values or {})


def answer(refused: Refused) -> HttpResponse:
    """The refusal as an answer, in the language that is on."""
    status = refusals()[refused.code].status
    return HttpResponse(encode(refused, language()), status=status, content_type=JSON, headers=refused.headers)


def encode(refused: Refused, lang: Lang) -> bytes:
    """The body of the answer."""
    found = refusals()[refused.code]
    message = (found.fr if lang == "fr" else found.en).format(**refused.values)
    error: dict[str, object] = {"code": refused.code, "message": message}
    if refused.faults:
        sentences = _book().field
        error["fields"] = {
            fault.place: sentences[fault.name].told_in(lang).format(**fault.values) for fault in refused.faults
        }
    return msgspec.json.encode({"error": error})


def faults_of(errors: Iterable[Mapping[str, object]]) -> tuple[Fault, ...]:
    """The faults that pydantic found, in our words; nothing of what was sent is repeated."""
    return tuple(map(_fault, errors))


def refusals() -> Mapping[str, Refusal]:
    """Every code."""
    return _book().refusal


def _fault(error: Mapping[str, object]) -> Fault:
    place, context = error.get("loc"), error.get("ctx")
    steps = [str(step) for step in place] if isinstance(place, tuple) else []
    source, *inner = steps or [""]
    shown = inner[1:] if source == "body" else inner  # the parameter that holds the body has a name of ours
    told = context if isinstance(context, Mapping) else {}
    values = {
        "most": told.get("max_length", ""),
        "least": told.get("min_length", ""),
        "choices": str(told.get("expected", "")).replace("'", "").replace(" or ", ", "),
    }
    return Fault(
        place=".".join(shown)[:200] or source, name=_FAULTS.get(str(error.get("type")), "wrong_type"), values=values
    )


@lru_cache(maxsize=1)
def _book() -> _Book:
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), _Book)
