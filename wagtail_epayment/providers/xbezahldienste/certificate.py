"""Client certificates (mTLS) from a contract's secrets: PEM or PKCS #12."""

from __future__ import annotations

import base64
import os
import re
import secrets
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ...errors import ProviderRefused
from .operators import Auth

_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)


class TlsAdapter(HTTPAdapter):
    """Speaks TLS as one given context says, and as nothing else does."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """requests would add its own list of authorities to the context here."""
        conn.cert_reqs = "CERT_REQUIRED"


def context_for(credentials: Mapping[str, str], *, auth: Auth, ca_certificate: str) -> ssl.SSLContext:
    """Raises ProviderRefused if the certificate cannot be used; the message holds nothing of it."""
    context = ssl.create_default_context(
        cafile=None if ca_certificate else DEFAULT_CA_BUNDLE_PATH, cadata=ca_certificate or None
    )
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        match auth:
            case Auth.MTLS_PEM:
                _load(context, *_of_pem(credentials))
            case Auth.MTLS_P12:
                _load(context, *_of_p12(credentials))
    except (ValueError, TypeError, UnsupportedAlgorithm, ssl.SSLError):
        # Without "from": the text of the cause may hold parts of the key.
        raise ProviderRefused(
            _("The client certificate of the contract cannot be read: check the files and their passwords.")
        ) from None
    return context


def _of_pem(credentials: Mapping[str, str]) -> tuple[Any, bytes]:
    password = credentials.get("private_key_password", "").encode() or None
    key = serialization.load_pem_private_key(_pem(credentials.get("private_key", "")), password)
    return key, _pem(credentials.get("certificate", ""))


def _of_p12(credentials: Mapping[str, str]) -> tuple[Any, bytes]:
    data = base64.b64decode("".join(credentials.get("p12", "").split()), validate=True)
    password = credentials.get("p12_password", "").encode() or None
    key, certificate, others = pkcs12.load_key_and_certificates(data, password)
    if key is None or certificate is None:
        raise ValueError("no key or no certificate in it")
    return key, b"".join(one.public_bytes(serialization.Encoding.PEM) for one in [certificate, *others])


def _pem(text: str) -> bytes:
    """PEM whose line breaks were lost in a one-line form field is put back into lines."""
    return "".join(
        f"-----BEGIN {kind}-----\n{_lines(body)}\n-----END {kind}-----\n" for kind, body in _PEM.findall(text)
    ).encode()


def _lines(body: str) -> str:
    if ":" in body:  # An encrypted key of the old kind has headers, which no rule could put back into lines.
        return body.strip()
    letters = "".join(body.split())
    return "\n".join(letters[at : at + 64] for at in range(0, len(letters), 64))


def _load(context: ssl.SSLContext, key: Any, chain: bytes) -> None:
    """``ssl`` reads keys from files only: it gets one nobody else may read, encrypted for this moment."""
    password = secrets.token_bytes(32).hex()
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    handle, name = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encrypted + chain)
        context.load_cert_chain(name, password=password)
    finally:
        Path(name).unlink()
