"""A Wagtail site that takes payments and nothing else: no portal, no bookkeeping."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403
from tests.settings import BASE_DIR
from tests.settings import DATABASES as _DATABASES
from tests.settings import INSTALLED_APPS as EVERY_APP

INSTALLED_APPS = [
    app for app in EVERY_APP if not app.startswith(("wagtail_buergerportal", "wagtail_xfinanz", "tests."))
]
ROOT_URLCONF = "tests.epayment.alone_urls"
DATABASES = {"default": {**_DATABASES["default"], "TEST": {"NAME": str(BASE_DIR.parent / "var" / "alone.sqlite3")}}}
if "ALONE_DB" in os.environ:
    DATABASES["default"]["NAME"] = os.environ["ALONE_DB"]
