"""What a town enters, and what it is told."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from wagtail_epayment.providers.girocheckout.adapter import GiroCheckoutProvider
from wagtail_epayment.providers.girocheckout.options import BASE_URLS, OPTION_FIELDS
from wagtail_epayment.providers.registry import providers


def test_it_is_on_offer():
    assert GiroCheckoutProvider in providers.enabled()


@pytest.mark.parametrize(
    ("methods", "needed"),
    [
        ([], {"paypage_password"}),
        (["paypage"], {"paypage_password"}),
        (["card", "wero"], {"card_password", "wero_password"}),
        (["gone"], {"paypage_password"}),
    ],
)
def test_only_the_passwords_of_what_is_offered_are_asked_for(methods, needed):
    assert GiroCheckoutProvider.required_credentials(methods=methods, options={}) == needed
    assert needed <= GiroCheckoutProvider.credential_fields.keys()


@pytest.mark.parametrize("url", [*BASE_URLS, "https://pay.example.de/own/", "http://127.0.0.1:8001/girocheckout/v2"])
def test_documented_and_other_addresses_are_taken(url):
    assert OPTION_FIELDS["base_url"].clean(url) == url


@pytest.mark.parametrize(
    "url", ["http://payment.girosolution.de/", "ftp://x.de/", "ftp://localhost/", "javascript:alert(1)", "", "x"]
)
def test_addresses_that_would_send_in_the_clear_are_not(url):
    with pytest.raises(ValidationError):
        OPTION_FIELDS["base_url"].clean(url)


def test_the_documented_addresses_are_suggested():
    html = OPTION_FIELDS["base_url"].widget.render("base_url", '"><b>', {"id": "x"})
    assert all(url in html for url in BASE_URLS)
    assert 'list="base_url-choices"' in html
    assert "<b>" not in html


@pytest.mark.parametrize(("name", "value"), [("merchant_id", ""), ("merchant_id", "12a"), ("card_project_id", "1 2")])
def test_ids_are_numbers(name, value):
    with pytest.raises(ValidationError):
        OPTION_FIELDS[name].clean(value)


def test_a_project_that_is_not_offered_needs_no_id():
    assert OPTION_FIELDS["card_project_id"].clean("") == ""
    assert OPTION_FIELDS["merchant_id"].clean("1234567") == "1234567"
