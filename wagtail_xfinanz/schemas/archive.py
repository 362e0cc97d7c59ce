"""The outside of a package: a zip file from a stranger, read without trusting one of its numbers."""

from __future__ import annotations

import posixpath
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from .refusal import PackageRefused

_PORTION = 64 * 1024
_SCHEMA = ".xsd"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a package may hold. The largest public XÖV packages stay below a tenth of each."""

    zip_bytes: int = 20 * 1024 * 1024
    files: int = 2_000
    file_bytes: int = 8 * 1024 * 1024
    total_bytes: int = 64 * 1024 * 1024
    ratio: int = 100
    """Unpacked to packed bytes of a file; only looked at above ``ratio_from`` bytes."""
    ratio_from: int = 256 * 1024


DEFAULT = Limits()


def read_archive(source: BinaryIO, *, name: str = "", limits: Limits = DEFAULT) -> dict[str, bytes]:
    """The schema files (.xsd) of a zip by their path. Other files count against the limits but are not read.

    A file whose name ends in .xsd is a package of its own. Raises PackageRefused.
    """
    if name.casefold().endswith(_SCHEMA):
        return {posixpath.basename(name): _alone(source, limits)}
    source.seek(0, 2)
    if source.tell() > limits.zip_bytes:
        raise PackageRefused(_("The file is larger than %(limit)s MB.") % {"limit": limits.zip_bytes >> 20})
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as archive:
            return _read(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise PackageRefused(_("This is no zip file that can be read: %(error)s") % {"error": error}) from error


def _alone(source: BinaryIO, limits: Limits) -> bytes:
    source.seek(0)
    data = source.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise PackageRefused(_("The file is larger than %(limit)s MB.") % {"limit": limits.file_bytes >> 20})
    return data


def _read(archive: zipfile.ZipFile, limits: Limits) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.files:
        told = _("The package holds %(count)s files; %(limit)s are possible.")
        raise PackageRefused(told % {"count": len(entries), "limit": limits.files})
    seen: set[str] = set()
    files: dict[str, bytes] = {}
    left = limits.total_bytes
    for entry in entries:
        if entry.is_dir() or _is_mac_companion(entry):
            continue
        path = _safe_path(entry)
        folded = path.casefold()
        if folded in seen:
            raise PackageRefused(_("The file “%(path)s” is in the package twice.") % {"path": path})
        seen.add(folded)
        if folded.endswith(_SCHEMA):
            files[path] = b"".join(_content(archive, entry, path, limits, left))
            left -= len(files[path])
    if not files:
        raise PackageRefused(_without_schemas(seen))
    return files


def _safe_path(entry: zipfile.ZipInfo) -> str:
    """The entry's path, if it stays inside the package. Raises PackageRefused."""
    path = unicodedata.normalize("NFC", entry.orig_filename)
    parts = path.split("/")
    if "\\" in path or ":" in path or path.startswith("/") or not path.isprintable() or {"..", ".", ""} & set(parts):
        raise PackageRefused(_("The file “%(path)s” points outside the package.") % {"path": ascii(path)[1:-1]})
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise PackageRefused(_("“%(path)s” is a link, not a file.") % {"path": path})
    if entry.flag_bits & _ENCRYPTED:
        raise PackageRefused(_("The file “%(path)s” is encrypted.") % {"path": path})
    if entry.compress_type not in _METHODS:
        raise PackageRefused(_("The file “%(path)s” is packed in an unusual way.") % {"path": path})
    return path


def _is_mac_companion(entry: zipfile.ZipInfo) -> bool:
    """macOS puts ``__MACOSX/…/._name`` beside each file it packs: its own notes, under the file's own ending."""
    parts = entry.orig_filename.split("/")
    return parts[0] == "__MACOSX" and parts[-1].startswith("._")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, limits: Limits, left: int) -> Iterator[bytes]:
    """Unpack in portions and stop as soon as a limit is passed, whatever the headers promise."""
    size = 0
    with archive.open(entry) as stream:
        while portion := stream.read(_PORTION):
            size += len(portion)
            packed_well = size > limits.ratio_from and size > limits.ratio * max(entry.compress_size, 1)
            if size > min(limits.file_bytes, left) or packed_well:
                raise PackageRefused(_("The file “%(path)s” unpacks to too many bytes.") % {"path": path})
            yield portion


def _without_schemas(paths: set[str]) -> str:
    inner = sorted(path for path in paths if path.endswith(".zip"))
    if inner:
        told = _("The package holds other packages (%(paths)s). Unpack it and install the one with the schemas.")
        return told % {"paths": ", ".join(inner[:5])}
    return _("The package holds no schema file (.xsd).")
