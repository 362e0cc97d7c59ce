from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from wagtail.models import GroupSitePermission

from wagtail_epayment.roles import ROLE_PERMISSIONS


@pytest.fixture
def staff(client):
    def log_in(site, role):
        group, __ = Group.objects.get_or_create(name=f"{site.site_name}: {role}")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for name in ROLE_PERMISSIONS[role]:
            app, codename = name.split(".")
            permission = Permission.objects.get(content_type__app_label=app, codename=codename)
            GroupSitePermission.objects.get_or_create(group=group, site=site, permission=permission)
        user, __ = User.objects.get_or_create(username=f"{role}-{site.pk}")
        user.groups.add(group)
        client.force_login(user)
        return client

    return log_in
