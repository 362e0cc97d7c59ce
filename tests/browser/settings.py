"""The demo as a server would show it: without Django's own pages for developers."""

from __future__ import annotations

from example_site.settings import *  # noqa: F403
from example_site.settings import WAGTAIL_BUERGERPORTAL as _PORTAL
from example_site.settings import WAGTAIL_EPAYMENT as _PAYMENT

DEBUG = False
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
WAGTAIL_EPAYMENT = {**_PAYMENT, "ALLOW_SANDBOX": True}
WAGTAIL_BUERGERPORTAL = {**_PORTAL, "ALLOW_MOCK_LOGIN": True}
