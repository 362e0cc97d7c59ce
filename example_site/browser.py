"""A person with a browser without JavaScript, as a few lines over ``requests`` and ``lxml``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
import requests


class NotThere(Exception):
    """The page has no such link, button or field; says what it has instead."""


class Browser:
    """Opens pages, follows links by their text and presses buttons by theirs.

    ``*.localhost`` names are always this machine, whatever its resolver thinks of them.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.url = base
        self.html: Any = None
        self.response: Any = None

    def open(self, path: str) -> Browser:
        return self._load("GET", urljoin(self.url, path))

    def follow(self, text: str) -> Browser:
        """Follow the first link whose text contains ``text``."""
        for link in self.html.iter("a"):
            if text in _text(link) and link.get("href"):
                return self.open(link.get("href"))
        raise NotThere(f"No link “{text}” on {self.url}: {self.heading}")

    def press(self, text: str, fields: dict[str, Any] | None = None) -> Browser:
        """Fill the form that has a button ``text`` with ``fields`` and press it."""
        for form in self.html.iter("form"):
            for button in form.iter("button", "input"):
                if text in (_text(button) or button.get("value", "")) and button.get("type", "submit") == "submit":
                    return self._submit(form, button, fields or {})
        raise NotThere(f"No button “{text}” on {self.url}: {self.heading}")

    def send(self, action: str) -> Browser:
        """Press the button of the form that goes to ``action``."""
        form = next(form for form in self.html.iter("form") if form.get("action") == action)
        return self._load("POST", urljoin(self.url, action), list(form.form_values()))

    def status(self, path: str) -> int:
        """The status of a page, staying where one is."""
        here = self.url, self.html
        try:
            self.open(path)
        except NotThere:
            pass
        finally:
            self.url, self.html = here
        return int(self.response.status_code)

    @property
    def links(self) -> list[str]:
        return [link.get("href") for link in self.html.iter("a") if link.get("href")]

    def actions(self, part: str) -> list[str]:
        """Where the forms of the page go whose address has ``part``."""
        return [form.get("action") for form in self.html.iter("form") if part in (form.get("action") or "")]

    @property
    def heading(self) -> str:
        found = self.html.find(".//h1") if self.html is not None else None
        return _text(found) if found is not None else ""

    @property
    def text(self) -> str:
        return _text(self.html)

    def _submit(self, form: Any, button: Any, fields: dict[str, Any]) -> Browser:
        known = {name for name in (control.get("name") for control in form.iter("input", "textarea", "select")) if name}
        if unknown := set(fields) - known:
            raise NotThere(f"No field {sorted(unknown)} on {self.url}; there are {sorted(known)}")
        data: list[tuple[str, str]] = []
        for name, value in form.form_values():
            if name not in fields:
                data.append((name, value))
        for name, value in fields.items():
            data += [(name, str(item)) for item in (value if isinstance(value, list) else [value])]
        if button.get("name"):
            data.append((button.get("name"), button.get("value", "")))
        return self._load("POST", urljoin(self.url, form.get("action") or self.url), data)

    def _load(self, method: str, url: str, data: list[tuple[str, str]] | None = None) -> Browser:
        for _hop in range(10):
            address = urlsplit(url)
            host = f"127.0.0.1:{address.port or 80}"
            headers = {"Host": address.netloc, "Referer": self.url}
            here = address._replace(netloc=host, fragment="").geturl()
            self.response = self.session.request(
                method, here, data=data, headers=headers, allow_redirects=False, timeout=60
            )
            self.url = url
            if self.response.status_code not in {301, 302, 303, 307}:
                break
            method, data, url = "GET", None, urljoin(url, self.response.headers["Location"])
        if "html" in self.response.headers.get("Content-Type", ""):
            self.html = lxml.html.fromstring(self.response.content)
        if self.response.status_code >= 400:
            raise NotThere(f"{self.response.status_code} at {self.url}: {self.heading}")
        return self


def _text(node: Any) -> str:
    return " ".join(node.text_content().split())
