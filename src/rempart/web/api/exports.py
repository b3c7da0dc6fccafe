"""Exports of conversations that partners give: sealed at once, and named by a reference that only the same partner can use.

The reference is signed by the site and holds what a report must say of the file; nothing is stored for it. It is good for a week: files that
no report names go after a month.
"""

from collections.abc import Sequence

import msgspec
from django.core import signing

from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.report import Attachment
from rempart.web.api.partners import Caller
from rempart.web.api.refusals import Fault, Refused
from rempart.web.api.schemas import ExportOut
from rempart.web.public.languages import language
from rempart.web.public.means import config, recipients, this_site
from rempart.web.uploads import Accepted, HeldUpload, RefusedUpload, accept_exports
from rempart.wording import wording

_SALT = "rempart.api.export"
_GOOD_S = 7 * 86_400


def keep_exports(files: Sequence[object], *, caller: Caller) -> list[ExportOut]:
    """Seals the exports, all or none. Raises: Refused; OSError, NotKept when they could not be kept."""
    held = [file for file in files if isinstance(file, HeldUpload)]
    try:
        accepted = accept_exports(
            held, profile=config().profile, vault=Vault(this_site().exhibits), recipients=recipients()
        )
    except RefusedUpload as error:
        raise Refused("refused_file", values={"reason": wording(language()).error(error)}) from None
    pairs = zip(accepted.exhibits, accepted.attachments, strict=True)
    return [
        ExportOut(
            export=_reference(exhibit, attachment, caller),
            name=attachment.name,
            sha256=attachment.sha256,
            size_bytes=attachment.size_bytes,
            reader=attachment.reader,
        )
        for exhibit, attachment in pairs
    ]


def named_exports(untrusted_references: Sequence[str], *, caller: Caller) -> Accepted:
    """The exports that a report names. Raises: Refused with every reference that is not this partner's."""
    found: list[tuple[Exhibit, Attachment]] = []
    faults = []
    for number, reference in enumerate(untrusted_references):
        try:
            found.append(_read(reference, caller))
        except (signing.BadSignature, ValueError, TypeError):
            faults.append(Fault(place=f"exports.{number}", name="no_export"))
    if faults:
        raise Refused("bad_fields", faults=faults)
    return Accepted(exhibits=tuple(one[0] for one in found), attachments=tuple(one[1] for one in found))


def _reference(exhibit: Exhibit, attachment: Attachment, caller: Caller) -> str:
    told = [caller.id, exhibit.sealed_bytes, msgspec.to_builtins(attachment)]
    return signing.dumps(told, salt=_SALT, compress=True)


def _read(reference: str, caller: Caller) -> tuple[Exhibit, Attachment]:
    partner, sealed_bytes, told = signing.loads(reference, salt=_SALT, max_age=_GOOD_S)
    if partner != caller.id:
        raise signing.BadSignature
    attachment = msgspec.convert(told, Attachment)
    exhibit = Exhibit(
        address=attachment.address,
        sealed_bytes=sealed_bytes,
        sha256=attachment.sha256,
        size_bytes=attachment.size_bytes,
    )
    return exhibit, attachment
