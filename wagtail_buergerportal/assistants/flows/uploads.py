"""Files of a draft: looked at before they are kept, sealed with the draft's key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_buergerportal import conf

from ..definition import Field
from ..errors import DraftLost, DraftSubmitted, UploadRefused
from ..models import Draft, DraftUpload
from ..sniffing import clean_name, content_type_of
from .drafts import OpenDraft
from .files import seal_into

MEGABYTE = 1024 * 1024


def keep(draft: OpenDraft, field: Field, upload: Any) -> DraftUpload:
    """Keep one file for a field. ``upload`` is Django's UploadedFile. Raises UploadRefused with a helpful sentence.

    Its size is looked at before it is read. Locks the draft, so that the limit holds for two tabs too.
    """
    refuse_too_large(field, upload.size or 0)
    data = upload.read()
    content_type = content_type_of(data, field.accept)
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(pk=draft.row.pk).first()
        if row is None:
            raise DraftLost("There is no such draft.")
        if row.submitted_at is not None:
            raise DraftSubmitted("This draft has been sent.")
        if row.uploads.filter(field_key=field.key).count() >= field.max_files:
            raise UploadRefused(_enough(field))
        kept = DraftUpload(draft=row, field_key=field.key)
        seal_into(
            kept, draft.key, name=clean_name(upload.name or "", content_type), content_type=content_type, data=data
        )
        kept.save(force_insert=True)
        row.save(update_fields=["updated_at"])
    return kept


def remove(draft: OpenDraft, upload_id: str) -> None:
    """Delete a file of this draft; one that is not there is gone already."""
    try:
        DraftUpload.objects.filter(pk=UUID(upload_id), draft_id=draft.row.pk).delete()
    except ValueError:
        return


def refuse_too_large(field: Field, size: int) -> None:
    """Raises UploadRefused for an empty file or one beyond the field's limit."""
    if size == 0:
        raise UploadRefused(_("The file is empty. Please choose another one."))
    if size > limit_of(field):
        raise UploadRefused(too_large(field))


def limit_of(field: Field) -> int:
    """Largest file of a field in bytes: the editor's limit, never above the installation's."""
    most = conf.get().MAX_UPLOAD_BYTES
    return min(field.max_bytes or most, most)


def too_large(field: Field) -> str:
    return _(
        "The file is too large: at most %(limit)d MB are possible. Please make it smaller or send parts of it."
    ) % {"limit": limit_of(field) // MEGABYTE}


def _enough(field: Field) -> str:
    sentence = ngettext(
        "Only %(count)d file is possible here. Please remove the other one first.",
        "Only %(count)d files are possible here. Please remove one first.",
        field.max_files,
    )
    return sentence % {"count": field.max_files}
