"""From an installed package and a released mapping to the file of a batch."""

from __future__ import annotations

import io

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from lxml import etree

from tests.races import at_once
from tests.xfinanz.factories import released
from tests.xfinanz.mapping.samples import BOOK, ORDERS, ao, header_for, lines_of, posting
from tests.xfinanz.schemas.zips import ROOT, files_of, including, package, zipped
from wagtail_xfinanz.errors import (
    FormatInvalid,
    FormatNotReady,
    MappingIncomplete,
    MappingInvalid,
    SamePerson,
    WrongState,
)
from wagtail_xfinanz.flows import (
    certify,
    change_mapping,
    collect,
    copy_mapping,
    create_mapping,
    discard_mapping,
    equip,
    install_schema,
    release,
    release_mapping,
    remove_schema,
    return_mapping,
    submit_mapping,
)
from wagtail_xfinanz.formats import formats
from wagtail_xfinanz.formats.xfinanz.adapter import XFinanzFormat
from wagtail_xfinanz.mapping import Entry, Mapping
from wagtail_xfinanz.models import Batch, BatchState, MappingState, MappingVersion, SchemaPackage
from wagtail_xfinanz.schemas import PackageRefused

pytestmark = pytest.mark.django_db


def installed(name="anordnung", site=None):
    return install_schema(package(name), name=f"{name}.zip", site=site, by=None)


@pytest.fixture
def draft(tenant, anna):
    return create_mapping(tenant, package=installed(), mapping=ORDERS, name="Kasse", by=anna)


@pytest.fixture
def active(draft, anna, bernd):
    return release_mapping(submit_mapping(draft, by=anna), by=bernd)


@pytest.fixture
def waiting(tenant):
    """The tenant's finance system reads nothing but this."""
    tenant.default_format = "xfinanz"
    tenant.save()
    return tenant


def test_a_released_batch_has_the_mapped_file(active, paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    kept = batch.files.get(format="xfinanz")
    assert kept.filename == "anordnung.Liste.001-4711-2026-000001.xml"
    root = etree.fromstring(b"".join(kept.stream()))
    ns = {"ao": "urn:example:anordnung:1"}
    assert [node.text for node in root.iterfind(".//ao:betrag", ns)] == ["37.50", "20.00"]
    assert root.findtext(".//ao:gesamtbetrag", namespaces=ns) == "57.50"
    assert root.findtext(".//ao:bearbeiter", namespaces=ns) == "Anna Müller"
    assert root.findtext(".//ao:name", namespaces=ns) == "Zoë O'Brien"


def test_without_a_mapping_the_other_files_are_made(paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    assert sorted(batch.files.values_list("format", flat=True)) == ["csv", "kassenbuch"]


def test_a_batch_whose_file_nobody_could_read_is_not_released(waiting, paid, anna, bernd, later):
    (batch,) = collect(waiting, by=anna, cut_off=later).batches
    certify(batch, by=anna)
    with pytest.raises(FormatNotReady, match="XRepository"):
        release(batch, by=bernd)
    batch.refresh_from_db()
    assert (batch.state, batch.number) == (BatchState.CERTIFIED, None)


def warnings():
    return [found for found in run_checks(tags=["database"], databases=["default"]) if found.id == "xfinanz.W002"]


def test_the_operator_is_warned_before(waiting, draft):
    (warning,) = warnings()
    assert "XRepository" in warning.hint


def test_and_no_more_with_an_active_mapping(waiting, active):
    assert warnings() == []


def test_a_file_that_breaks_the_schema_releases_nothing(active, paid, tenant, anna, bernd, later):
    tenant.number = "Stadt"
    tenant.save()
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    certify(batch, by=anna)
    with pytest.raises(FormatInvalid, match="mandant"):
        release(batch, by=bernd)
    assert not Batch.objects.filter(state=BatchState.RELEASED).exists()


class TestTwoPeople:
    def test_whoever_worked_on_it_does_not_release_it(self, draft, anna, bernd):
        change_mapping(draft, entries=[Entry(ao("anordnung.Liste.001/kopf/absender"))], by=bernd)
        submit_mapping(draft, by=anna)
        for person in (anna, bernd):
            with pytest.raises(SamePerson):
                release_mapping(draft, by=person)
        draft.refresh_from_db()
        assert draft.state == MappingState.SUBMITTED

    def test_the_database_says_so_too(self, draft, anna):
        submit_mapping(draft, by=anna)
        now = timezone.now()
        with pytest.raises(IntegrityError), transaction.atomic():
            MappingVersion.objects.filter(pk=draft.pk).update(state="active", released_by=anna, released_at=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            MappingVersion.objects.filter(pk=draft.pk).update(state="active")

    def test_only_a_complete_mapping_is_submitted(self, tenant, anna):
        row = create_mapping(tenant, package=installed(), mapping=Mapping(ORDERS.message), name="leer", by=anna)
        with pytest.raises(MappingIncomplete):
            submit_mapping(row, by=anna)

    def test_what_was_submitted_does_not_change(self, draft, anna, bernd):
        submit_mapping(draft, by=anna)
        with pytest.raises(WrongState):
            change_mapping(draft, entries=[], by=anna)
        return_mapping(draft, by=bernd)
        change_mapping(draft, entries=[], by=anna)

    def test_nothing_is_released_twice(self, active, bernd):
        with pytest.raises(WrongState):
            release_mapping(active, by=bernd)


class TestVersions:
    def test_a_new_version_retires_the_one_before(self, active, anna, bernd, tenant):
        copy = copy_mapping(active, by=anna)
        assert (copy.number, copy.state, copy.mapping) == (2, MappingState.DRAFT, active.mapping)
        release_mapping(submit_mapping(copy, by=anna), by=bernd)
        states = MappingVersion.objects.filter(tenant=tenant).order_by("number").values_list("state", flat=True)
        assert list(states) == ["retired", "active"]

    def test_the_files_follow_the_active_one(self, active, anna, bernd, tenant):
        other = create_mapping(tenant, package=installed("ledger"), mapping=BOOK, name="Buch", by=anna)
        release_mapping(submit_mapping(other, by=anna), by=bernd)
        out, lines = io.BytesIO(), lines_of([posting()])
        file_format = equip(XFinanzFormat, tenant)
        file_format.write(out, header=header_for(lines), lines=lines)
        assert b"Ledger" in out.getvalue()
        out.seek(0)
        file_format.validate(out)

    @pytest.mark.parametrize("change", [{"definition": {}}, {"name": "x"}, {"package": None}, {"released_by": None}])
    def test_an_active_mapping_is_never_changed(self, active, change):
        change = {key: value or (installed("ledger") if key == "package" else value) for key, value in change.items()}
        with pytest.raises(DatabaseError), transaction.atomic():
            MappingVersion.objects.filter(pk=active.pk).update(**change)

    def test_nor_deleted(self, active, anna):
        with pytest.raises(WrongState):
            discard_mapping(active, by=anna)
        active.editors.clear()
        with pytest.raises(DatabaseError), transaction.atomic():
            MappingVersion.objects.filter(pk=active.pk)._raw_delete(using="default")

    def test_nor_comes_back_once_retired(self, active, anna, bernd):
        release_mapping(submit_mapping(copy_mapping(active, by=anna), by=anna), by=bernd)
        with pytest.raises(DatabaseError), transaction.atomic():
            MappingVersion.objects.filter(pk=active.pk).update(state="draft")

    def test_a_draft_is_thrown_away(self, draft, anna):
        discard_mapping(draft, by=anna)
        assert not MappingVersion.objects.exists()

    def test_a_package_in_use_stays(self, draft):
        with pytest.raises(WrongState):
            remove_schema(draft.package, by=None)

    @pytest.mark.parametrize(
        "beside", [{}, {**{f"{number}.xsd": including(f"{number + 1}.xsd") for number in range(9)}, "9.xsd": ROOT}]
    )
    def test_it_moves_to_the_next_version_of_its_schema(self, active, anna, beside):
        """Also if the package holds another schema, that comes first."""
        old, new = b"urn:example:anordnung:1", b"urn:example:anordnung:2"
        files = {path: data.replace(old, new) for path, data in files_of("anordnung").items()}
        newer = install_schema(zipped({**files, **beside}), name="neu.zip", site=None, by=None)
        copy = copy_mapping(active, by=anna, package=newer)
        assert copy.mapping.message == "{urn:example:anordnung:2}anordnung.Liste.001"
        submit_mapping(copy, by=anna)


class TestPlaces:
    def test_the_neighbours_package_is_not_mapped(self, tenant, anna, other_site):
        with pytest.raises(MappingInvalid):
            create_mapping(tenant, package=installed(site=other_site), mapping=ORDERS, name="x", by=anna)

    def test_a_message_the_package_does_not_have(self, tenant, anna):
        with pytest.raises(MappingInvalid):
            create_mapping(tenant, package=installed("ledger"), mapping=ORDERS, name="x", by=anna)

    def test_unequipped_it_writes_nothing(self):
        with pytest.raises(FormatNotReady):
            formats.get("xfinanz").write(io.BytesIO(), header=header_for([]), lines=[])
        with pytest.raises(FormatNotReady):
            formats.get("xfinanz").validate(io.BytesIO(b"<x/>"))


@pytest.mark.django_db(transaction=True)
def test_two_people_release_at_once_and_one_mapping_is_active(draft, anna, bernd, tenant):
    carla = anna.__class__.objects.create_user("carla")
    submit_mapping(draft, by=anna)
    people = [bernd, carla]
    results = at_once(2, lambda number: release_mapping(draft, by=people[number]), expected=WrongState)
    assert sorted(type(result).__name__ for result in results) == ["MappingVersion", "WrongState"]
    assert MappingVersion.objects.get(tenant=tenant).state == MappingState.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_a_package_installed_twice_at_once_is_there_once(tenant):
    results = at_once(2, lambda _number: installed(), expected=PackageRefused)
    assert sorted(type(result).__name__ for result in results) == ["PackageRefused", "SchemaPackage"]
    assert SchemaPackage.objects.get().files.count() == 5
