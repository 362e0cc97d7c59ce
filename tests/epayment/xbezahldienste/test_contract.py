"""The contract: what an editor fills in, and a whole payment through the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from tests.fakes.certificates import Certificate
from wagtail_epayment.admin.masking import masked_lines
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.flows import approve_refund, confirm_by_hand, poll_attempt, request_refund, start_payment
from wagtail_epayment.models import AttemptState, PaymentContract, RefundState
from wagtail_epayment.providers.registry import providers
from wagtail_epayment.providers.xbezahldienste.operators import OPERATORS, as_markdown
from wagtail_epayment.providers.xbezahldienste.options import OPTION_FIELDS, Options, is_safe_url

from .conftest import CREDENTIALS, URLS, options

IDS = {"originator_id": "a", "endpoint_id": "b"}


def test_the_operators_usual_values_are_filled_in_for_its_test_system():
    found = Options.of({"operator": "pmpayment", **IDS}, is_live=False)
    assert (found.auth, found.base_url) == ("oauth2", "https://payment-test.govconnect.de")
    assert found.token_url == "https://payment-test.govconnect.de/oauth/token"


def test_a_live_contract_never_speaks_to_a_test_system():
    with pytest.raises(ProviderRefused, match="Adresse"):
        Options.of({"operator": "pmpayment", **IDS}, is_live=True)
    live = Options.of({"operator": "pmpayment", "base_url": "https://pay.example/x/", **IDS}, is_live=True)
    assert (live.base_url, live.token_url) == ("https://pay.example/x", "https://pay.example/x/auth/token")


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"operator": "epaybl"}, {"p12", "p12_password"}),
        ({"operator": "epay21"}, {"username", "password"}),
        ({"operator": "girocheckout"}, {"client_id", "client_secret"}),
        ({"operator": "girocheckout", "auth": "mtls_pem"}, {"certificate", "private_key"}),
        ({"operator": "other"}, {"client_id", "client_secret"}),
    ],
    ids=lambda value: " ".join(sorted(value)),
)
def test_only_the_secrets_of_the_chosen_login_are_needed(given, needed):
    assert providers.get("xbezahldienste").required_credentials(methods=(), options=given) == needed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "http://bank.example/"),
        ("base_url", "bank.example"),
        ("token_url", "javascript:alert(1)"),
        ("originator_id", "mit Leerzeichen"),
        ("endpoint_id", "x" * 37),
        ("booking_data", "Haushaltsstelle"),
        ("booking_data", "= 7"),
        ("ca_certificate", "kein Zertifikat"),
        ("operator", "jemand"),
        ("auth", "vertrauen"),
    ],
)
def test_a_wrong_option_is_named_in_the_form(name, value):
    with pytest.raises(ValidationError):
        OPTION_FIELDS[name].clean(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "https://bank.example/xbezahldienste/"),
        ("base_url", "http://127.0.0.1:8000/"),
        ("booking_data", "Haushaltsstelle = 1.2\n\nObjektnummer = a=b"),
        ("ca_certificate", Certificate("Behörde").pem),
        ("auth", ""),
    ],
)
def test_a_right_option_is_taken(name, value):
    assert OPTION_FIELDS[name].clean(value) == value.strip()


def test_plain_http_is_for_the_own_machine_only():
    assert is_safe_url("http://[::1]:80/")
    assert not is_safe_url("http://127.0.0.1.example.org/")
    assert not is_safe_url("https:///x")


def test_every_operator_of_the_reference_is_known():
    page = Path(__file__).resolve().parents[3] / "docs/reference/providers/xbezahldienste.md"
    text = page.read_text(encoding="utf-8")
    assert as_markdown() in text
    assert all(one.label in text for one in OPERATORS.values())
    for name in OPTION_FIELDS:
        assert f"`{name}`" in text


@pytest.fixture
def contract(site, operator):
    return PaymentContract.objects.create(
        site=site,
        provider="xbezahldienste",
        label="Online bezahlen",
        credentials=CREDENTIALS["oauth2"],
        options=options(operator),
    )


def pay(order, contract):
    return start_payment(order=order, contract=contract, urls=lambda attempt: URLS)


@pytest.mark.django_db(transaction=True)
def test_a_citizen_pays_and_the_authority_hears_of_it_by_asking(order, contract, operator):
    assert pay(order, contract).startswith(operator.url)
    attempt = order.attempts.get()
    operator.payer_pays(attempt.merchant_tx_id)
    poll_attempt(attempt)
    [entry] = order.entries.all()
    assert entry.amount_cents == operator.received_cents(attempt.merchant_tx_id) == order.amount_cents
    operator.takes_back(attempt.merchant_tx_id)
    poll_attempt(attempt)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUCCEEDED
    assert order.entries.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_lie_about_the_amount_books_nothing(order, contract, operator):
    pay(order, contract)
    attempt = order.attempts.get()
    operator.payer_pays(attempt.merchant_tx_id)
    operator.lies_about_the_amount(attempt.merchant_tx_id, 1)
    poll_attempt(attempt)
    assert not order.entries.exists()
    assert attempt.messages.exclude(discrepancy="").exists()


@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_unknown_and_asked_about(order, contract, operator):
    from tests.fakes.server import Fault

    operator.uses_request_id = True
    operator.will("create", Fault.DROP_AFTER)
    with pytest.raises(ProviderUnavailable):
        pay(order, contract)
    attempt = order.attempts.get()
    assert attempt.state == AttemptState.UNKNOWN
    operator.payer_pays(attempt.merchant_tx_id)
    poll_attempt(attempt)
    assert order.entries.get().amount_cents == order.amount_cents


@pytest.mark.django_db(transaction=True)
def test_the_cash_office_sees_amount_and_state_of_an_answer_and_not_who_paid(order, contract, operator):
    order.payer = {"first_name": "Zoë", "last_name": "Geheimrat", "city": "Geheimstadt"}
    order.save()
    pay(order, contract)
    attempt = order.attempts.get()
    poll_attempt(attempt)
    shown = dict(masked_lines(attempt.messages.get()))
    assert shown["paymentRequest.grosAmount"] == "57.5"
    assert shown["paymentInformation.status"] == "INITIAL"
    assert "Geheim" not in str(shown)


@pytest.mark.django_db(transaction=True)
def test_giving_money_back_is_a_task_for_the_cash_office(order, contract, operator, django_user_model):
    pay(order, contract)
    attempt = order.attempts.get()
    operator.payer_pays(attempt.merchant_tx_id)
    poll_attempt(attempt)
    clerk, chief = (django_user_model.objects.create_user(name) for name in ("frau.schmidt", "herr.kaya"))
    refund = request_refund(
        payment=order.entries.get(), amount_cents=1000, believed_cents=5750, reason="Termin fiel aus", user=clerk
    )
    assert approve_refund(refund, user=chief).state == RefundState.MANUAL
    confirm_by_hand(refund, user=chief, reference="Überweisung 7", succeeded=True)
    assert sum(entry.amount_cents for entry in order.entries.all()) == 4750
