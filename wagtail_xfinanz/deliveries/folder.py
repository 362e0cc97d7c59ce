"""What all channels share that end in a folder, whoever keeps it: part, read back, rename, side file."""

from __future__ import annotations

import abc
import contextlib
import hashlib
import posixpath
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .base import AnswerFile, BaseChannel, Found, Shipment
from .errors import DeliveryError, NameTaken

CHUNK_BYTES = 256 * 1024
_MODES = [
    ("600", _("only the owner (600)")),
    ("640", _("owner writes, group reads (640)")),
    ("660", _("owner and group write (660)")),
    ("644", _("owner writes, everybody reads (644)")),
]


#: Seconds for which an answer must not have been written to, as far as the clocks agree.
SETTLING = 10
#: How programs call files they are still writing; names that begin with a dot are left alone as well.
_UNFINISHED = (".part", ".filepart", ".partial", ".tmp", ".temp", ".crdownload", ".lock", ".sha256")


def part_name(name: str, token: str) -> str:
    """Where a try writes. Begins with a dot, so that importers who wait for files do not see it."""
    return f".{name}.{token}.part"


class FolderChannel(BaseChannel):
    """Implements the contract by six primitives on names in one folder, which raise OSError.

    With ``listing`` and ``about`` it fetches answers too; ``answer_path`` says how ``open`` and ``remove`` find them.
    """

    folder_fields: ClassVar[Mapping[str, forms.Field]] = {
        "mode": forms.ChoiceField(
            label=_("permissions of the file"), choices=[("", _("as the server sets them")), *_MODES], required=False
        ),
        "checksum_file": forms.BooleanField(
            label=_("with a checksum file"),
            required=False,
            help_text=_("Beside each file lies another one with “.sha256” added to its name, as sha256sum reads it."),
        ),
        "is_emptied": forms.BooleanField(
            label=_("the finance system takes files away"),
            required=False,
            help_text=_("Then a file that is gone counts as received."),
        ),
        "answers_folder": forms.CharField(
            label=_("folder with answers"),
            required=False,
            max_length=200,
            help_text=_(
                "Where the finance system lays its answers down; another folder than the one above. Empty: none are "
                "fetched."
            ),
        ),
        "remove_answers": forms.BooleanField(
            label=_("remove answers that were taken in"),
            required=False,
            help_text=_("Every answer is kept here in full. What could not be taken in always stays there."),
        ),
    }

    def problems(self) -> Mapping[str, str]:
        options = self.view.options
        names = (str(options.get(name) or "") for name in ("folder", "answers_folder"))
        folder, answers = (posixpath.normpath(name).strip("/") for name in names)
        if options.get("answers_folder") and folder == answers:
            return {"answers_folder": gettext("Please choose another folder than the one the files are laid down in.")}
        return {}

    def check(self) -> None:
        part = part_name("connection-test", secrets.token_hex(8))
        with self.create(part):
            pass
        self.withdraw(part=part)
        for _file in self.answers():
            break

    def look(self, shipment: Shipment) -> Found:
        try:
            if self.size(shipment.name) != shipment.size:
                return Found.OTHER
            return Found.SAME if self._sha256(shipment.name) == shipment.sha256 else Found.OTHER
        except FileNotFoundError:
            return Found.NOTHING

    def upload(self, shipment: Shipment, *, part: str) -> None:
        if self.view.options.get("checksum_file"):
            self._lay_beside(_checksum_of(shipment), part=f"{part}.sha256")
        try:
            self._write(shipment, part)
        except BaseException:
            with contextlib.suppress(Exception):
                self.withdraw(part=part)
            raise

    def publish(self, shipment: Shipment, *, part: str) -> None:
        found = self.look(shipment)
        if found is not Found.NOTHING:
            self.withdraw(part=part)
        if found is Found.OTHER:
            raise name_taken(shipment.name)
        if found is Found.NOTHING:
            try:
                self.rename(part, shipment.name)
            except FileExistsError as error:
                self.withdraw(part=part)
                raise name_taken(shipment.name) from error

    def withdraw(self, *, part: str) -> bool:
        if self.view.options.get("checksum_file"):
            with contextlib.suppress(FileNotFoundError):
                self.remove(f"{part}.sha256")
        try:
            self.remove(part)
        except FileNotFoundError:
            return False
        return True

    def answers(self) -> Iterator[AnswerFile]:
        for found in self.listing() if self.view.options.get("answers_folder") else ():
            is_hidden = found.name.startswith(".") or found.name.lower().endswith(_UNFINISHED)
            if not is_hidden and abs(time.time() - found.modified) > SETTLING:
                yield found

    def read_answer(self, found: AnswerFile) -> bytes | None:
        try:
            with self.open(self.answer_path(found.name)) as source:
                data = source.read(found.size + 1)
        except FileNotFoundError:
            return None
        return data if len(data) == found.size and self._is_unchanged(found) else None

    def remove_answer(self, found: AnswerFile) -> None:
        if self._is_unchanged(found):
            self.remove(self.answer_path(found.name))

    def answer_path(self, name: str) -> str:
        return f"{self.view.options['answers_folder']}/{name}"

    def _is_unchanged(self, found: AnswerFile) -> bool:
        return self.about(found.name) == found

    def listing(self) -> list[AnswerFile]:
        """The plain files in the answers folder, by name; links and folders are left out."""
        raise NotImplementedError

    def about(self, name: str) -> AnswerFile | None:
        """One of them as it is now; None if it is gone or no plain file any more."""
        raise NotImplementedError

    def _write(self, shipment: Shipment, part: str) -> None:
        with self.create(part) as out:
            for data in shipment.read():
                out.write(data)
        if self.size(part) != shipment.size or self._sha256(part) != shipment.sha256:
            raise DeliveryError(gettext("What arrived is not what was sent. Is there space left on the server?"))

    def _lay_beside(self, side: Shipment, *, part: str) -> None:
        found = self.look(side)
        if found is Found.OTHER:
            raise name_taken(side.name)
        if found is Found.NOTHING:
            self._write(side, part)
            self.rename(part, side.name)

    def _sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.open(name) as source:
            while data := source.read(CHUNK_BYTES):
                digest.update(data)
        return digest.hexdigest()

    @abc.abstractmethod
    def create(self, name: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """A new file to write, with the wished permissions; durable when it is closed."""

    @abc.abstractmethod
    def open(self, name: str) -> contextlib.AbstractContextManager[BinaryIO]: ...

    @abc.abstractmethod
    def size(self, name: str) -> int: ...

    @abc.abstractmethod
    def rename(self, old: str, new: str) -> None:
        """In one stroke; must not replace a file."""

    @abc.abstractmethod
    def remove(self, name: str) -> None: ...


def name_taken(name: str) -> NameTaken:
    message = gettext(
        "“%(name)s” is there already, with other content. It was not overwritten; please look at the folder."
    )
    return NameTaken(message % {"name": name})


def _checksum_of(shipment: Shipment) -> Shipment:
    line = f"{shipment.sha256}  {shipment.name}\n".encode()

    def read() -> Iterator[bytes]:
        yield line

    return Shipment(f"{shipment.name}.sha256", len(line), hashlib.sha256(line).hexdigest(), read)


def mode_of(options: Mapping[str, Any], default: str) -> int | None:
    """The wished permission bits; None leaves them to the server."""
    text = options.get("mode") or default
    return int(text, 8) if text else None
