"""Where files of cases lie: encrypted, outside everything that is served."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from wagtail_buergerportal import conf
from wagtail_sitekit import crypto


def private_storage() -> Storage:
    """The storage alias "private" if the site has one, else a directory of its own."""
    if "private" in settings.STORAGES:
        return storages["private"]
    return FileSystemStorage(location=conf.get().PRIVATE_ROOT, base_url=None)


def keep(upload_id: UUID, data: bytes) -> str:
    """Encrypt and store; returns the name to find it by."""
    sealed = crypto.seal_for_site(data, context=f"case-upload:{upload_id}")
    return private_storage().save(f"cases/{upload_id}", ContentFile(sealed))


def load(upload_id: UUID, name: str) -> bytes:
    """Raises DecryptionError if the file was exchanged, FileNotFoundError if it is gone."""
    with private_storage().open(name) as file:
        return crypto.unseal_for_site(file.read(), context=f"case-upload:{upload_id}")


def forget(name: str) -> None:
    private_storage().delete(name)
