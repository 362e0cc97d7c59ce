"""Bookkeeping without the portal: Django, Wagtail, wagtail_epayment and wagtail_xfinanz, nothing else of ours."""

from __future__ import annotations

from pathlib import Path

import dj_database_url

_VAR = Path(__file__).resolve().parents[2] / "var"
_VAR.mkdir(exist_ok=True)
SECRET_KEY = "alone-only-not-secret"
SALT_KEY = ["alone-only-salt"]
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "wagtail_xfinanz",
    "wagtail_epayment",
    "wagtail_epayment.providers.sandbox",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelsearch",
    "taggit",
    "django_tasks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "tests.xfinanz.alone_urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{_VAR}/xfinanz-alone.sqlite3")}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: threads share it. Nobody needs it after a power cut.
    DATABASES["default"]["TEST"] = {"NAME": f"{_VAR}/xfinanz-alone-tests.sqlite3"}
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
    }
else:
    # As long as tests/hanging.py lets anybody wait: not for ever.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c lock_timeout=90s"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "de"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
STATIC_URL = "/static/"
MEDIA_ROOT = _VAR / "alone-media"
MEDIA_URL = "/media/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WAGTAIL_SITE_NAME = "Alone"
WAGTAILADMIN_BASE_URL = "http://testserver"
WAGTAIL_EPAYMENT = {"PROVIDERS": ["sandbox"], "ALLOW_SANDBOX": True}
