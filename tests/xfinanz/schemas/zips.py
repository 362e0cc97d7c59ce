"""Packages as zip files in memory: the synthetic ones of the tests, changed ones, hostile ones."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

PACKAGES = Path(__file__).parent / "packages"


def files_of(name):
    """The files of a synthetic package by their path."""
    folder = PACKAGES / name
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.xsd"))}


def zipped(files, *, method=zipfile.ZIP_DEFLATED):
    """``files`` is a dict, or pairs if a path has to come twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, data in files.items() if isinstance(files, dict) else files:
            info = path if isinstance(path, zipfile.ZipInfo) else zipfile.ZipInfo(path)  # without the time: equal bytes
            info.compress_type = method
            archive.writestr(info, data)
    out.seek(0)
    return out


def package(name, **changes):
    """A synthetic package as zip; ``changes`` by file stem: new bytes, or None to leave the file out."""
    files = {path: changes.get(Path(path).stem.replace("-", "_"), data) for path, data in files_of(name).items()}
    return zipped({path: data for path, data in files.items() if data is not None})


def schema(body="", **attributes):
    """A schema file with this body."""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"{written}>{body}</xs:schema>'.encode()


ROOT = schema('<xs:element name="r" type="xs:string"/>', targetNamespace="urn:t")
"""A schema of one element."""


def including(location, tag="include", **attributes):
    """A schema that needs another file."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return schema(f'<xs:{tag} schemaLocation="{location}"{more}/>', targetNamespace="urn:t")


def entity(location):
    """A schema with a text from elsewhere."""
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{location}">]>'.encode() + schema("<xs:annotation>&e;</xs:annotation>")
