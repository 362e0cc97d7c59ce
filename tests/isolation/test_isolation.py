"""Nobody in Neustadt sees, guesses, downloads, counts or changes anything of Musterstadt, whatever their role."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from wagtail.contrib.settings.registry import registry as settings_registry

from tests.isolation import addresses
from tests.isolation.world import GUESS, MARKERS, OF_A_TOWN, add_secrets, arguments, make_towns
from wagtail_buergerportal.communes.models import Department
from wagtail_xfinanz.models import FinanceTenant

pytestmark = pytest.mark.django_db
ROLES = [
    "neustadt-abfallwirtschaft",
    "neustadt-admin",
    "neustadt-buergerbuero",
    "neustadt-kasse1",
    "neustadt-kasse2",
    "neustadt-pruefung",
    "neustadt-redaktion",
]
#: Pages of Wagtail itself that show our rows.
OF_WAGTAIL = ["/admin/", "/admin/reports/site-history/", "/admin/snippets/", "/admin/pages/", "/admin/users/"]
#: What differs between two loads of the same page.
NOISE = re.compile(
    rb"[A-Za-z0-9]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rb"|\d+.(Minuten?|Sekunden?)|gerade eben"
    rb'|key[\\&quot;": ]+[0-9a-z]{4,6}'
)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.test import override_settings

    private = {"PRIVATE_ROOT": str(tmp_path_factory.mktemp("private"))}
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(WAGTAIL_BUERGERPORTAL=private):
        world = make_towns()
        world.before = {name: _lists(world, name) for name in ROLES}
        add_secrets(world)
        yield world
        transaction.set_rollback(True)


@pytest.fixture(params=ROLES)
def role(request):
    return request.param


def test_every_role_is_tried(world):
    assert {user.username for user in world.staff} - {"neustadt-steuern", "neustadt-strassenverkehr"} == set(ROLES)


def test_every_model_with_a_town_has_a_secret(world):
    models = {address.model for address in addresses.ours() if address.model is not None and address.is_admin}
    assert models == set(OF_A_TOWN), "Teach world.py how rows of the new model belong to a town, and make one."
    empty = [model.__name__ for model in OF_A_TOWN if not world.rows(model).exists()]
    assert not empty


def test_every_address_can_be_tried(world):
    """A new view with a new kind of parameter must be taught to world.py."""
    for address in addresses.ours():
        arguments(world, address)


def test_lists_look_as_if_the_neighbour_had_nothing(world, role):
    after = _lists(world, role)
    changed = {path: _difference(page, after[path]) for path, page in world.before[role].items() if after[path] != page}
    assert not changed


def test_lists_searches_and_choosers_show_nothing(world, role):
    """Our own lists without a question look as before the secrets: the test above says so."""
    client = _client(world, role)
    asked = [f"?q={GUESS}", f"?department={world.last(Department)}&tenant={_tenant(world)}"]
    paths = [path + query for path in [*_plain(is_admin=True), *OF_WAGTAIL] for query in asked]
    problems = [problem for path in [*paths, *OF_WAGTAIL] for problem in _look(client, path)]
    assert not problems


def test_nothing_opens_by_its_key(world, role):
    client = _client(world, role)
    problems = []
    for address in addresses.ours():
        if address.parameters and address.is_admin:
            problems += _look(client, _path(world, address), may_be_ok=address.name.endswith("chosen"))
    assert not problems


def test_nothing_changes_by_post(world, role):
    client = _client(world, role)
    before = world.state()
    client.raise_request_exception = False  # Wagtail's stream fields cannot read a form without their counters
    for address in addresses.ours():
        if address.is_admin:
            for data in ({}, {"tenant": _tenant(world), "action": "take", "reason": "x", "posting_key": "geheim"}):
                client.post(_path(world, address), data)
    for model in OF_A_TOWN:
        pk = world.rows(model).last().pk
        client.post(f"/admin/bulk/{model._meta.app_label}/{model._meta.model_name}/delete/?id={pk}")
    assert world.state() == before


def test_settings_of_the_neighbour_stay_closed(world, role):
    client = _client(world, role)
    problems = []
    for model in settings_registry:
        label = model._meta.app_label
        if label.startswith(("buergerportal", "wagtail_epayment", "wagtail_xfinanz")):
            before = list(model.objects.filter(site=world.stranger).values())
            path = reverse("wagtailsettings:edit", args=[label, model._meta.model_name, world.stranger.pk])
            problems += _look(client, path, may_be_ok=False)
            client.post(path, {"name": "gekapert"})
            assert list(model.objects.filter(site=world.stranger).values()) == before
    assert not problems


def test_citizens_addresses_of_the_neighbour_do_not_exist_here(world):
    client = Client(HTTP_HOST=world.home.hostname)
    problems = []
    for address in addresses.ours():
        if not address.is_admin and not address.name.startswith("sandbox_bank") and address.parameters:
            problems += _look(client, _path(world, address), may_be_ok="identity" in address.name)
    assert not problems


def _lists(world, role):
    client = _client(world, role)
    pages = {}
    for path in _plain(is_admin=True):
        response = client.get(path)
        pages[path] = (response.status_code, NOISE.sub(b"", _body(response)))
    return pages


def _difference(before, after):
    """The first place where two pages differ, for people to read."""
    if before[0] != after[0]:
        return before[0], after[0]
    place = next((i for i, pair in enumerate(zip(before[1], after[1], strict=False)) if pair[0] != pair[1]), -1)
    return tuple(page[1][max(0, place - 60) : place + 60].decode(errors="replace") for page in (before, after))


def _plain(*, is_admin):
    return [reverse(each.name) for each in addresses.ours() if not each.parameters and each.is_admin == is_admin]


def _tenant(world):
    return world.rows(FinanceTenant).get().pk


def _path(world, address):
    values = arguments(world, address)
    try:
        return reverse(address.name, kwargs=values)
    except NoReverseMatch:
        return reverse(address.name, args=list(values.values()))


def _client(world, role):
    client = Client(HTTP_HOST=world.home.hostname)
    client.force_login(next(user for user in world.staff if user.username == role))
    return client


def _look(client, path, *, may_be_ok=True):
    """What is wrong with the answer to GET ``path``: a marker in it, or an error of ours."""
    response = client.get(path)
    if response.status_code >= 500:
        return [f"{path}: {response.status_code}"]
    if response.status_code == 200 and not may_be_ok:
        return [f"{path}: opens"]
    body = _body(response)
    return [f"{path}: {marker}" for marker in MARKERS if marker.encode() in body.replace(path.encode(), b"")]


def _body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content
