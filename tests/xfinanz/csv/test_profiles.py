"""A person of the cash office describes the file of their finance system, sees it, and gets it with each batch."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from tests.xfinanz.csv.samples import posting
from tests.xfinanz.factories import join_role, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.csv_preview import preview
from wagtail_xfinanz.deviations import Rule, deviations
from wagtail_xfinanz.flows import collect
from wagtail_xfinanz.flows.correct import bad_texts, correct_texts
from wagtail_xfinanz.formats.csv.check import faults
from wagtail_xfinanz.formats.csv.profile import Column, Profile
from wagtail_xfinanz.models import BatchFile, CsvProfile, CsvProfileColumn

pytestmark = pytest.mark.django_db


def profile_of(tenant, columns, **fields):
    """A stored profile; columns as (record, source, further fields)."""
    row = CsvProfile(tenant=tenant, name="Kasse", **fields)
    row.columns = [
        CsvProfileColumn(record=record, source=source, sort_order=place, **more)
        for place, (record, source, more) in enumerate(columns)
    ]
    row.save()
    return row


FIXED = [
    ("header", "constant", {"text": "01", "width": 2}),
    ("header", "batch_number", {"width": 6, "align": "right", "fill": "zero"}),
    ("posting", "constant", {"text": "02", "width": 2}),
    ("posting", "amount", {"width": 10, "align": "right", "fill": "zero"}),
    ("posting", "sign", {"width": 1}),
    ("posting", "booked_on", {"width": 8}),
    ("posting", "label", {"width": 12, "is_cut": True}),
    ("trailer", "constant", {"text": "99", "width": 2}),
    ("trailer", "record_count", {"width": 5, "align": "right", "fill": "zero"}),
    ("trailer", "total", {"width": 10, "align": "right", "fill": "zero"}),
    ("trailer", "total_sign", {"width": 1}),
]
FIXED_OPTIONS = {
    "layout": "fixed", "encoding": "cp850", "decimal": "none", "sign": "separate", "positive": "H", "negative": "S",
    "date_format": "%Y%m%d", "extension": "txt",
}  # fmt: skip


@pytest.fixture
def admin_of_town(client, site):
    user = get_user_model().objects.create_user("chef", password="x")
    client.force_login(join_role(user, "portal_admin", site))
    return client


def csv_bytes(batch):
    return b"".join(batch.files.get(format="csv").stream())


def test_a_batch_comes_as_the_profile_says_and_keeps_what_it_was_made_with(paid, tenant, anna, bernd, later):
    row = profile_of(tenant, FIXED, **FIXED_OPTIONS)
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    assert csv_bytes(batch).decode("cp850").split("\r\n") == [
        "01000001",
        "020000003750H20261124Abholung je ",
        "020000002000H20261124Expresszusch",
        "99000040000005750H",
        "",
    ]
    kept = batch.files.get(format="csv")
    assert kept.filename.endswith("2026-000001.txt")
    assert Profile.from_json(kept.settings) == row.profile
    row.columns.all().delete()
    assert Profile.from_json(BatchFile.objects.get(pk=kept.pk).settings).postings


def test_every_text_that_was_cut_is_told_even_after_the_profile_changed(paid, tenant, anna, bernd, later):
    row = profile_of(tenant, FIXED, **FIXED_OPTIONS)
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    row.delete()
    found = [(found.sequence, found.original, found.written) for found in deviations(batch) if found.rule == Rule.CUT]
    assert found == [(1, "Abholung je Stück", "Abholung je "), (2, "Expresszuschlag", "Expresszusch")]


def test_without_an_active_profile_the_standard_file_is_made(paid, tenant, anna, bernd, later):
    profile_of(tenant, FIXED, **FIXED_OPTIONS, is_active=False)
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    assert csv_bytes(batch).decode("utf-8-sig").startswith("K;4711;")


def test_what_the_file_cannot_take_is_a_problem_before_it_is_collected(site, tenant, anna, bernd, later):
    columns = [("posting", "amount", {}), ("posting", "label", {"width": 10}), ("posting", "payer", {})]
    profile_of(tenant, columns, encoding="cp1252")
    items = [NewItem("Ein zu langer Posten", 100, posting_key="sperrgut")]
    order = create_order(site=site, purpose="x", items=items, payer={"last_name": "Łuk"})
    pay(order, 100)
    collected = collect(tenant, by=anna, cut_off=later)
    assert (collected.batches, collected.with_problems) == ([], 1)
    assert set(bad_texts(order, tenant)) == {"Ein zu langer Posten", "Łuk"}
    correct_texts(order, texts={"Ein zu langer Posten": "Posten", "Łuk": "Luk"}, by=anna)
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    assert csv_bytes(batch) == b"1,00;Posten;Luk\r\n"


class TestPreview:
    def test_each_posting_stands_beside_its_record(self, paid, tenant, anna, bernd, later):
        released(tenant, anna, bernd, cut_off=later)
        shown = preview(profile_of(tenant, FIXED, **FIXED_OPTIONS), user=_boss())
        assert not shown["is_made_up"]
        rows = [row for row in shown["rows"] if row.line]
        assert [row.text for row in rows] == ["020000003750H20261124Abholung je ", "020000002000H20261124Expresszusch"]
        assert [row.cut for row in rows] == [("Text",), ("Text",)]

    def test_who_may_not_see_batches_sees_made_up_people(self, paid, tenant, anna, bernd, later, site):
        released(tenant, anna, bernd, cut_off=later)
        user = join_role(get_user_model().objects.create_user("chef"), "portal_admin", site)
        shown = preview(profile_of(tenant, [("posting", "amount", {}), ("posting", "payer", {})]), user=user)
        assert shown["is_made_up"]
        assert "Zoë O'Brien" not in str(shown["rows"])

    def test_a_posting_that_cannot_be_written_says_why(self, tenant):
        columns = [("posting", "amount", {}), ("posting", "payer", {})]
        shown = preview(profile_of(tenant, columns, encoding="cp1252"), user=_boss())
        assert all("Ł" in row.problem for row in shown["rows"])


def _boss():
    return get_user_model().objects.create_superuser("boss", "", "x")


def form_data(tenant, columns, **fields):
    data = {
        "tenant": tenant.pk, "name": "Kasse", "is_active": "on", "layout": "delimited", "extension": "csv",
        "encoding": "utf-8", "line_end": "crlf", "separator": "semicolon", "quoting": "needed", "decimal": "comma",
        "sign": "leading", "positive": "+", "negative": "-", "date_format": "%d.%m.%Y", "kind_codes": "",
        "columns-TOTAL_FORMS": len(columns), "columns-INITIAL_FORMS": 0, "columns-MIN_NUM_FORMS": 1,
        "columns-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    for place, (record, source, more) in enumerate(columns):
        column = {"record": record, "source": source, "text": "", "title": "", "width": 0, "align": "left"}
        column |= {"fill": "blank", "ORDER": place + 1} | more
        data |= {f"columns-{place}-{name}": value for name, value in column.items()}
    return data | fields


class TestAdmin:
    add = "wagtailsnippets_wagtail_xfinanz_csvprofile:add"

    def test_a_profile_is_made_seen_and_changed(self, admin_of_town, tenant):
        columns = [("header", "constant", {"text": "K"}), ("posting", "amount", {}), ("posting", "reference", {})]
        data = form_data(tenant, columns, kind_codes="payment: 01")
        assert admin_of_town.post(reverse(self.add), data).status_code == 302
        row = CsvProfile.objects.get()
        assert [column.source for column in row.profile.postings] == ["amount", "reference"]
        assert row.profile.kind_codes == (("payment", "01"),)
        edit = reverse("wagtailsnippets_wagtail_xfinanz_csvprofile:edit", args=[row.pk])
        assert b"columns-2-source" in admin_of_town.get(edit).content

    def test_the_preview_of_a_form_not_yet_saved(self, admin_of_town, tenant):
        url = reverse("wagtailsnippets_wagtail_xfinanz_csvprofile:preview_on_add")
        data = form_data(tenant, [("posting", "amount", {}), ("posting", "label", {"title": "Grund"})], has_titles="on")
        assert admin_of_town.post(url, data).json()["is_valid"]
        shown = admin_of_town.get(url).content.decode()
        assert "Betrag;Grund" in shown
        assert "12,50;Abholung je Stück" in shown

    @pytest.mark.parametrize(
        ("columns", "fields", "where"),
        [
            ([("posting", "label", {})], {}, "amount"),
            ([("posting", "amount", {}), ("posting", "total", {})], {}, "columns-1-source"),
            ([("posting", "amount", {})], {"layout": "fixed"}, "columns-0-width"),
            ([("posting", "amount", {})], {"sign": "separate"}, "sign"),
            ([("posting", "amount", {}), ("posting", "constant", {})], {}, "columns-1-text"),
            ([("posting", "amount", {})], {"kind_codes": "gift: 1"}, "kind_codes"),
            ([("posting", "amount", {})], {"separator": "comma", "quoting": "never"}, "quoting"),
        ],
    )
    def test_a_profile_that_cannot_work_is_told_at_its_field(self, admin_of_town, tenant, columns, fields, where):
        answer = admin_of_town.post(reverse(self.add), form_data(tenant, columns, **fields))
        assert answer.status_code == 200
        assert not CsvProfile.objects.exists()
        form = answer.context["form"]
        marked = set(form.errors)
        marked |= {f"columns-{i}-{n}" for i, errors in enumerate(form.formsets["columns"].errors) for n in errors}
        assert where in marked or (where == "amount" and "__all__" in marked)

    def test_only_one_profile_is_active(self, admin_of_town, tenant):
        profile_of(tenant, [("posting", "amount", {})])
        answer = admin_of_town.post(reverse(self.add), form_data(tenant, [("posting", "amount", {})]))
        assert "is_active" in answer.context["form"].errors

    def test_another_town_cannot_be_chosen(self, admin_of_town, tenant, other_tenant):
        answer = admin_of_town.post(reverse(self.add), form_data(other_tenant, [("posting", "amount", {})]))
        assert "tenant" in answer.context["form"].errors
        assert not CsvProfile.objects.exists()


@pytest.mark.parametrize(
    "column",
    [
        Column("amount", width=10, fill="*", align="right"),
        Column("amount", width=10, fill="0"),
        Column("booked_on", width=12, fill="0"),
        Column("label", width=0),
        Column("constant", text="zu lang", width=3),
        Column("nix", width=3),
        Column("account", width=5, is_cut=True, fill="€"),
    ],
)
def test_a_column_that_would_read_back_wrongly_is_refused(column):
    columns = (column,) if column.source == "amount" else (Column("amount", width=10), column)
    (fault, *_more) = faults(Profile(postings=columns, layout="fixed", encoding="cp850"))
    assert (fault.record, fault.place) == ("posting", len(columns) - 1)


def test_letters_and_their_marks_are_cut_together():
    from tests.xfinanz.csv.samples import written

    profile = Profile(postings=(Column("amount"), Column("label", width=3, is_cut=True)), encoding="utf-8")
    data, _format = written(profile, [posting(label="abm\u0302\u0303")])
    assert data.decode() == "12,50;ab\r\n"
