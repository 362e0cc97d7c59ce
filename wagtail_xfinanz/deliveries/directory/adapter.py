"""A directory on this server, e.g. a mounted share the finance system reads."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Self, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ... import conf
from ..base import AnswerFile
from ..errors import ChannelRefused
from ..folder import FolderChannel, mode_of
from ..registry import channels
from .renaming import rename_without_replacing


@channels.register("directory")
class DirectoryChannel(FolderChannel):
    """Only below the directory the operator names for the commune in HANDOVER_DIRECTORIES."""

    label = _("Directory on the server")
    option_fields = {
        "folder": forms.CharField(
            label=_("folder"),
            required=False,
            max_length=200,
            help_text=_("Below the directory the operator of this server has set for the commune; empty: that one."),
        ),
        **FolderChannel.folder_fields,
    }

    def __enter__(self) -> Self:
        self._folder = self._find()
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def problems(self) -> Mapping[str, str]:
        options, told = self.view.options, {}
        for name in ("folder", "answers_folder"):
            parts = Path(options.get(name) or "").parts
            if ".." in parts or "/" in parts[:1]:
                told[name] = gettext("Please write a folder name without “..” and without “/” at the beginning.")
        return told or super().problems()

    def _find(self, name: str = "folder") -> Path:
        """The folder with links resolved. Raises ChannelRefused if it is not there or not the commune's."""
        root = conf.get().HANDOVER_DIRECTORIES.get(self.view.hostname)
        if not root:
            message = gettext(
                "The operator of this server has set no directory for %(host)s (HANDOVER_DIRECTORIES in the settings)."
            )
            raise ChannelRefused(message % {"host": self.view.hostname})
        top = Path(root).resolve()
        folder = (top / (self.view.options.get(name) or "")).resolve()
        if not folder.is_relative_to(top) or not folder.is_dir():
            raise ChannelRefused(gettext("The folder does not exist in the directory of the commune."))
        return folder

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            # By itself, because the umask takes bits away from what a file is created with.
            os.fchmod(descriptor, cast(int, mode_of(self.view.options, "640")))
            yield out
            out.flush()
            os.fsync(descriptor)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with (self._folder / name).open("rb") as source:
            yield source

    def size(self, name: str) -> int:
        return (self._folder / name).stat().st_size

    def rename(self, old: str, new: str) -> None:
        rename_without_replacing(self._folder / old, self._folder / new)
        self._sync()

    def remove(self, name: str) -> None:
        (self._folder / name).unlink()

    def answer_path(self, name: str) -> str:
        return str(self._find("answers_folder") / name)  # an absolute path: joined to the folder it stays what it is

    def listing(self) -> list[AnswerFile]:
        found = (self.about(name) for name in sorted(os.listdir(self._find("answers_folder"))))
        return [file for file in found if file]

    def about(self, name: str) -> AnswerFile | None:
        try:
            found = os.lstat(self.answer_path(name))
        except FileNotFoundError:
            return None
        is_plain = stat.S_ISREG(found.st_mode)
        return AnswerFile(name, found.st_size, int(found.st_mtime)) if is_plain else None

    def _sync(self) -> None:
        """A new name is durable only when the directory is."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
