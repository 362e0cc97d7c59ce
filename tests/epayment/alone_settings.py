"""A Wagtail site that takes payments and nothing else: no portal, no bookkeeping."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403
from tests.settings import BASE_DIR
from tests.settings import DATABASES as SHARED_DATABASES
from tests.settings import INSTALLED_APPS as EVERY_APP

_OTHERS = ("wagtail_buergerportal", "wagtail_xfinanz", "tests.")
INSTALLED_APPS = [app for app in EVERY_APP if not app.startswith(_OTHERS)]
ROOT_URLCONF = "tests.epayment.alone_urls"
DATABASES = {"default": {**SHARED_DATABASES["default"]}}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR.parent / "var" / f"alone-{os.getpid()}.sqlite3")}
    DATABASES["default"]["NAME"] = os.environ.get("ALONE_DB", DATABASES["default"]["NAME"])
