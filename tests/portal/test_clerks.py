from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import get_user_model

from wagtail_buergerportal.cases.models import Case
from wagtail_buergerportal.communes.flows.roles import setup_roles
from wagtail_buergerportal.communes.models import Department
from wagtail_buergerportal.communes.policies import DepartmentPolicy

pytestmark = pytest.mark.django_db


def case_of(department, number):
    return Case.objects.create(
        site=department.site,
        department=department,
        number=number,
        submission_key=uuid.uuid4(),
        secret_hash="x",
        contact_email="kim@muster.example",
        title="Sperrgut",
        service_key="sperrgut",
    )


@pytest.fixture
def offices(town, neighbour):
    Department.objects.create(site=town, name="Bürgeramt")
    return {(row.site.site_name, row.name): row for row in Department.objects.select_related("site")}


@pytest.fixture
def cases(offices):
    return {key: case_of(row, f"{key[0]} {key[1]}") for key, row in offices.items()}


@pytest.fixture
def member(town, offices):
    def make(*roles):
        groups = setup_roles(town)
        user = get_user_model().objects.create_user("-".join(roles), password="x")
        user.groups.add(*(groups[role] for role in roles))
        return user

    return make


def seen(user, *actions):
    return {case.number for case in DepartmentPolicy(Case).instances_user_has_any_permission_for(user, actions)}


def test_a_clerk_sees_the_cases_of_their_department_only(member, cases):
    clerk = member("clerk:Bauhof")
    assert seen(clerk, "view", "change") == {"Musterstadt Bauhof"}
    policy = DepartmentPolicy(Case)
    allowed = {
        number
        for number, case in cases.items()
        if policy.user_has_any_permission_for_instance(clerk, ["view", "change"], case)
    }
    assert allowed == {("Musterstadt", "Bauhof")}


def test_a_clerk_of_two_departments_sees_both(member, cases):
    assert seen(member("clerk:Bauhof", "clerk:Bürgeramt"), "view") == {"Musterstadt Bauhof", "Musterstadt Bürgeramt"}


def test_an_auditor_sees_all_cases_of_the_town_and_changes_none(member, cases):
    auditor = member("auditor")
    assert seen(auditor, "view") == {"Musterstadt Bauhof", "Musterstadt Bürgeramt"}
    assert seen(auditor, "change", "delete") == set()


def test_an_editor_sees_no_case(member, cases):
    assert seen(member("editor"), "view", "change") == set()


def test_who_left_sees_nothing(member, cases):
    clerk = member("clerk:Bauhof")
    clerk.is_active = False
    assert seen(clerk, "view") == set()


def test_a_superuser_sees_everything(cases):
    admin = get_user_model().objects.create_superuser("root", password="x")
    assert len(seen(admin, "view")) == 3


def test_fifty_permission_questions_cost_no_more_than_one(member, cases, django_assert_max_num_queries):
    clerk = get_user_model().objects.get(pk=member("clerk:Bauhof").pk)
    policy, case = DepartmentPolicy(Case), next(iter(cases.values()))
    with django_assert_max_num_queries(6):
        for _ in range(50):
            policy.user_has_any_permission_for_instance(clerk, ["view"], case)


def test_departments_a_clerk_works_for(member, offices):
    policy = DepartmentPolicy(Case)
    assert list(policy.departments_for(member("clerk:Bürgeramt"), ["view"])) == [offices["Musterstadt", "Bürgeramt"]]
