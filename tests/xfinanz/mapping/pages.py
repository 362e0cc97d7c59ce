"""The pages on which people map, as a browser sees them."""

from __future__ import annotations

from lxml import html

from tests.xfinanz.schemas.zips import package
from wagtail_xfinanz.flows import install_schema

MAPPINGS = "/admin/xfinanz_mappings/"


def installed(name="anordnung", site=None):
    return install_schema(package(name), name=f"{name}.zip", site=site, by=None)


def map_of(row):
    """The address of the editor."""
    return f"{MAPPINGS}{row.pk}/map/"


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def page(answer):
    return html.fromstring(text(answer))


def form_of(answer):
    """What a browser would send back, unchanged."""
    (form,) = (form for form in page(answer).forms if form.get("method") == "post" and form.xpath(".//table"))
    return {name: value or "" for name, value in form.form_values()}


def save(client, address, answer=None, **changes):
    data = {**form_of(client.get(address)), **{name.replace("__", "|"): value for name, value in changes.items()}}
    return client.post(address, {**data, **(answer or {})}, follow=True)
