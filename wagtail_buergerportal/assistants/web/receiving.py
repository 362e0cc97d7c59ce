"""Taking in what a form sends: no file is stored beyond its limit, and nothing typed is lost with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from ..engine import ActiveStep
from ..flows.uploads import limit_of


class CappedUploadHandler(FileUploadHandler):
    """Drops a file the moment it grows beyond its field's limit and reads on for the other fields."""

    def __init__(self, request: HttpRequest, limits: Mapping[str, int]) -> None:
        super().__init__(request)
        self.limits = limits
        self.exceeded: set[str] = set()

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, *args, **kwargs)
        if field_name not in self.limits:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > self.limits[str(self.field_name)]:
            self.exceeded.add(str(self.field_name))
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class TooMuch(Exception):
    """The form as a whole is beyond what the server reads; nothing of it can be used."""


def receive(request: HttpRequest, active: ActiveStep) -> frozenset[str]:
    """Read the form of a step; returns the file fields whose file was too large. Raises TooMuch.

    Must run before anything else reads ``request.POST``.
    """
    limits = {field.key: limit_of(field) for field in active.fields if field.kind == "file"}
    handler = CappedUploadHandler(request, limits)
    request.upload_handlers.insert(0, handler)
    try:
        request.POST  # noqa: B018 - reading it is what parses the form
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, MultiPartParserError) as error:
        raise TooMuch from error
    return frozenset(handler.exceeded)
