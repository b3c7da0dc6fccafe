"""Headers of every answer, of both faces: nothing foreign is loaded, nothing is kept by the browser, nothing tells where one was.

Static files keep their own Cache-Control: they are the same for everybody and say nothing.
Source: OWASP Secure Headers Project; W3C CSP level 3. Tier: source-verified.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the style sheet draws its ticks and arrows with data: pictures
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_CLOSED = ("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
           "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb", "xr-spatial-tracking",
           "browsing-topics")  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _CLOSED),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noarchive",
}
NOT_KEPT = "no-store"


class Headers:
    """Middleware: outermost, so that errors and static files have the headers too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer with its headers; a header that a page set itself stays."""
        response = self._get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL or "/s/") or response.status_code >= 400:
            response.headers["Cache-Control"] = NOT_KEPT
        if isinstance(response, HttpResponse) and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
