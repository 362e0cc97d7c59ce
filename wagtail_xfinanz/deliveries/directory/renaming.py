"""Renaming that never replaces a file, in one stroke."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

#: See renameat2(2), Linux 3.15 and glibc 2.28.
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


def rename_without_replacing(old: Path, new: Path) -> None:
    """Raises FileExistsError if ``new`` exists, FileNotFoundError without ``old``.

    ``os.link`` and ``os.unlink`` would do on any POSIX system, but are two strokes: a crash between them leaves the
    part behind although the file is handed over. Where kernel or file system (network shares) lack the call, ``new``
    is looked for first; then only a foreign writer of the same name within microseconds could be replaced.
    """
    code = _renameat2(old, new)
    if code in _UNSUPPORTED:
        if new.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
        old.rename(new)
    elif code:
        raise OSError(code, os.strerror(code), str(new))


def _renameat2(old: Path, new: Path) -> int:
    """The error number, 0 if all is well."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return errno.ENOSYS
    done = call(_AT_FDCWD, os.fsencode(old), _AT_FDCWD, os.fsencode(new), ctypes.c_uint(_RENAME_NOREPLACE))
    return ctypes.get_errno() if done else 0
