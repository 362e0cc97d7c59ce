"""Installing, looking and removing: by command and in the admin."""

from __future__ import annotations

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from tests.xfinanz.factories import join_role
from tests.xfinanz.schemas.zips import package, schema, zipped
from wagtail_xfinanz.errors import Tampered
from wagtail_xfinanz.flows import create_mapping, install_schema, load_schema
from wagtail_xfinanz.flows.load_schema import _loaded
from wagtail_xfinanz.mapping import Mapping
from wagtail_xfinanz.models import SchemaFile, SchemaPackage
from wagtail_xfinanz.schemas import PackageRefused

pytestmark = pytest.mark.django_db
SCHEMAS = "/admin/xfinanz_schemas/"
LIST = "/{urn:example:anordnung:1}anordnung.Liste.001"


@pytest.fixture
def admin(client, site, anna):
    client.force_login(join_role(anna, "portal_admin", site))
    return client


def installed(name="anordnung", site=None):
    return install_schema(package(name), name=f"{name}.zip", site=site, by=None)


def upload(client, data, **fields):
    file = SimpleUploadedFile("paket.zip", data, "application/zip")
    return client.post(f"{SCHEMAS}install/", {"package": file, **fields}, follow=True)


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def run(*arguments):
    out = io.StringIO()
    call_command("xfinanz_schema", *arguments, stdout=out)
    return out.getvalue()


def test_a_package_keeps_what_it_was_made_of(django_user_model):
    row = installed()
    assert (row.namespace, row.version) == ("urn:example:anordnung:1", "1.4.0")
    assert row.sha256 == hashlib.sha256(package("anordnung").read()).hexdigest()
    assert row.installed_at
    assert row.files.count() == 5
    loaded = load_schema(row)
    assert load_schema(row) is loaded


def test_versions_stand_side_by_side():
    one = installed()
    anything = '<xs:simpleType name="Zeichen"><xs:restriction base="xs:string"/></xs:simpleType>'
    other = package("anordnung", text=schema(anything, targetNamespace="urn:example:text:1"))
    two = install_schema(other, name="neu.zip", site=None, by=None)
    assert one.sha256 != two.sha256
    assert SchemaPackage.objects.count() == 2


def test_the_same_package_is_installed_once():
    installed()
    with pytest.raises(PackageRefused):
        installed()
    assert SchemaPackage.objects.count() == 1


def test_a_file_that_was_changed_in_the_database_is_not_used():
    row = installed()
    SchemaFile.objects.filter(path__endswith="text.xsd").update(content=b"<x/>")
    _loaded.cache_clear()  # as in a new process
    with pytest.raises(Tampered):
        load_schema(row)


def test_a_package_that_cannot_be_read_any_more_tells_so_and_stops_nobody_else(admin, site, tenant, anna):
    row, other = installed(site=site), installed("ledger", site=site)
    mapping = create_mapping(tenant, package=row, mapping=Mapping(LIST[1:]), name="Kasse", by=anna)
    SchemaFile.objects.filter(package=row, path__endswith="text.xsd").update(content=b"<x/>")
    _loaded.cache_clear()  # as in a new process
    assert "text.xsd" in text(admin.get(f"{SCHEMAS}inspect/{row.pk}/"))
    assert admin.get(f"{SCHEMAS}{row.pk}/tree/", {"path": LIST}).status_code == 404
    new = text(admin.get("/admin/xfinanz_mappings/new/"))
    assert f"{other.pk}|" in new
    assert f"{row.pk}|" not in new
    for page in ("map", "dry-run"):
        assert "text.xsd" in text(admin.get(f"/admin/xfinanz_mappings/{mapping.pk}/{page}/", follow=True))
    listed = run("list")
    assert "text.xsd" in listed
    assert "Ledger" in listed


def test_types_that_build_upon_each_other_too_often_are_refused():
    body = "".join(
        f'<xs:complexType name="T{number}"><xs:complexContent><xs:extension base="T{number - 1}"/>'
        "</xs:complexContent></xs:complexType>"
        for number in range(1, 1_500)
    )
    first = '<xs:complexType name="T0"/><xs:element name="r" type="T1499"/>'
    with pytest.raises(PackageRefused):
        install_schema(zipped({"a.xsd": schema(first + body)}), name="a.zip", site=None, by=None)


def test_a_namespace_longer_than_any_is_refused():
    endless = schema('<xs:element name="r"/>', targetNamespace="urn:" + "x" * 300)
    with pytest.raises(PackageRefused, match="urn:xxx"):
        install_schema(zipped({"a.xsd": endless}), name="a.zip", site=None, by=None)


def test_from_the_command_line(tmp_path, site):
    path = tmp_path / "paket.zip"
    path.write_bytes(package("anordnung").read())
    assert "urn:example:anordnung:1 1.4.0" in run("install", str(path))
    row = SchemaPackage.objects.get()
    listed = run("list")
    assert "anordnung.Liste.001" in listed
    assert row.sha256 in listed
    tree = run("tree", "anordnung.Liste.001", "--depth", "3")
    assert "gesamtbetrag" in tree
    assert "1..n  anordnung" in tree
    assert "@fassung" in tree
    assert "gesamtbetrag" not in run("tree", "anordnung.Liste.001", "--depth", "1", "--package", str(row.pk))
    run("remove", str(row.pk))
    assert not SchemaPackage.objects.exists()
    run("install", str(path), "--site", site.hostname)
    assert SchemaPackage.objects.get().site == site


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("install", "/nowhere.zip"), "nowhere"),
        (("install", __file__), "zip"),
        (("install", __file__, "--site", "nowhere.test"), "nowhere.test"),
        (("tree", "nix"), "nix"),
        (("remove", "4711"), "4711"),
    ],
)
def test_the_command_says_what_is_wrong(arguments, told):
    with pytest.raises(CommandError, match=told):
        run(*arguments)


def test_in_the_admin(admin, site):
    page = text(upload(admin, package("anordnung").read(), site=site.pk))
    row = SchemaPackage.objects.get()
    assert (row.site, row.name, row.installed_by.username) == (site, "paket.zip", "anna")
    assert "anordnung.Liste.001" in page
    assert row.sha256 in page
    assert "urn:example:anordnung:1" in text(admin.get(SCHEMAS))
    tree = text(admin.get(f"{SCHEMAS}{row.pk}/tree/", {"path": LIST}))
    assert f"/admin/xfinanz_mappings/new/?message={row.pk}" in tree
    assert "anzahlPositionen" in tree
    assert "Tag der Anordnung." in tree
    assert "haushaltsstelle" not in tree
    deeper = f"{LIST}/{{urn:example:anordnung:1}}anordnung/{{urn:example:anordnung:1}}position"
    assert "haushaltsstelle" in text(admin.get(f"{SCHEMAS}{row.pk}/tree/", {"path": deeper}))
    assert admin.get(f"{SCHEMAS}{row.pk}/tree/", {"path": "/nix"}).status_code == 404
    text(admin.get(f"{SCHEMAS}history/{row.pk}/"))
    text(admin.post(f"{SCHEMAS}{row.pk}/remove/", follow=True))
    assert not SchemaPackage.objects.exists()


def test_groups_inside_groups_without_end_are_shown_without_their_brackets(admin, site):
    body = ""
    for number in range(100):
        one, other = (f'<xs:element name="{letter}{number}" type="xs:string"/>' for letter in "ab")
        body = f"<xs:choice><xs:sequence>{one}{body}</xs:sequence>{other}</xs:choice>"
    root = f'<xs:element name="r"><xs:complexType>{body}</xs:complexType></xs:element>'
    row = install_schema(zipped({"a.xsd": schema(root)}), name="a.zip", site=site, by=None)
    shown = text(admin.get(f"{SCHEMAS}{row.pk}/tree/", {"path": "/r"}))
    assert all(f"<strong>{name}</strong>" in shown for name in ("a99", "b99", "a0", "b0"))


def test_a_refused_upload_says_why_and_leaves_nothing(admin, site):
    page = text(upload(admin, zipped({"../a.xsd": schema()}).read(), site=site.pk))
    assert "../a.xsd" in page
    assert not SchemaPackage.objects.exists()


def test_only_who_administers_all_communes_installs_for_all(admin, admin_client):
    text(upload(admin, package("anordnung").read()))
    assert not SchemaPackage.objects.exists()
    text(upload(admin_client, package("anordnung").read()))
    assert SchemaPackage.objects.get().site is None


def test_a_shared_package_is_seen_by_all_and_removed_by_none_of_them(admin, site):
    row = installed()
    assert "urn:example:anordnung:1" in text(admin.get(f"{SCHEMAS}inspect/{row.pk}/"))
    assert "/remove/" not in text(admin.get(f"{SCHEMAS}inspect/{row.pk}/"))
    admin.post(f"{SCHEMAS}{row.pk}/remove/")
    assert SchemaPackage.objects.exists()


def test_the_neighbours_package_does_not_exist(admin, other_site):
    row = installed(site=other_site)
    assert "urn:example:anordnung:1" not in text(admin.get(SCHEMAS))
    for address in (f"inspect/{row.pk}/", f"{row.pk}/tree/?path={LIST}", f"{row.pk}/remove/", f"history/{row.pk}/"):
        assert admin.get(SCHEMAS + address).status_code == 404
    assert admin.post(f"{SCHEMAS}{row.pk}/remove/").status_code == 404
    assert SchemaPackage.objects.exists()


@pytest.mark.parametrize("role", ["certifier", "releaser", "auditor"])
def test_the_cash_office_looks_and_does_not_install(client, site, anna, role):
    row = installed(site=site)
    client.force_login(join_role(anna, role, site))
    text(client.get(f"{SCHEMAS}inspect/{row.pk}/"))
    assert client.get(f"{SCHEMAS}install/").status_code in (302, 403)
    client.post(f"{SCHEMAS}{row.pk}/remove/")
    assert SchemaPackage.objects.exists()
