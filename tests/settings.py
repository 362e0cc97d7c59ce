"""A small existing Wagtail site with every app of the suite; SQLite unless DATABASE_URL says otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "tests-only-not-secret"
SALT_KEY = ["tests-only-salt"]
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "tests.town",
    "wagtail_buergerportal.pages",
    "wagtail_buergerportal.assistants",
    "wagtail_buergerportal.cases",
    "wagtail_buergerportal.identity",
    "wagtail_buergerportal.services",
    "wagtail_buergerportal.communes",
    "wagtail_xfinanz",
    "wagtail_epayment",
    "wagtail_epayment.providers.sandbox",
    "wagtail_epayment.providers.xbezahldienste",
    "wagtail_epayment.providers.girocheckout",
    "wagtail_epayment.providers.stripe",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.api.v2",
    "wagtail",
    "taggit",
    "rest_framework",
    "drf_spectacular",
    "django_tasks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "tests.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ]
        },
    }
]
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{BASE_DIR.parent / 'var' / 'tests.sqlite3'}")}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: tests with a live server use several threads. Nobody needs it after a power cut.
    # One file a process, so that two test runs at once do not delete each other's.
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR.parent / "var" / f"tests-{os.getpid()}.sqlite3")}
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
    }
(BASE_DIR.parent / "var").mkdir(exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "de"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("de", "Deutsch"), ("en", "English")]
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
STATIC_URL = "/static/"
MEDIA_ROOT = BASE_DIR.parent / "var" / "test-media"
MEDIA_URL = "/media/"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WAGTAIL_SITE_NAME = "Tests"
WAGTAILADMIN_BASE_URL = "http://testserver"
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
WAGTAIL_EPAYMENT = {
    "PROVIDERS": ["sandbox", "xbezahldienste", "girocheckout", "stripe", "transfer"],
    "ALLOW_SANDBOX": True,
}
