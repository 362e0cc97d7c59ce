"""The portal without payments and bookkeeping."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as _ALL

INSTALLED_APPS = [name for name in _ALL if not name.startswith(("wagtail_epayment", "wagtail_xfinanz"))]
ROOT_URLCONF = "tests.site.portal_alone_urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("ALONE_DB", ":memory:")}}
