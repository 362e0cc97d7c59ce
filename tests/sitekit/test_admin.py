from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import GroupSitePermission

from wagtail_buergerportal.communes.models import Department
from wagtail_buergerportal.services.models import FeeSchedule
from wagtail_sitekit.scoping import ScopedDelete

pytestmark = pytest.mark.django_db
FEES = "wagtailsnippets_buergerportal_services_feeschedule"
CHOOSER = "wagtailsnippetchoosers_buergerportal_services_feeschedule"


@pytest.fixture
def schedules(site, other_site):
    return [
        FeeSchedule.objects.create(site=owner, name=name, by_law="Satzung", valid_from="2026-01-01")
        for owner, name in ((site, "Tarif der Musterstadt"), (other_site, "Tarif der Neustadt"))
    ]


def work_for(site, *codenames):
    group = Group.objects.create(name=f"{site.site_name} {len(codenames)}")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in codenames:
        permission = Permission.objects.get(codename=codename)
        GroupSitePermission.objects.create(group=group, site=site, permission=permission)
    user = get_user_model().objects.create_user(f"user-{group.pk}", password="x")
    user.groups.add(group)
    return user


@pytest.fixture
def editor(site):
    return work_for(site, *(f"{verb}_feeschedule" for verb in ("view", "add", "change", "delete")))


@pytest.mark.parametrize("query", ["", "?q=Tarif", "?export=csv", "?export=xlsx", "?site={other}"])
def test_lists_searches_and_exports_show_the_own_town_only(client, editor, schedules, other_site, query):
    client.force_login(editor)
    answer = client.get(reverse(f"{FEES}:list") + query.format(other=other_site.pk))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"der Neustadt" not in content
    if not query.startswith("?site") and "xlsx" not in query:
        assert b"der Musterstadt" in content


@pytest.mark.parametrize("name", ["edit", "delete", "usage", "history", "history_results", "copy"])
def test_another_towns_row_is_not_there(client, editor, schedules, name):
    client.force_login(editor)
    own, other = schedules
    assert client.get(reverse(f"{FEES}:{name}", args=[own.pk])).status_code == 200
    assert client.get(reverse(f"{FEES}:{name}", args=[other.pk])).status_code == 404
    assert client.post(reverse(f"{FEES}:{name}", args=[other.pk]), {}).status_code in (404, 405)
    assert client.get(reverse(f"{FEES}:{name}", args=[999_999])).status_code == 404
    assert FeeSchedule.objects.filter(pk=other.pk).exists()


def test_the_chooser_offers_and_returns_the_own_town_only(client, editor, schedules):
    client.force_login(editor)
    own, other = schedules
    for name in ("choose", "choose_results"):
        html = client.get(reverse(f"{CHOOSER}:{name}")).content.decode()
        assert "der Musterstadt" in html
        assert "der Neustadt" not in html
    assert client.get(reverse(f"{CHOOSER}:chosen", args=[own.pk])).status_code == 200
    assert client.get(reverse(f"{CHOOSER}:chosen", args=[other.pk])).status_code == 404
    many = client.get(reverse(f"{CHOOSER}:chosen_multiple") + f"?id={own.pk}&id={other.pk}").content.decode()
    assert "der Neustadt" not in many


def test_deleting_several_neither_names_nor_touches_another_towns(client, editor, schedules):
    client.force_login(editor)
    own, other = schedules
    url = reverse("wagtail_bulk_action", args=["buergerportal_services", "feeschedule", "delete"])
    assert FeeSchedule in ScopedDelete.models
    for ids in (f"?id={own.pk}&id={other.pk}", "?id=all"):
        html = client.get(url + ids).content.decode()
        assert "der Musterstadt" in html
        assert "der Neustadt" not in html
    client.post(f"{url}?id={own.pk}&id={other.pk}")
    assert list(FeeSchedule.objects.all()) == [other]


def test_a_row_cannot_be_given_to_another_town(client, editor, schedules, other_site):
    client.force_login(editor)
    page = client.get(reverse(f"{FEES}:add"))
    assert [site.hostname for site in page.context["form"].fields["site"].queryset] == ["testserver"]
    typed = {
        "site": other_site.pk,
        "name": "Fremd",
        "by_law": "S",
        "valid_from": "2026-01-01",
        "fees-TOTAL_FORMS": 0,
        "fees-INITIAL_FORMS": 0,
    }
    for url in (reverse(f"{FEES}:add"), reverse(f"{FEES}:edit", args=[schedules[0].pk])):
        answer = client.post(url, typed)
        assert "site" in answer.context["form"].errors
    assert FeeSchedule.objects.filter(site=other_site).count() == 1


def test_whoever_only_reads_changes_nothing(client, site, schedules):
    client.force_login(work_for(site, "view_feeschedule"))
    own = schedules[0]
    assert "der Musterstadt" in client.get(reverse(f"{FEES}:list")).content.decode()
    for name in ("edit", "delete", "copy"):
        assert client.post(reverse(f"{FEES}:{name}", args=[own.pk]), {}).status_code in (302, 403)
    assert client.get(reverse(f"{FEES}:add")).status_code in (302, 403)
    assert FeeSchedule.objects.get(pk=own.pk).name == "Tarif der Musterstadt"


def test_filters_and_forms_offer_only_visible_rows_of_scoped_models(site, other_site):
    from django import forms

    from wagtail_sitekit.scoping import limit_choices

    own = Department.objects.create(site=site, name="Bauhof")
    Department.objects.create(site=other_site, name="Bauhof")

    class Form(forms.Form):
        department = forms.ModelChoiceField(Department.objects.all())

    form = Form()
    limit_choices(form, work_for(site, "view_department"))
    assert list(form.fields["department"].queryset) == [own]
