"""SFTP (SSH File Transfer Protocol, version 3) by paramiko; the server has to prove that it is the agreed one."""

from __future__ import annotations

import contextlib
import socket
import stat
import threading
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import BinaryIO, Self, cast

import paramiko
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ... import conf
from ..base import AnswerFile
from ..errors import ChannelRefused, DeliveryError
from ..folder import FolderChannel, mode_of
from ..registry import channels
from .keys import agreed_keys, fingerprint, private_key


@channels.register("sftp")
class SftpChannel(FolderChannel):
    """Login by key or password; renames by the standard call, which must not replace a file (draft-02, 6.5)."""

    label = _("SFTP")
    option_fields = {
        "host": forms.CharField(label=_("server"), max_length=200),
        "port": forms.IntegerField(label=_("port"), min_value=1, max_value=65_535, initial=22),
        "username": forms.CharField(label=_("user name"), max_length=100),
        "host_keys": forms.CharField(
            label=_("host keys"),
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            max_length=4000,
            help_text=_(
                "One a line, as its operator tells you: a fingerprint (SHA256:…) or the key (ssh-ed25519 AAAA…). "
                "No other server gets a file."
            ),
        ),
        "folder": forms.CharField(label=_("folder"), required=False, max_length=200),
        **FolderChannel.folder_fields,
    }
    credential_fields = {
        "password": _("password"),
        "private_key": _("private key (instead of a password)"),
        "passphrase": _("passphrase of the private key"),
    }
    multiline_credentials = frozenset({"private_key"})

    def problems(self) -> Mapping[str, str]:
        options, credentials = self.view.options, self.view.credentials
        found = dict(super().problems())
        if not agreed_keys(options.get("host_keys") or ""):
            found["host_keys"] = gettext("Each line has to be a fingerprint (SHA256:…) or a key of the server.")
        if not _is_allowed(options.get("host") or ""):
            found["host"] = gettext("The operator of this installation does not allow this server (SFTP_HOSTS).")
        if not (credentials.get("password") or credentials.get("private_key")):
            found["password"] = gettext("Please enter a password or a private key.")
        if credentials.get("private_key") and not private_key(credentials):
            found["private_key"] = gettext("This is no private key, or its passphrase is missing or wrong.")
        return found

    def __enter__(self) -> Self:
        self._transport = self._connect()
        try:
            self._prove()
            self._log_in()
            self._sftp = self._begin()
            self._enter_folder()
        except (paramiko.SSHException, EOFError) as error:
            self._transport.close()
            raise DeliveryError(gettext("The connection to the server broke off.")) from error
        except BaseException:
            self._transport.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._transport.close()

    def _connect(self) -> paramiko.Transport:
        options, timeout = self.view.options, self.view.timeout
        if not _is_allowed(options["host"]):
            raise ChannelRefused(gettext("The operator of this installation does not allow this server (SFTP_HOSTS)."))
        try:
            transport = paramiko.Transport(socket.create_connection((options["host"], options["port"]), timeout))
        except OSError as error:
            raise DeliveryError(gettext("The server cannot be reached.")) from error
        transport.banner_timeout = transport.auth_timeout = transport.handshake_timeout = timeout
        return transport

    def _prove(self) -> None:
        """Before any secret is sent. Raises ChannelRefused."""
        self._transport.start_client(timeout=self.view.timeout)
        shown = fingerprint(self._transport.get_remote_server_key())
        if shown not in (agreed_keys(self.view.options["host_keys"]) or ()):
            message = gettext(
                "The server shows another host key than the agreed one (%(shown)s). Nothing was sent. Please ask its "
                "operator before you change anything."
            )
            raise ChannelRefused(message % {"shown": shown})

    def _log_in(self) -> None:
        user, key = self.view.options["username"], private_key(self.view.credentials)
        try:
            if key:
                self._transport.auth_publickey(user, key)
            else:
                self._transport.auth_password(user, self.view.credentials.get("password", ""), fallback=False)
        except paramiko.AuthenticationException as error:
            raise ChannelRefused(gettext("The server refuses the login.")) from error

    def _begin(self) -> paramiko.SFTPClient:
        """As ``SFTPClient.from_transport``, which would wait for a silent server an hour, or for ever."""
        channel = self._transport.open_session(timeout=self.view.timeout)
        channel.settimeout(self.view.timeout)
        # This very wait knows no limit; closing the transport ends it.
        patience = threading.Timer(self.view.timeout, self._transport.close)
        patience.daemon = True
        patience.start()
        try:
            channel.invoke_subsystem("sftp")
        finally:
            patience.cancel()
        return paramiko.SFTPClient(channel)

    def _enter_folder(self) -> None:
        # Both folders are named from the one the server opens with.
        self._home = (self._sftp.normalize(".") if self.view.options.get("answers_folder") else "").rstrip("/")
        if folder := self.view.options.get("folder"):
            try:
                self._sftp.chdir(folder)
            except OSError as error:
                raise ChannelRefused(gettext("The folder does not exist on the server.")) from error

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        with self._sftp.open(name, "wx") as out:
            out.set_pipelined(True)
            yield cast(BinaryIO, out)
        mode = mode_of(self.view.options, "")
        if mode is not None:
            self._sftp.chmod(name, mode)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with self._sftp.open(name, "rb") as source:
            source.prefetch(max_concurrent_requests=64)  # what is not read yet lies in memory
            yield cast(BinaryIO, source)

    def answer_path(self, name: str) -> str:
        folder = str(self.view.options["answers_folder"])
        return f"{folder if folder.startswith('/') else f'{self._home}/{folder}'}/{name}"

    def listing(self) -> list[AnswerFile]:
        try:
            entries = self._sftp.listdir_attr(self.answer_path("").rstrip("/"))
        except FileNotFoundError as error:
            raise ChannelRefused(gettext("The folder with answers does not exist on the server.")) from error
        found = (_plain(each.filename, each) for each in sorted(entries, key=lambda each: each.filename))
        return [file for file in found if file]

    def about(self, name: str) -> AnswerFile | None:
        try:
            return _plain(name, self._sftp.lstat(self.answer_path(name)))
        except FileNotFoundError:
            return None

    def size(self, name: str) -> int:
        return self._sftp.stat(name).st_size or 0

    def rename(self, old: str, new: str) -> None:
        self._sftp.rename(old, new)

    def remove(self, name: str) -> None:
        self._sftp.remove(name)


def _plain(name: str, found: paramiko.SFTPAttributes) -> AnswerFile | None:
    is_plain = stat.S_ISREG(found.st_mode or 0)
    return AnswerFile(name, found.st_size or 0, found.st_mtime or 0) if is_plain else None


def _is_allowed(host: str) -> bool:
    allowed = conf.get().SFTP_HOSTS
    return not allowed or any(fnmatch(host.lower(), pattern.lower()) for pattern in allowed)
