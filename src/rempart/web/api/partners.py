"""Who may report through the API: a partner is known by its token, of which only the SHA-256 is stored."""

import hashlib
import hmac
from dataclasses import dataclass, field

from django.http import HttpRequest
from ninja.security import HttpBearer

from rempart.web.door.models import Partner
from rempart.web.lanes import credit

_MOST_TOKEN_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A partner during one request. secret: its token; receipts are derived from it."""

    id: int
    quota_per_day: int
    secret: bytes = field(repr=False)


def find_caller(untrusted_token: str) -> Caller | None:
    """The partner of a token. All partners are compared, each in constant time, whether one fits or none."""
    secret = untrusted_token[:_MOST_TOKEN_CHARS].encode("utf-8", "surrogatepass")
    digest, found = hashlib.sha256(secret).digest(), None
    for key, token_hash, quota in Partner.objects.filter(is_active=True).values_list(
        "id", "token_hash", "quota_per_day"
    ):
        if hmac.compare_digest(bytes(token_hash), digest):
            found = Caller(id=key, quota_per_day=quota, secret=secret)
    return found


class PartnerToken(HttpBearer):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The partner; None is answered with 401. Who has a token is no flood: its quota counts, not its address."""
        caller = find_caller(token)
        if caller:
            credit(request.META)
        return caller
