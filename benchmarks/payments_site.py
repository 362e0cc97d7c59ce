"""The site of the payments benchmark: the example site with the addresses of ``payments_urls``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

#: What follows a payment (receipt, news to the case) is a worker's job on a server.
SETTINGS = {
    "ROOT_URLCONF": "benchmarks.payments_urls",
    "TASKS": {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}},
}


def application() -> WSGIHandler:
    """For a WSGI server; the database is the one of DATABASE_URL, and its connections are kept."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_site.settings"
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    for name, value in {"DEBUG": False, "ALLOWED_HOSTS": ["*"], **SETTINGS}.items():
        setattr(settings, name, value)
    settings.DATABASES["default"]["CONN_MAX_AGE"] = None
    return get_wsgi_application()
