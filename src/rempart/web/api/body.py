"""Reads a JSON body without its known traps: no name twice, no NaN, no other encoding, no endless nesting, no more than MAX_BYTES."""

import json
from typing import NoReturn

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny

from rempart.web.api.refusals import Refused

MAX_BYTES = 1_000_000  # 20,000 signs and fifty long lines take half of it in the longest way of writing them


class StrictParser(Parser):
    """JSON as RFC 8259 wants it, and strictly."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The object. Raises: Refused."""
        if request.content_type != "application/json":
            raise Refused("not_json")
        if len(request.body) > MAX_BYTES:
            raise Refused("too_large", values={"most": MAX_BYTES})
        try:
            text = request.body.decode("utf-8")
            data = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Refused("not_json") from None
        if not isinstance(data, dict):
            raise Refused("not_json")
        return data


def _once(pairs: list[tuple[str, object]]) -> DictStrAny:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError
    return named


def _no_constant(_name: str) -> NoReturn:
    raise ValueError
