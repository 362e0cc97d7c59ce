"""Settings of the example site, for trying it on one machine. ``production`` beside this file is for a server.

Everything a site needs for the suite stands under "the suite"; the rest is an ordinary Wagtail site.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)
PORT = os.environ.get("PORT", "8000")

SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-the-demo-on-your-own-machine-never-on-a-server-0123456789")
DEBUG = True
ALLOWED_HOSTS = [".localhost", "127.0.0.1"]

INSTALLED_APPS = [
    "example_site",
    # the suite
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
    # Wagtail
    "wagtail_localize",
    "wagtail_localize.locales",
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
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "example_site.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
ROOT_URLCONF = "example_site.urls"
WSGI_APPLICATION = "example_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "example_site" / "templates"],
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
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{VAR_DIR / 'demo.sqlite3'}")}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "de"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("de", "Deutsch"), ("en", "English")]
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
KERN_DIR = Path(os.environ.get("KERN_DIR", VAR_DIR / "kern"))
STATICFILES_DIRS = [KERN_DIR] if KERN_DIR.exists() else []
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = "portal@musterland.example"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail shows previews in a frame of its own
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "wagtail_buergerportal.communes.web.errors.csrf_failure"

WAGTAIL_SITE_NAME = "Kreis Musterland"
# The admin asks nobody outside about people or versions.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILADMIN_BASE_URL = f"http://kreis.localhost:{PORT}"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kreis Musterland",
    "VERSION": "1",
    "PREPROCESSING_HOOKS": ["example_site.schema.only_public"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask_tokens": {"()": "wagtail_epayment.operations.logs.MaskTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["mask_tokens"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# --- the suite ---
SALT_KEY = [os.environ.get("SALT_KEY", "only-for-the-demo")]
# Hosts of payment providers that payers are sent to.
PAYMENT_HOSTS: list[str] = []
WAGTAIL_EPAYMENT = {
    "PROVIDERS": ["sandbox", "xbezahldienste", "girocheckout", "transfer"],
    "NOTIFY_BASE_URL": f"http://127.0.0.1:{PORT}",
}
# Where the finance systems of the demo's towns would fetch their files.
WAGTAIL_XFINANZ = {
    "HANDOVER_DIRECTORIES": {
        f"{town}.localhost": str(VAR_DIR / "finanzverfahren" / town) for town in ("musterstadt", "neustadt")
    }
}
WAGTAIL_BUERGERPORTAL = {
    "PRIVATE_ROOT": str(VAR_DIR / "private"),
    "KERN_CSS": "kern/kern.min.css" if (KERN_DIR / "kern" / "kern.min.css").exists() else "",
    "KERN_FONT_CSS": "kern/fonts/fira-sans.css" if (KERN_DIR / "kern" / "fonts" / "fira-sans.css").exists() else "",
}
