"""The same site on a server. Reads its secrets from the environment and refuses to start without them."""

from __future__ import annotations

import os

from . import *  # noqa: F403
from . import STORAGES as _STORAGES

SECRET_KEY = os.environ["SECRET_KEY"]
SALT_KEY = os.environ["SALT_KEY"].split(",")
DEBUG = False
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
STORAGES = {**_STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail shows previews in a frame of its own, so SAMEORIGIN must do
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
WAGTAILADMIN_BASE_URL = os.environ["WAGTAILADMIN_BASE_URL"]

PAYMENT_HOSTS = os.environ.get("PAYMENT_HOSTS", "").split()
# No provider until a contract with one is set up; the sandbox moves no money.
WAGTAIL_EPAYMENT = {"PROVIDERS": []}
