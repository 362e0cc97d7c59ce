"""An auditor takes everything of a period home, and can prove later that it is what was exported."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import tracemalloc
import zipfile

import pytest
from django.core.management import CommandError, call_command
from lxml import etree
from wagtail.models import ModelLogEntry

from tests.xfinanz.closing.conftest import THURSDAY, TUESDAY, WEDNESDAY, at, from_tuesday, thursday  # noqa: F401
from tests.xfinanz.factories import account, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.flows.inbox import store
from wagtail_epayment.models import ProviderMessage
from wagtail_epayment.providers.base import RawMessage
from wagtail_xfinanz.audit.check import check_package
from wagtail_xfinanz.audit.index import NAMESPACE
from wagtail_xfinanz.errors import NothingToDo
from wagtail_xfinanz.flows import audit_export, export, prepare_day, reverse, sign_day
from wagtail_xfinanz.flows.certify import certify
from wagtail_xfinanz.flows.release import release

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]
SECRET = "erika@example.org"


@pytest.fixture
def year(tenant, paid, anna, bernd, later):
    """A payment that was posted, handed over, closed, and partly reversed; with a message of the provider."""
    attempt = paid.entries.get().attempt
    raw = RawMessage(body=b'{"state": "succeeded", "mail": "%s"}' % SECRET.encode(), headers={})
    message = store(contract=attempt.contract, source="notify", raw=raw)
    ProviderMessage.objects.filter(pk=message.pk).update(attempt=attempt)
    batch = released(tenant, anna, bernd, cut_off=later)[0]
    export(batch, file_format="kassenbuch", by=bernd)
    release(certify(reverse(batch, by=anna, reason="falsches Konto"), by=anna), by=bernd)
    sign_day(prepare_day(tenant, day=TUESDAY, by=anna, note="Storno"), by=bernd)
    return batch


def packed(tenant, first=TUESDAY, last=THURSDAY, by=None):
    out = io.BytesIO()
    audit_export(tenant, first=first, last=last, out=out, by=by)
    out.seek(0)
    return out


def table(package, name):
    text = zipfile.ZipFile(package).read(f"tables/{name}.csv").decode()
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def changed(package, name, change):
    """The package with one member changed by somebody who does not know of the hashes."""
    out = io.BytesIO()
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            data = old.read(info.filename)
            new.writestr(info.filename, change(data) if info.filename == name else data)
    return out


def forged(package, name, change):
    """The same by somebody who knows of the list of hashes and writes it anew."""
    data = {info.filename: zipfile.ZipFile(package).read(info.filename) for info in zipfile.ZipFile(package).infolist()}
    data[name] = change(data[name])
    data["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {each}\n" for each, content in data.items() if each != "SHA256SUMS"
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for each, content in data.items():
            new.writestr(each, content)
    return out


def test_a_cent_can_be_followed_through_the_tables(tenant, paid, year):
    package = packed(tenant)
    order = next(row for row in table(package, "orders") if row["reference"] == paid.reference)
    entry = next(row for row in table(package, "ledger") if row["order"] == order["id"])
    postings = [row for row in table(package, "postings") if row["entry"] == entry["id"]]
    assert sum(int(row["amount_cents"]) for row in postings) == 0
    live = [row for row in postings if not row["reverses"]]
    assert sum(int(row["amount_cents"]) for row in live) == int(entry["amount_cents"]) == 5750
    assert live[0]["payer"]
    assert live[0]["batch"] == str(year.pk)
    file = next(row for row in table(package, "batch_files") if row["batch"] == live[0]["batch"])
    assert hashlib.sha256(zipfile.ZipFile(package).read(file["path"])).hexdigest() == file["sha256"]
    assert [row["batch"] for row in table(package, "deliveries")] == [str(year.pk)]
    assert [(row["entry"], row["day"]) for row in table(package, "closed_entries")] == [(entry["id"], str(TUESDAY))]


def test_an_account_says_all_that_it_books_on(tenant):
    account(tenant, "halle", cost_centre="4711", cost_unit="08", internal_order="A1", dimensions={"fonds": "x"})
    row = next(row for row in table(packed(tenant), "posting_accounts") if row["key"] == "halle")
    said = [row[name] for name in ("cost_centre", "cost_unit", "internal_order", "dimensions")]
    assert said == ["4711", "08", "A1", '{"fonds":"x"}']


def test_the_record_description_names_every_table_and_column_as_it_is(tenant, year):
    package = packed(tenant)
    index = etree.fromstring(zipfile.ZipFile(package).read("index.xml"))
    described = {
        element.get("name"): [column.get("name") for column in element.iter(f"{{{NAMESPACE}}}column")]
        for element in index.iter(f"{{{NAMESPACE}}}table")
    }
    for name, columns in described.items():
        first = zipfile.ZipFile(package).read(f"tables/{name}.csv").decode().splitlines()[0]
        assert first == ";".join(columns)
    files = {name for name in zipfile.ZipFile(package).namelist() if name.startswith("tables/")}
    assert files == {f"tables/{name}.csv" for name in described}


def test_nothing_secret_or_personal_of_messages_leaves_the_house(tenant, year):
    package = packed(tenant)
    said = table(package, "messages")[0]["said"]
    assert '"state":"succeeded"' in said
    for name in zipfile.ZipFile(package).namelist():
        assert SECRET.encode() not in zipfile.ZipFile(package).read(name)


def test_another_commune_and_other_days_stay_out(tenant, year, other_tenant, other_site):
    foreign = create_order(site=other_site, purpose="Geheim", items=[NewItem(label="x", unit_cents=100)])
    pay(foreign, 100)
    assert foreign.reference not in str(table(packed(tenant), "orders"))
    earlier = packed(tenant, datetime.date(2025, 1, 1), datetime.date(2025, 1, 31))
    assert (table(earlier, "orders"), table(earlier, "batches")) == ([], [])
    assert list(check_package(earlier)) == []


def test_the_package_proves_itself(tenant, year):
    assert list(check_package(packed(tenant))) == []


def test_the_same_books_make_the_same_bytes(tenant, year, anna):
    assert packed(tenant).getvalue() == packed(tenant).getvalue()


@pytest.mark.parametrize(
    "name", ["tables/ledger.csv", "tables/postings.csv", "index.xml", "closings/2026-11-24.pdf", "audit-1.xsd"]
)
def test_every_changed_byte_is_found(tenant, year, name):
    assert list(check_package(changed(packed(tenant), name, lambda data: data[:-1] + b"!")))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tables/ledger.csv", lambda data: b"\r\n".join(data.split(b"\r\n")[:-2]) + b"\r\n"),
        ("tables/orders.csv", lambda data: data.replace(b";", b",", 1)),
        ("tables/batches.csv", lambda data: data.replace(b"falsches Konto", b"nichts;;;;")),
        ("index.xml", lambda data: data.replace(b"<tenant ", b"<mandant ")),
        ("index.xml", lambda data: b'<!DOCTYPE a [<!ENTITY b "c">]>' + data.split(b"?>", 1)[1]),
    ],
)
def test_a_forger_who_writes_the_hashes_anew_is_found_by_what_does_not_fit(tenant, year, name, change):
    assert list(check_package(forged(packed(tenant), name, change)))


def test_a_broken_hash_chain_in_the_tables_is_found(tenant, year):
    package = packed(tenant)
    second = table(package, "batches")[1]["previous_hash"].encode()
    rows = b"\r\n"

    def exchange(data):
        head, *lines = data.split(rows)
        return rows.join([head, lines[0], lines[1].replace(second, b"0" * 64), *lines[2:]])

    assert any("batches" in found for found in check_package(forged(package, "tables/batches.csv", exchange)))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_package_is_refused_in_words(data):
    assert len(list(check_package(io.BytesIO(data)))) == 1


def test_a_period_that_ends_before_it_begins_is_refused(tenant):
    with pytest.raises(NothingToDo):
        packed(tenant, THURSDAY, TUESDAY)


def test_it_is_logged_who_took_what(tenant, year, anna):
    packed(tenant, by=anna)
    entry = ModelLogEntry.objects.get(action="wagtail_xfinanz.audit_export")
    assert (entry.user, entry.data["first"], entry.data["last"]) == (anna, str(TUESDAY), str(THURSDAY))


def test_the_commands_export_and_verify(tenant, year, tmp_path, capsys):
    path = tmp_path / "2026.zip"
    call = ["xfinanz_audit_export", "--from", str(TUESDAY), "--until", str(WEDNESDAY), "--tenant", "4711", str(path)]
    call_command(*call)
    assert path.stat().st_mode & 0o077 == 0
    call_command("xfinanz_verify", "--package", str(path))
    assert "no contradiction" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command(*call)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CommandError):
        call_command("xfinanz_verify", "--package", str(path))


def test_a_failed_export_leaves_no_file(tenant, tmp_path):
    path = tmp_path / "x.zip"
    wrong = ["--from", str(THURSDAY), "--until", str(TUESDAY), "--tenant", "4711", str(path)]
    with pytest.raises(CommandError):
        call_command("xfinanz_audit_export", *wrong)
    assert not path.exists()
    with pytest.raises(CommandError):
        call_command(
            "xfinanz_audit_export", "--from", "2026-01-01", "--until", "2026-01-02", "--tenant", "x", str(path)
        )


def test_rows_are_written_as_they_come_and_queries_do_not_grow(tenant, site, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted():
        with CaptureQueriesContext(connection) as queries:
            packed(tenant)
        return len(queries)

    def make(count):
        for _ in range(count):
            order = create_order(
                site=site, purpose="x", items=[NewItem(label="x", unit_cents=1, posting_key="sperrgut")]
            )
            pay(order, 1, at=at(TUESDAY))

    make(1)
    one = counted()
    make(25)
    assert counted() == one


class _Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def __init__(self):
        self.place = 0

    def writable(self):
        return True

    def write(self, data):
        self.place += len(data)
        return len(data)

    def tell(self):
        return self.place

    def seekable(self):
        return False


class _Rows:
    """As many as a query set reads, in portions."""

    def __init__(self, count):
        self.count = count

    def iterator(self, *, chunk_size):
        yield from range(self.count)


def test_memory_does_not_grow_with_the_rows(tenant, monkeypatch):
    from wagtail_xfinanz.audit import package
    from wagtail_xfinanz.audit.table import Column, Kind, Table

    def peak(rows):
        made = Table("many", "x", "n", (Column("n", Kind.TEXT, "x", str),), lambda period: _Rows(rows))
        monkeypatch.setattr(package, "TABLES", (made,))
        tracemalloc.start()
        try:
            audit_export(tenant, first=TUESDAY, last=TUESDAY, out=_Nowhere(), by=None)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(40_000) < peak(400) + 200_000
