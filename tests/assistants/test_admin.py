from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import GroupSitePermission
from wagtail.test.utils.form_data import nested_form_data, streamfield

from wagtail_buergerportal.assistants.models import Assistant, AssistantPlacement
from wagtail_buergerportal.assistants.roles import ROLE_PERMISSIONS

from .builders import make

pytestmark = pytest.mark.django_db


def url(model, view, *args):
    return reverse(f"wagtailsnippets_buergerportal_assistants_{model}:{view}", args=args)


@pytest.fixture
def editor(site, client):
    group = Group.objects.create(name="Musterstadt: Redaktion")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for name in [*ROLE_PERMISSIONS["editor"], "buergerportal_communes.view_department"]:
        label, codename = name.split(".")
        permission = Permission.objects.get(content_type__app_label=label, codename=codename)
        GroupSitePermission.objects.create(group=group, site=site, permission=permission)
    user = get_user_model().objects.create_user("editor", password="x")
    user.groups.add(group)
    client.force_login(user)
    return user


def form(title="Neu", *, steps=(), site="", **more):
    return nested_form_data(
        {
            "title": title,
            "site": site,
            "intro": "",
            "needed": "",
            "processing_time": "",
            "submit_label": "",
            "confirmation": "",
            "steps": streamfield(steps),
            "fees": streamfield([]),
            **more,
        }
    )


def rich_step(label="Name"):
    rule = {"conditions-count": "0", "mode": "all"}
    text = {
        "label": label,
        "key": "",
        "help": "",
        "presence": "required",
        "max_length": "50",
        "prefill": "",
        "rule": rule,
    }
    return ("step", {"title": "Wer?", "key": "", "intro": "", "fields": streamfield([("text", text)]), "rule": rule})


def test_all_pages_open_for_an_editor(client, editor, site, placement):
    own = make("Eigener", site=site)
    for address in (
        url("assistant", "list"),
        url("assistant", "add"),
        url("assistant", "edit", own.pk),
        url("assistant", "history", own.pk),
        url("assistant", "preview_on_edit", own.pk),
        url("assistantplacement", "list"),
        url("assistantplacement", "add"),
        url("assistantplacement", "edit", placement.pk),
    ):
        assert client.get(address).status_code == 200, address


def test_the_edit_page_shows_preflight_and_conditions_in_words(client, editor, site):
    own = make("Eigener", site=site)
    text = client.get(url("assistant", "edit", own.pk)).content.decode()
    assert "kann der Assistent veröffentlicht werden" in text
    assert "Zeige nur, wenn „Art der Abfuhr“ „Express“ ist." in text


def test_a_draft_may_be_incomplete_but_publishing_names_what_is_missing(client, editor, site):
    response = client.post(url("assistant", "add"), form(site=site.pk))
    assert response.status_code == 302
    assistant = Assistant.objects.get(title="Neu")
    address = url("assistant", "edit", assistant.pk)
    page = client.post(address, form(site=site.pk) | {"action-publish": "1"})
    assert page.status_code == 200
    assert "noch keinen Schritt" in page.content.decode()
    assert not assistant.releases.exists()
    page = client.post(address, form(site=site.pk, steps=[rich_step()]) | {"action-publish": "1"})
    assert page.status_code == 302
    assistant.refresh_from_db()
    assert assistant.steps[0].value["key"] == "wer"
    assert assistant.releases.get().definition["steps"][0]["fields"][0]["key"] == "name"


def test_assistants_of_another_town_do_not_exist(client, editor, site, other_site):
    theirs, shared = make("Nachbars", site=other_site), make("Kreisweit")
    listed = client.get(url("assistant", "list")).content.decode()
    assert "Nachbars" not in listed
    assert "Kreisweit" in listed
    for view in ("edit", "history", "copy", "delete", "usage"):
        assert client.get(url("assistant", view, theirs.pk)).status_code == 404, view
    assert client.post(url("assistant", "edit", theirs.pk), form()).status_code == 404
    response = client.post(url("assistant", "edit", shared.pk), form("Gekapert", site=site.pk))
    shared.refresh_from_db()
    assert shared.title == "Kreisweit"
    assert response.status_code in (302, 403)
    assert shared.latest_revision.content["title"] == "Kreisweit"


def test_a_placement_cannot_reach_into_another_town(client, editor, placement, other_site):
    from wagtail_buergerportal.communes.models import Department

    foreign = Department.objects.create(site=other_site, name="Amt")
    data = {
        "site": placement.site_id,
        "assistant": placement.assistant_id,
        "slug": "neu",
        "department": foreign.pk,
        "is_active": "on",
        "needed": "",
        "duration_minutes": 5,
        "processing_time": "",
        "confirmation": "",
        "min_level": 0,
        "payment_policy": "required",
        "payment_days": 7,
        "retention_days": 365,
    }
    assert client.post(url("assistantplacement", "add"), data).status_code == 200
    assert not AssistantPlacement.objects.filter(slug="neu").exists()
    text = client.get(url("assistantplacement", "add")).content.decode()
    assert ">Amt<" not in text
    response = client.post(url("assistantplacement", "add"), data | {"department": placement.department_id})
    assert response.status_code == 302, response.context["form"].errors
    assert AssistantPlacement.objects.filter(slug="neu").exists()


def test_the_preview_shows_each_step_without_letting_anybody_send(client, editor, site):
    own = make("Eigener", site=site)
    assert [mode for mode, _label in own.preview_modes] == ["gegenstaende", "express", "person", "foto"]
    for mode, _label in own.preview_modes:
        page = own.make_preview_request(preview_mode=mode)
        text = page.render().content.decode() if hasattr(page, "render") else page.content.decode()
        assert page.status_code == 200
        assert "<fieldset" in text
        assert "disabled" in text
    assert make("Leer", steps=[], publish=False).make_preview_request(preview_mode="").status_code == 200
