"""The roles of a commune, and which rights on this app's rows each gets.

Every app of the suite says the same in its own ``roles.py``; ``manage.py setup_roles`` collects them.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

#: Role key → name of its group, after "<commune>: ". Clerks have one group per department.
ROLE_NAMES = {
    "portal_admin": gettext_noop("Portal administration"),
    "editor": gettext_noop("Editors"),
    "clerk": gettext_noop("Clerks %(department)s"),
    "certifier": gettext_noop("Cash office: certify"),
    "releaser": gettext_noop("Cash office: release"),
    "auditor": gettext_noop("Audit"),
}

_OWN = "buergerportal_communes."

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": [
        _OWN + "view_department",
        _OWN + "add_department",
        _OWN + "change_department",
        _OWN + "change_communesettings",
    ],
    "editor": [_OWN + "view_department"],
    "clerk": [],
    "certifier": [],
    "releaser": [],
    "auditor": [_OWN + "view_department"],
}
