"""Where files of cases lie: encrypted, outside everything that is served."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from wagtail_buergerportal import conf
from wagtail_sitekit import crypto

_FOLDER = "cases"


class PrivateStorage(FileSystemStorage):
    """Files with no address: they leave only through a view that asks who may have them."""

    def url(self, name: str | None) -> str:
        raise ValueError("Files in private storage have no URL.")


def private_root() -> Path:
    """PRIVATE_ROOT, or a directory "private" beside MEDIA_ROOT. Raises ImproperlyConfigured without either."""
    if given := conf.get().PRIVATE_ROOT:
        return Path(given).resolve()
    if settings.MEDIA_ROOT:
        return Path(settings.MEDIA_ROOT).resolve().parent / "private"
    raise ImproperlyConfigured('Set WAGTAIL_BUERGERPORTAL["PRIVATE_ROOT"], or STORAGES["private"].')


def private_storage() -> Storage:
    """The storage alias "private" if the site has one, else the private directory, readable by the server only."""
    if "private" in settings.STORAGES:
        return storages["private"]
    return PrivateStorage(location=private_root(), file_permissions_mode=0o600, directory_permissions_mode=0o700)


def keep(upload_id: UUID, data: bytes) -> str:
    """Encrypt and store; returns the name to find it by. The same file has another content for each upload."""
    sealed = crypto.seal_for_site(data, context=_context(upload_id))
    return private_storage().save(f"{_FOLDER}/{upload_id}", ContentFile(sealed))


def load(upload_id: UUID, name: str) -> bytes:
    """Raises DecryptionError if the file was exchanged, FileNotFoundError if it is gone."""
    with private_storage().open(name) as file:
        return crypto.unseal_for_site(file.read(), context=_context(upload_id))


def forget(name: str) -> None:
    private_storage().delete(name)


def older_than(age: datetime.timedelta) -> Iterator[str]:
    """Names of the files that have lain here for ``age``."""
    storage, before = private_storage(), timezone.now() - age
    try:
        names = storage.listdir(_FOLDER)[1]
    except FileNotFoundError:
        return
    for name in names:
        if storage.get_modified_time(f"{_FOLDER}/{name}") < before:
            yield f"{_FOLDER}/{name}"


def _context(upload_id: UUID) -> str:
    return f"case-upload:{upload_id}"
