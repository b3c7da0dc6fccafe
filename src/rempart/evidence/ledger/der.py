"""The little of DER that time stamps need: requests are written, the certificates of answers put in order.

Source: ITU-T X.690, 8.1, 10.1 and 11.6 (a set is sorted); RFC 5652, 5.1.
"""

from dataclasses import dataclass

SEQUENCE, SET, INTEGER, BOOLEAN, OCTETS, FIRST = 0x30, 0x31, 0x02, 0x01, 0x04, 0xA0


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element: its tag, where it begins, where its content begins, where it ends."""

    tag: int
    start: int
    content: int
    end: int


def element(tag: int, content: bytes) -> bytes:
    """An element whose content is shorter than 128 bytes, as in requests."""
    return bytes([tag, len(content)]) + content


def integer(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def elements(data: bytes, *, start: int, end: int) -> list[Element]:
    """The elements in [start, end). Raises: ValueError when they do not fill it, or a length is indefinite."""
    found = []
    while start < end:
        length, content = data[start + 1 : start + 2], start + 2
        if not length or length == b"\x80":
            raise ValueError(start)
        size = length[0]
        if size & 0x80:
            content += size & 0x7F
            size = int.from_bytes(data[start + 2 : content], "big")
        if content + size > end:
            raise ValueError(start)
        found.append(Element(tag=data[start], start=start, content=content, end=content + size))
        start = content + size
    return found


def with_sorted_certificates(answer: bytes) -> bytes:
    """The answer of an authority with its certificates in the order that DER asks for.

    Several authorities, and OpenSSL, send them in another order, and a strict reader refuses them. No signature covers
    that order. What is not such an answer comes back as it is.
    """
    try:
        (response,) = elements(answer, start=0, end=len(answer))
        _status, token = elements(answer, start=response.content, end=response.end)
        _kind, wrapped = elements(answer, start=token.content, end=token.end)
        (signed,) = elements(answer, start=wrapped.content, end=wrapped.end)
        parts = elements(answer, start=signed.content, end=signed.end)
        (certificates,) = [part for part in parts if part.tag == FIRST]
        inside = elements(answer, start=certificates.content, end=certificates.end)
    except ValueError:
        return answer
    in_order = b"".join(sorted(answer[one.start : one.end] for one in inside))
    return answer[: certificates.content] + in_order + answer[certificates.end :]
