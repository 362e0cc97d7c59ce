"""A real SSH server with SFTP on 127.0.0.1, in threads of the test; a test says what happens before or after a call.

It keeps its files in a real directory, and like OpenSSH it never renames over a file that exists.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_OK

from tests.hanging import finish


class Cut(Exception):
    """Raised by a fault: the connection is cut, nothing is answered."""


def cut():
    raise Cut


def full():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class SftpServer:
    """``faults[("before", "rename")] = callable`` runs at each such call; raise Cut or OSError in it."""

    def __init__(self, root: Path, *, username: str = "kasse", password: str = "kenn-4711-wort", user_key=None) -> None:
        self.root = root
        self.host_key = paramiko.ECDSAKey.generate()
        self.username, self.password, self.user_key = username, password, user_key
        self.faults: dict[tuple[str, str], Callable[[], None]] = {}
        self.calls: list[str] = []
        self.logins: list[str] = []
        self._transports: list[paramiko.Transport] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._door = threading.Thread(target=self._accept, name="SFTP server", daemon=True)
        self._door.start()

    def once(self, when: str, call: str, act: Callable[[], None]) -> None:
        """Let ``act`` happen at the next such call only."""

        def first() -> None:
            self.faults.pop((when, call), None)
            act()

        self.faults[when, call] = first

    def happen(self, when: str, call: str) -> None:
        if when == "before":
            self.calls.append(call)
        if act := self.faults.get((when, call)):
            act()

    def cut_all(self) -> None:
        for transport in self._transports:
            transport.close()

    def files(self) -> list[str]:
        """What an importer would find."""
        return sorted(path.name for path in self.root.iterdir() if not path.name.startswith("."))

    def parts(self) -> list[str]:
        return sorted(path.name for path in self.root.iterdir() if path.name.startswith("."))

    def close(self) -> None:
        """Leaves no thread behind: a test after this one may fork, which copies locks and not those who hold them."""
        # Closing alone would not wake the thread that waits for somebody to call.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.cut_all()
        # One that somebody has only just called has not begun yet.
        finish([self._door, *(transport for transport in self._transports if transport.is_alive())])

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(self.host_key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, sftp_si=_Files)
        self._transports.append(transport)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=_Door(self))


class _Door(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self.server = server

    def get_allowed_auths(self, username):
        return "password,publickey"

    def check_auth_password(self, username, password):
        self.server.logins.append(username)
        is_right = (username, password) == (self.server.username, self.server.password)
        return paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        is_right = username == self.server.username and key == self.server.user_key
        return paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        self.server.happen("before", "channel")
        return paramiko.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel, name):
        self.server.happen("before", "subsystem")
        return super().check_channel_subsystem_request(channel, name)


def _told(name):
    """Runs the faults around a call and turns their errors into what a client sees."""

    def decorate(method):
        def run(self, *args, **kwargs):
            server = self.server
            try:
                server.happen("before", name)
                answer = method(self, *args, **kwargs)
                server.happen("after", name)
            except Cut:
                server.cut_all()
                return SFTP_FAILURE
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)
            return answer

        return run

    return decorate


class _Handle(paramiko.SFTPHandle):
    def __init__(self, server, file, flags):
        super().__init__(flags)
        self.server = server
        self.readfile = self.writefile = file

    @_told("write")
    def write(self, offset, data):
        return super().write(offset, data)

    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, door, *args, **kwargs):
        super().__init__(door, *args, **kwargs)
        self.server = door.server

    def _path(self, path):
        return self.server.root / path.lstrip("/")

    def canonicalize(self, path):
        return os.path.normpath(f"/{path}")

    @_told("stat")
    def stat(self, path):
        return paramiko.SFTPAttributes.from_stat(self._path(path).stat())

    lstat = stat

    @_told("list")
    def list_folder(self, path):
        found = []
        for entry in self._path(path).iterdir():
            attributes = paramiko.SFTPAttributes.from_stat(entry.lstat())
            attributes.filename = entry.name
            found.append(attributes)
        return found

    @_told("open")
    def open(self, path, flags, attr):
        descriptor = os.open(self._path(path), flags, 0o600)
        return _Handle(self.server, os.fdopen(descriptor, "wb" if flags & os.O_WRONLY else "rb"), flags)

    @_told("remove")
    def remove(self, path):
        self._path(path).unlink()
        return SFTP_OK

    @_told("rename")
    def rename(self, oldpath, newpath):
        if self._path(newpath).exists():
            return SFTP_FAILURE
        self._path(oldpath).rename(self._path(newpath))
        return SFTP_OK

    @_told("chattr")
    def chattr(self, path, attr):
        paramiko.SFTPServer.set_file_attr(str(self._path(path)), attr)
        return SFTP_OK
