from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Count
from wagtail.models import GroupSitePermission, Page, Site
from wagtail.permissions import policy_registry

from wagtail_buergerportal.communes.models import Department
from wagtail_sitekit.scoping import SitePolicy, only_visible

pytestmark = pytest.mark.django_db


@pytest.fixture
def towns():
    root = Page.get_first_root_node()
    home = root.get_children().first()
    return [Site.objects.create(hostname=f"{name}.test", root_page=home, site_name=name) for name in ("mitte", "rand")]


@pytest.fixture
def departments(towns):
    return [Department.objects.create(site=site, name="Bauhof") for site in towns]


@pytest.fixture
def clerk(towns):
    group = Group.objects.create(name="Mitte")
    permission = Permission.objects.get(codename="view_department")
    GroupSitePermission.objects.create(group=group, site=towns[0], permission=permission)
    user = get_user_model().objects.create_user("clerk", password="x")
    user.groups.add(group)
    return user


def test_a_clerk_sees_only_the_rows_of_their_town(clerk, departments):
    policy = SitePolicy(Department)
    assert list(policy.instances_user_has_any_permission_for(clerk, ["view"])) == [departments[0]]
    assert policy.user_has_permission_for_instance(clerk, "view", departments[0])
    assert not policy.user_has_permission_for_instance(clerk, "view", departments[1])
    assert not policy.user_has_permission_for_instance(clerk, "change", departments[0])


def test_the_site_may_lie_behind_relations(clerk, departments):
    from wagtail_buergerportal.cases.models import Case

    policy = SitePolicy(Case, site_lookup="department__site")
    assert policy.site_of(Case(department=departments[1])) == departments[1].site
    assert not policy.instances_user_has_any_permission_for(clerk, ["view"]).exists()


def test_nobody_sees_anything_without_a_right(departments):
    stranger = get_user_model().objects.create_user("stranger", password="x")
    policy = SitePolicy(Department, shared=True)
    assert not policy.instances_user_has_any_permission_for(stranger, ["view"]).exists()


@pytest.mark.parametrize(
    "rows",
    [Department.objects.all(), Department.objects.distinct(), Department.objects.annotate(people=Count("groups"))],
)
def test_whatever_is_asked_for_only_what_is_visible_comes(clerk, departments, rows):
    assert list(only_visible(rows, clerk)) == [departments[0]]
    assert only_visible(rows, clerk).count() == 1


def test_whoever_may_everywhere_sees_every_row(departments):
    chief = get_user_model().objects.create_superuser("chief", password="x")
    assert set(only_visible(Department.objects.all(), chief)) >= set(departments)


def test_a_policy_may_answer_with_a_query_that_cannot_be_put_together(clerk, departments, monkeypatch):
    policy = policy_registry.get_by_type(Department)
    answer = policy.instances_user_has_any_permission_for
    monkeypatch.setattr(
        policy, "instances_user_has_any_permission_for", lambda user, actions: answer(user, actions).distinct()
    )
    assert list(only_visible(Department.objects.all(), clerk)) == [departments[0]]
