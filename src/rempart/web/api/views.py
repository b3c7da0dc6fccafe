"""The API itself: three addresses and their description, each in the strict shapes of `schemas`."""

import logging
from collections.abc import Callable
from typing import Annotated, Any, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from ninja import File, Header, NinjaAPI, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.files import UploadedFile
from pydantic import Field

from rempart.errors import RempartError
from rempart.version import VERSION
from rempart.web.api.body import MAX_BYTES, StrictParser
from rempart.web.api.exports import keep_exports, named_exports
from rempart.web.api.partners import Caller, PartnerToken
from rempart.web.api.quota import COUNTS
from rempart.web.api.receiving import keep_report, refuse_beyond_quota, status_of
from rempart.web.api.refusals import Refused, answer, faults_of
from rempart.web.api.schemas import (
    ErrorOut,
    ExportsOut,
    ReceiptOut,
    ReportIn,
    StatusOut,
    faults_in,
    report_from,
)
from rempart.web.public.means import config, means, now

RETRY_S = 5
QUOTA = "Rempart-Quota"
_LOG = logging.getLogger("rempart.api")
_ABOUT = (
    "For partners: platforms and associations. A report that was answered with a receipt is sealed and on the disk. "
    "Send the same Idempotency-Key again when an answer was lost: the same report gives the same receipt. "
    "Every refusal has one shape, also where the site refuses a request before the API sees it: 400, 411, 413, 503."
)
_QUOTA_HEADER = {
    "description": "`within`, or `over`: the quota of the day is spent, reports are kept and read after the others.",
    "schema": {"type": "string", "enum": ["within", "over"]},
}
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Of your choice, new for each report, such as a UUID. Visible ASCII signs.",
    ),
]
Id = Annotated[str, Field(description="The `id` that came with the receipt.")]

api = NinjaAPI(
    title="Partners",
    version=VERSION,
    description=_ABOUT,
    docs_url=None,
    urls_namespace="partners",
    auth=PartnerToken(),
    parser=StrictParser(),
)


def _answers(*refused: int, **kept: type) -> dict[int, type]:
    """Statuses with their shapes: `_201=ReceiptOut`, and the refusals."""
    return {int(name[1:]): shape for name, shape in kept.items()} | dict.fromkeys(refused, ErrorOut)


@api.post(
    "/reports",
    response=_answers(400, 401, 409, 411, 413, 422, 429, 503, _201=ReceiptOut, _200=ReceiptOut),
    summary="Report",
    operation_id="receive_report",
    openapi_extra={"responses": {code: {"headers": {QUOTA: _QUOTA_HEADER}} for code in (200, 201)}},
)
def receive(request: HttpRequest, response: HttpResponse, report: ReportIn, key: Key) -> Status[ReceiptOut]:
    """201 with a receipt once the report is kept; 200 with the same receipt when this report came under this key before."""
    caller, world = _caller(request), means()
    refuse_beyond_quota(caller, at=world.at)
    files = named_exports(report.exports, caller=caller)
    read = report_from(report, language=config().language, attachments=files.attachments)
    if faults := list(faults_in(read)):
        raise Refused("bad_fields", faults=faults)
    kept = keep_report(read, key=key, caller=caller, files=files, means=world)
    response.headers[QUOTA] = "over" if kept.over_quota else "within"
    response.headers["Location"] = reverse("partners:status", args=[kept.id])
    told = ReceiptOut(receipt=kept.receipt, id=kept.id, received_at=kept.received_at, leaf=kept.leaf)
    return Status(200 if kept.repeated else 201, told)


@api.get(
    "/reports/{id}",
    response=_answers(400, 401, 404, 503, _200=StatusOut),
    summary="How far a report is",
    operation_id="report_status",
    url_name="status",
)
def status(request: HttpRequest, id: Id) -> Any:  # noqa: A002, ANN401 - the name of the parameter is that of the address; ninja shapes the answer
    """`received` or `read`, and since which day; 404 alike for what is not known and for what is closed."""
    found, day = status_of(id)
    return {"status": found, "changed_date": day}


@api.post(
    "/exports",
    response=_answers(400, 401, 411, 413, 422, 429, 503, _201=ExportsOut),
    summary="Give exports of conversations",
    operation_id="keep_exports",
)
def give_exports(request: HttpRequest, files: File[list[UploadedFile]]) -> Status[ExportsOut]:
    """Seals exports of conversations, at most five at once, all or none; then name them in a report.

    Pictures, films and sounds are refused, also inside an archive, unless the site is one of a judicial authority.
    """
    caller, instant = _caller(request), now()
    refuse_beyond_quota(caller, at=instant)
    kept = keep_exports(files, caller=caller)
    COUNTS.add(caller.id, at=instant)
    return Status(201, ExportsOut(exports=kept))


# -- refusals -------------------------------------------------------------------------------------------


def shaped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose refused methods are answered in our shape."""

    def shaped_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - passed on
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            return answer(Refused("not_that_way", headers={"Allow": response.headers.get("Allow", "")}))
        return response

    shaped_view.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie stands for anybody here
    return shaped_view


def not_here(request: HttpRequest, **_rest: str) -> HttpResponse:
    """There is nothing at this address."""
    return answer(Refused("not_here"))


def _caller(request: HttpRequest) -> Caller:
    return cast("Caller", request.auth)  # type: ignore[attr-defined]  # set by ninja after PartnerToken


def _refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    return answer(error)


def _unauthorized(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return answer(Refused("unauthorized", headers={"WWW-Authenticate": "Bearer"}))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = faults_of(error.errors)
    if any(fault.place == "files" for fault in faults):
        return answer(_no_files(request))
    if any(fault.place == "body" for fault in faults):
        return answer(Refused("not_json"))
    return answer(Refused("bad_fields", faults=faults))


def _no_files(request: HttpRequest) -> Refused:
    """A file that was too large was not read to its end, and is missing then."""
    most = config().max_upload_bytes
    is_cut = int(request.META.get("CONTENT_LENGTH") or 0) > most
    return Refused("too_large", values={"most": most}) if is_cut else Refused("not_multipart")


def _unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """ninja wraps what the parser raises."""
    return answer(error.__cause__ if isinstance(error.__cause__, Refused) else Refused("not_json"))


def _crooked(_request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return answer(Refused("too_large", values={"most": MAX_BYTES}))
    return answer(Refused("not_multipart"))


def _not_kept(_request: HttpRequest, error: Exception) -> HttpResponse:
    _LOG.error("report not kept: %s", type(error).__name__)
    return answer(Refused("not_kept", headers={"Retry-After": str(RETRY_S)}))


def _failed(_request: HttpRequest, error: Exception) -> HttpResponse:
    _LOG.error("failed: %s", type(error).__name__)  # its kind only: a message may hold words of a report
    return answer(Refused("failed"))


for _kind, _handler in (
    (Refused, _refused),
    (AuthenticationError, _unauthorized),
    (ValidationError, _invalid),
    (HttpError, _unreadable),
    (SuspiciousOperation, _crooked),
    (MultiPartParserError, _crooked),
    (DatabaseError, _not_kept),
    (OSError, _not_kept),
    (RempartError, _not_kept),
    (Exception, _failed),
):
    api.add_exception_handler(_kind, cast("Any", _handler))  # one function for each kind of the table above
