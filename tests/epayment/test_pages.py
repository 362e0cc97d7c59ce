from __future__ import annotations

import io

import pytest
from django.utils import timezone
from pypdf import PdfReader
from wagtail.models import Site

from wagtail_epayment.flows import cancel_order
from wagtail_epayment.models import LedgerEntry, PaymentAttempt, PaymentOrder, Receipt

pytestmark = pytest.mark.django_db


def test_people_see_what_they_owe_and_how_to_pay(client, order, contract):
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert "Bitte bezahlen Sie die Gebühr" in page
    assert "57,50\N{NO-BREAK SPACE}€" in page
    assert "Testzahlung" in page
    assert "style=" not in page
    assert "<script" not in page


def test_the_page_of_another_town_does_not_exist_here(client, order, contract):
    other = Site.objects.create(hostname="neustadt.test", root_page=order.site.root_page)
    assert client.get(f"/zahlung/{order.token}/", HTTP_HOST=other.hostname).status_code == 404


def test_a_cancelled_payment_never_ends_on_a_thank_you_page(client, under_way, order):
    under_way.says("cancelled")
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert "Die Zahlung wurde abgebrochen" in page
    assert "Vielen Dank" not in page
    assert "jetzt bezahlen" in page


def test_after_paying_the_page_offers_the_receipt(client, under_way, order):
    under_way.says()
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert "Ihre Zahlung ist eingegangen" in page
    assert "jetzt bezahlen" not in page
    entry = order.entries.get()
    answer = client.get(f"/zahlung/{order.token}/beleg/{entry.pk}/")
    reader = PdfReader(io.BytesIO(answer.content))
    text = reader.pages[0].extract_text()
    assert order.reference in text
    assert "57,50" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert client.get(f"/zahlung/{order.token}/beleg/{entry.pk}/").content == answer.content
    assert Receipt.objects.get().serial == 1


def test_a_receipt_needs_its_own_orders_token(client, under_way, order, site):
    from wagtail_epayment.flows import NewItem, create_order

    under_way.says()
    other = create_order(site=site, purpose="Andere", items=[NewItem(label="x", unit_cents=1)])
    assert client.get(f"/zahlung/{other.token}/beleg/{order.entries.get().pk}/").status_code == 404


def test_choosing_nothing_says_what_to_do(client, order, contract):
    answer = client.post(f"/zahlung/{order.token}/", {})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_silent_bank_is_explained(client, order, contract):
    answer = client.post(f"/zahlung/{order.token}/", {"way": f"{contract.pk}."})
    assert answer.status_code == 503
    assert "antwortet" in answer.content.decode()


def test_status_for_a_front_end(client, under_way, order):
    under_way.says()
    data = client.get(f"/api/epayment/v1/orders/{order.token}/").json()
    assert data["state"] == "paid"
    assert data["balance_cents"] == 5750


def test_a_secret_is_never_shown(client, admin_client, contract, order):
    from tests.epayment.conftest import SECRET

    addresses = [f"/admin/snippets/wagtail_epayment/paymentcontract/edit/{contract.pk}/", "/admin/epayment_orders/"]
    for address in addresses:
        answer = admin_client.get(address, follow=True)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()
    assert SECRET not in repr(contract) + str(contract)


def test_what_is_still_owed_is_asked_for_and_not_the_whole_again(client, under_way, order):
    """A part that was paid back is owed again; the button names that part."""
    under_way.says()
    LedgerEntry.objects.create(
        order=order,
        attempt=under_way.attempt,
        kind="chargeback",
        amount_cents=-2000,
        currency="EUR",
        provider_ref="cb",
        occurred_at=timezone.now(),
    )
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert "20,00\N{NO-BREAK SPACE}€ jetzt bezahlen" in page


@pytest.mark.parametrize(
    ("state", "heading", "text"),
    [
        ("failed", "Die Zahlung hat nicht geklappt", "Es wurde nichts abgebucht"),
        ("cancelled", "Die Zahlung wurde abgebrochen", "Es ist nichts verloren"),
        ("expired", "Die Zahlung wurde nicht rechtzeitig abgeschlossen", "jetzt bezahlen"),
        ("starting", "Ihre Zahlung wird vorbereitet", "Wir warten auf den Zahlungsdienst"),
        ("unknown", "Ihre Zahlung wird geprüft", "Jetzt noch einmal nachsehen"),
        ("pending", "Ihre Zahlung wird geprüft", "Begonnene Zahlung fortsetzen"),
    ],
)
def test_every_state_says_what_happened_and_what_to_do(client, under_way, order, state, heading, text):
    changes = {"redirect_url": ""} if state == "starting" else {}
    PaymentAttempt.objects.update(state=state, **changes)
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert heading in page
    assert text in page
    assert "Vielen Dank" not in page
    assert ('http-equiv="refresh"' in page) == (state in {"starting", "unknown", "pending"})


def test_a_withdrawn_fee_is_not_to_be_paid(client, order, contract):
    cancel_order(order)
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert "Es ist nichts mehr zu bezahlen" in page
    assert "jetzt bezahlen" not in page


def test_a_click_while_the_first_is_still_on_its_way_begins_no_second_payment(client, under_way, order, contract):
    PaymentAttempt.objects.update(state="starting", redirect_url="")
    answer = client.post(f"/zahlung/{order.token}/", {"way": f"{contract.pk}."})
    assert answer.url == f"/zahlung/{order.token}/"
    assert order.attempts.count() == 1


def test_who_paid_gets_the_way_back_to_the_request(client, under_way, order):
    PaymentOrder.objects.update(return_url="/portal/vorgang/MUS-2026-000001/")
    under_way.says()
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert 'href="/portal/vorgang/MUS-2026-000001/"' in page


def test_the_page_speaks_english(client, order, contract):
    page = client.get(f"/en/zahlung/{order.token}/").content.decode()
    assert "Please pay the fee" in page
    assert '<html lang="en">' in page


def test_the_page_costs_few_queries(client, under_way, order, django_assert_max_num_queries):
    client.get(f"/zahlung/{order.token}/")
    with django_assert_max_num_queries(8):
        client.get(f"/zahlung/{order.token}/")
