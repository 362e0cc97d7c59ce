from __future__ import annotations

import pytest

from wagtail_buergerportal import checks
from wagtail_buergerportal.communes.models import CommuneSettings, Department


def ids(messages):
    return [message.id for message in messages]


def test_a_good_setting_has_nothing_to_say():
    assert checks.check_settings(None) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SALT_KEY", None, "buergerportal.E002"),
        ("WAGTAIL_BUERGERPORTAL", {"KERN_CS": "x"}, "buergerportal.E001"),
        ("WAGTAIL_BUERGERPORTAL", {"KERN_CSS": "kern/nowhere.css"}, "buergerportal.W001"),
        ("TEMPLATES", [{"BACKEND": "x", "OPTIONS": {}}], "buergerportal.E003"),
    ],
)
def test_each_mistake_in_the_settings_is_named_with_its_fix(settings, name, value, expected):
    setattr(settings, name, value)
    messages = checks.check_settings(None)
    assert ids(messages) == [expected]
    assert messages[0].hint


@pytest.mark.django_db
def test_a_town_that_is_not_ready_is_named(town, neighbour):
    assert checks.check_communes(None, databases=["default"]) == []
    Department.objects.filter(site=town).delete()
    CommuneSettings.objects.filter(site=neighbour).update(imprint="")
    assert ids(checks.check_communes(None, databases=["default"])) == ["buergerportal.W102", "buergerportal.W103"]
    CommuneSettings.objects.filter(site=town).delete()
    assert ids(checks.check_communes(None, databases=["default"]))[0] == "buergerportal.W101"


@pytest.mark.django_db
def test_two_towns_without_a_prefix_would_collide(town, neighbour):
    CommuneSettings.objects.update(case_prefix="XXX")
    assert ids(checks.check_communes(None, databases=["default"])) == ["buergerportal.E101"]


def test_the_database_is_asked_only_when_wanted():
    assert checks.check_communes(None) == []
