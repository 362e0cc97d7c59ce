from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from wagtail_buergerportal.communes import colours
from wagtail_buergerportal.communes.flows.roles import setup_roles
from wagtail_buergerportal.communes.models import CommuneSettings
from wagtail_buergerportal.communes.web import errors

hexcolours = st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)


@given(hexcolours)
def test_text_on_any_colour_and_links_in_it_can_be_read(colour):
    assert colours.contrast(colour, colours.text_on(colour)) >= 4.5
    assert colours.contrast(colours.readable_on_white(colour), "#ffffff") >= 4.5


def test_the_known_contrasts_come_out_right():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.django_db
def test_each_town_has_its_own_colours(client, town, neighbour):
    CommuneSettings.objects.filter(site=town).update(primary_colour="#ffcc00")
    yellow = client.get("/portal/farben.css")
    assert yellow["Content-Type"].startswith("text/css")
    css = yellow.content.decode()
    assert "--bp-colour: #ffcc00; --bp-on-colour: #000000" in css
    link = re.search(r"--bp-link: (#\w{6})", css)
    assert link
    assert colours.contrast(link[1], "#ffffff") >= 4.5
    other = client.get("/portal/farben.css", headers={"host": "neustadt.test"})
    assert "--bp-colour: #1a4a7a" in other.content.decode()


@pytest.mark.django_db
def test_colours_are_not_sent_twice(client, town):
    first = client.get("/portal/farben.css")
    assert "max-age" in first["Cache-Control"]
    again = client.get("/portal/farben.css", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["impressum", "datenschutz", "barrierefreiheit", "kontakt"])
def test_every_page_leads_to_the_statements(client, town, name):
    assert f'href="/portal/{name}/"' in client.get("/portal/kontakt/").content.decode()
    assert client.get(f"/portal/{name}/").status_code == 200
    assert client.get(f"/en/portal/{name}/").status_code == 200


@pytest.mark.django_db
def test_contact_shows_only_this_towns_departments(client, town, neighbour):
    html = client.get("/portal/kontakt/").content.decode()
    assert "bauhof@testserver" in html
    assert "neustadt" not in html


@pytest.mark.django_db
def test_looking_at_a_page_writes_nothing(client, root):
    from wagtail.models import Site

    home = root.get_children().first() or root.add_child(title="Start", slug="start")
    Site.objects.create(hostname="testserver", root_page=home, site_name="Neu", is_default_site=True)
    assert "Neu" in client.get("/portal/kontakt/").content.decode()
    assert not CommuneSettings.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (errors.page_not_found, 404, "gibt es nicht"),
        (errors.permission_denied, 403, "nicht ansehen"),
        (errors.csrf_failure, 403, "zu lange offen"),
    ],
)
def test_error_pages_say_what_to_do(town, view, status, words):
    with translation.override("de"):
        answer = view(RequestFactory().get("/weg/", headers={"host": "testserver"}))
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "Zur Startseite" in answer.content.decode()


def test_the_page_for_our_own_failure_needs_no_database():
    with translation.override("de"):
        answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Bei uns" in answer.content.decode()


@pytest.mark.django_db
def test_two_towns_cannot_share_a_prefix_of_case_numbers(town, neighbour):
    with pytest.raises(IntegrityError), transaction.atomic():
        CommuneSettings.objects.filter(site=neighbour).update(case_prefix="MUS")


@pytest.mark.django_db
def test_setting_up_roles_twice_changes_nothing(town, neighbour, capsys):
    from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, GroupSitePermission

    def rows():
        models = (GroupSitePermission, GroupPagePermission, GroupCollectionPermission, Collection)
        return [model.objects.count() for model in models]

    call_command("setup_roles")
    first, groups = rows(), capsys.readouterr().out
    call_command("setup_roles")
    assert rows() == first
    assert capsys.readouterr().out == groups
    assert "Musterstadt: Portalverwaltung" in groups
    assert "Musterstadt: Sachbearbeitung Bauhof" in groups
    assert "Neustadt: Kasse – Freigabe" in groups
    assert town.departments.get().groups.get().name == "Musterstadt: Sachbearbeitung Bauhof"


@pytest.mark.django_db
def test_setting_up_roles_asks_a_few_times_for_each_group_not_for_each_right(town):
    setup_roles(town)
    with CaptureQueriesContext(connection) as asked:
        groups = setup_roles(town)
    assert len(asked) <= 10 * len(groups)


@pytest.mark.django_db
def test_a_right_a_role_lost_is_taken_away_again_and_one_given_by_hand_stays(town):
    from django.contrib.auth.models import Permission
    from wagtail.models import GroupSitePermission

    auditor = setup_roles(town)["auditor"]
    extra = Permission.objects.get(codename="change_department")
    by_hand = Permission.objects.get(content_type__app_label="wagtailredirects", codename="change_redirect")
    for permission in (extra, by_hand):
        GroupSitePermission.objects.create(group=auditor, site=town, permission=permission)
    setup_roles(town)
    left = set(GroupSitePermission.objects.filter(group=auditor).values_list("permission_id", flat=True))
    assert extra.pk not in left
    assert by_hand.pk in left


@pytest.mark.django_db
def test_roles_without_a_town_say_what_to_do(root):
    with pytest.raises(CommandError, match="Settings"):
        call_command("setup_roles")


@pytest.mark.django_db
def test_kern_takes_the_place_of_our_own_buttons_and_fields_where_it_is_set(client, town, settings):
    plain = client.get("/portal/kontakt/").content.decode()
    assert "buergerportal/components.css" in plain
    settings.WAGTAIL_BUERGERPORTAL = {"KERN_CSS": "kern/kern.min.css", "KERN_FONT_CSS": "kern/fonts/fira-sans.css"}
    with_kern = client.get("/portal/kontakt/").content.decode()
    assert "components.css" not in with_kern
    order = [with_kern.index(name) for name in ("fira-sans.css", "kern.min.css", "portal.css", "farben.css")]
    assert order == sorted(order)


@pytest.mark.django_db
def test_a_template_no_app_brings_is_left_out(rf):
    from django.template import engines

    tag = "{% load buergerportal %}{% include_if_exists 'nowhere.html' %}"
    assert engines["django"].from_string(tag).render({}) == ""


@pytest.mark.django_db
def test_hostile_names_are_escaped(client, town):
    CommuneSettings.objects.filter(site=town).update(
        name="<b>Stadt</b>", contact_name="<i>Kim</i>", address="<script>alert(1)</script>\nRathaus"
    )
    html = client.get("/portal/kontakt/").content.decode()
    assert "<script>" not in html
    assert "<b>Stadt" not in html
    assert "<i>Kim" not in html
