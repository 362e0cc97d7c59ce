"""Citizens' pages carry a policy without unsafe-inline, and no page needs more than it allows."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import clear_url_caches

from example_site.content.build import build
from example_site.csp import STRICT, ContentSecurityPolicyMiddleware

PATHS = [
    "/",
    "/leistungen/",
    "/leistungen/sperrgut/",
    "/buergerbuero/",
    "/portal/formular/sperrgut/",
    "/portal/formular/meldebescheinigung/",
    "/portal/konto/",
    "/portal/konto/lokal/registrieren/",
    "/portal/vorgang/suchen/",
    "/portal/impressum/",
    "/portal/datenschutz/",
    "/portal/barrierefreiheit/",
    "/portal/kontakt/",
    "/gibt-es-nicht/",
    "/en/leistungen/sperrgut/",
]
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.fixture
def town(home, settings):
    settings.MIDDLEWARE = ["example_site.csp.ContentSecurityPolicyMiddleware", *settings.MIDDLEWARE]
    build(8000)
    clear_url_caches()
    return Client(HTTP_HOST="musterstadt.localhost")


def test_policy_is_strict():
    assert "unsafe" not in STRICT
    assert "default-src 'none'" in STRICT


def test_every_page_has_the_policy_and_keeps_to_it(town):
    with override_settings(ALLOWED_HOSTS=["*"]):
        for path in PATHS:
            answer = town.get(path)
            assert answer.status_code == (404 if "nicht" in path else 200), path
            assert answer["Content-Security-Policy"] == STRICT.format(hosts=""), path
            assert not INLINE.search(answer.content.decode()), path


def test_payers_may_be_sent_to_the_providers_named_in_the_settings(settings, rf):
    settings.PAYMENT_HOSTS = ["checkout.stripe.com"]
    answer = ContentSecurityPolicyMiddleware(lambda request: HttpResponse())(rf.get("/"))
    assert "form-action 'self' https://checkout.stripe.com;" in answer["Content-Security-Policy"]
