"""The edge of the desk: as everywhere no address is kept; a source has the pseudonym of the day, by which wrong passwords are counted."""

from typing import TYPE_CHECKING, Any

from rempart.web.buckets import Buckets, Limits
from rempart.web.lanes import Edge, Proxies

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class DeskEdge(Edge):
    """Outermost at the desk. Made before its processes fork: they share the salt of the day."""

    def __init__(self, application: "WSGIApplication", *, proxies: Proxies, upload_bytes: int) -> None:
        super().__init__(application, proxies=proxies, upload_bytes=upload_bytes)
        self._names = Buckets(Limits())

    def _forget_sender(self, environ: dict[str, Any]) -> None:
        peer, told = str(environ.get("REMOTE_ADDR", "")), str(environ.get("HTTP_X_FORWARDED_FOR", ""))
        source = self._names.source_of(self._proxies.sender(peer, untrusted_forwarded_for=told))
        super()._forget_sender(environ)
        environ["REMOTE_ADDR"] = source.pseudonym
