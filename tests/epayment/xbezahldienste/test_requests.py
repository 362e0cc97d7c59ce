"""What we send is what the standard allows and adds up, whatever an order says."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.xbezahldienste import cents_in, check_request
from wagtail_epayment.providers.base import ItemView
from wagtail_epayment.providers.xbezahldienste.amounts import cents_of, split
from wagtail_epayment.providers.xbezahldienste.request import payment_request
from wagtail_epayment.providers.xbezahldienste.text import as_description, as_name, as_purpose

from .conftest import item, view

texts = st.text(max_size=300)
items = st.builds(
    ItemView,
    label=texts,
    quantity=st.integers(1, 400),
    unit_cents=st.integers(0, 20_000),
    tax_permille=st.integers(0, 1000),
    posting_key=texts,
    booking_data=st.dictionaries(texts, texts, max_size=3),
)
payers = st.dictionaries(
    st.sampled_from(
        ["first_name", "last_name", "organisation", "street", "house_number", "postal_code", "city", "country"]
    ),
    texts,
)


def built(attempt, **usual):
    return payment_request(attempt, back_url="https://stadt.example/zurueck/", booking_data=usual)


def sent(request):
    return simplejson.dumps(request, use_decimal=True, ensure_ascii=False)


@given(st.lists(items, max_size=120), texts, payers, st.integers(-1, 1))
def test_every_order_becomes_a_request_the_standard_allows(lines, purpose, payer, difference):
    amount = min(max(1, sum(line.total_cents for line in lines) + difference), 999_999_00)
    attempt = view(items=tuple(lines), amount_cents=amount, purpose=purpose, payer=payer)
    raw = sent(built(attempt, Haushaltsstelle="{posting_key}"))
    request = json.loads(raw, parse_float=Decimal)
    check_request(request, raw)
    assert cents_in(request) == amount


@given(st.integers(0, 99_999_999), st.integers(0, 1000), st.integers(1, 50))
def test_net_and_tax_are_the_price_to_the_cent(gross, rate, times):
    parts = split(gross, tax_permille=rate, times=times)
    assert cents_of(parts.net + parts.tax) == gross * times if gross * times <= 999_999_00 else True
    assert parts.net + parts.tax == Decimal(gross * times) / 100
    assert abs(parts.tax - Decimal(gross * times) * rate / (100 * (1000 + rate))) <= Decimal(times) / 200


def test_nineteen_percent():
    parts = split(11900, tax_permille=190)
    assert (str(parts.net), str(parts.tax)) == ("100.00", "19.00")


def test_lines_are_sent_one_by_one_with_their_booking_data():
    lines = (item(quantity=3, tax=190, data={"Haushaltsstelle": "1.23"}), item("Express", 2000))
    request = built(view(items=lines), Haushaltsstelle="9.99", Kassenzeichen="{reference}")
    [first, second] = request["items"]
    assert first["bookingData"] == {"Haushaltsstelle": "1.23", "Kassenzeichen": "2607110815001"}
    assert second["bookingData"]["Haushaltsstelle"] == "9.99"
    assert (first["quantity"], str(first["taxRate"]), str(first["totalNetAmount"])) == (3, "19.0", "31.50")
    assert '"grosAmount": 57.50,' in sent(request)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (item(cents=5749),),
        (item(cents=6000), item("Ermäßigung", -250)),
        tuple(item(cents=50) for _ in range(115)),
    ],
    ids=["none", "part", "discount", "too many"],
)
def test_what_cannot_be_sent_line_by_line_is_one_line(lines):
    [line] = built(view(items=lines))["items"]
    assert line["totalNetAmount"] + line["totalTaxAmount"] == Decimal("57.50")
    assert line["quantity"] == 1


def test_one_line_keeps_what_all_lines_agree_about():
    alike = (item(cents=10_000, tax=190, data={"Haushaltsstelle": "1"}),) * 2
    [line] = built(view(items=alike))["items"]
    assert (line["bookingData"], str(line["taxRate"])) == ({"Haushaltsstelle": "1"}, "19.0")
    mixed = (item(cents=10_000, tax=190), item(cents=10_000, data={"Haushaltsstelle": "1"}))
    [line] = built(view(items=mixed))["items"]
    assert (line["bookingData"], str(line["taxRate"])) == ({}, "0.0")


def test_umlauts_are_written_out_where_the_standard_may_not_know_them():
    assert as_purpose("Gebühr für Straße (2026): 12 €") == "Gebuehr fuer Strasse 2026 1"
    assert as_description("Gebühr für Straße (2026): 12 €") == "Gebühr für Straße 2026 12 EUR"
    assert as_description("Олена") == "Olena"
    assert as_name("sperrgut.express/Ä") == "sperrgut-express-Ae"


def test_the_payer_as_far_as_it_is_known():
    payer = {
        "first_name": "Zoë", "last_name": "O’Brien", "street": "Am Markt", "house_number": "3 b",
        "postal_code": "58285", "city": "Gevelsberg", "country": "", "email": "zoe@example.org",
    }  # fmt: skip
    requestor = built(view(payer=payer))["requestor"]
    assert (requestor["name"], requestor["firstName"], requestor["isOrganization"]) == ("O Brien", "Zoë", False)
    assert requestor["address"] == {
        "street": "Am Markt", "houseNumber": "3b", "postalCode": "58285", "city": "Gevelsberg", "country": "DE"
    }  # fmt: skip
    assert "example.org" not in sent(built(view(payer=payer)))
    assert "requestor" not in built(view(payer={"street": "Am Markt"}))
    assert built(view(payer={"organisation": "Muster GmbH"}))["requestor"]["isOrganization"]


@pytest.mark.parametrize("amount", ["12.50", None, True, Decimal("12.505"), Decimal("1e9"), Decimal(-1), [], {}])
def test_an_amount_that_is_none_is_refused(amount):
    with pytest.raises(ValueError):
        cents_of(amount)
