"""What the editor's table saves."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages

from tests.xfinanz.mapping.pages import MAPPINGS, form_of, map_of, page, save
from tests.xfinanz.mapping.samples import LIST, ORDER, ao, batch, constant, posting_
from wagtail_xfinanz.flows import change_mapping
from wagtail_xfinanz.mapping import Entry, Source, SourceKind

pytestmark = pytest.mark.django_db


def test_saving_unchanged_changes_nothing(log_in, client, full, anna):
    log_in(anna, "certifier")
    before = full.mapping
    save(client, map_of(full))
    full.refresh_from_db()
    assert full.mapping == before


def test_another_source_forgets_what_went_with_the_old_one(log_in, client, full, anna):
    log_in(anna, "certifier")
    path = ao(f"{ORDER}/art")
    save(client, map_of(full), {f"source|{path}": "posting:part"})
    full.refresh_from_db()
    entry = full.mapping.at(path)
    assert (entry.source.value, entry.table, entry.code_list.version) == ("part", (), "3")


def test_a_text_typed_without_choosing_is_a_fixed_text(log_in, client, empty, anna):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/@produkt")
    save(client, map_of(empty), {f"text|{path}": "Portal"})
    empty.refresh_from_db()
    assert empty.mapping.at(path).source == Source(SourceKind.CONSTANT, "Portal")
    save(client, map_of(empty), {f"source|{path}": "batch:name", f"text|{path}": ""})
    save(client, map_of(empty), {f"text|{path}": "Amt"})
    empty.refresh_from_db()
    assert empty.mapping.at(path).source == Source(SourceKind.CONSTANT, "Amt")
    save(client, map_of(empty), {f"source|{path}": ""})
    empty.refresh_from_db()
    assert empty.mapping.at(path) is None


def test_one_suggestion_is_accepted_alone(log_in, client, empty, anna):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/haushaltsjahr")
    save(client, map_of(empty), accept=path)
    empty.refresh_from_db()
    assert [entry.path for entry in empty.mapping.entries] == [path]


def test_nothing_the_schema_lacks_is_taken_from_a_form(log_in, client, empty, anna):
    log_in(anna, "certifier")
    bad = {f"source|{path}": "batch:number" for path in ("/x", "nonsense", ao(f"{ORDER}/nix"), "/@x", "/#1")}
    client.post(map_of(empty), {**bad, f"source|{ao(f'{LIST}/haushaltsjahr')}": "shell:rm"})
    empty.refresh_from_db()
    assert empty.mapping.entries == ()


def test_after_saving_one_is_where_one_was(log_in, client, empty, anna):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/@produkt")
    data = {**form_of(client.get(map_of(empty))), f"text|{path}": "Portal"}
    assert client.post(map_of(empty), data)["Location"].endswith("#" + quote(path, safe=""))


def test_what_somebody_else_saved_meanwhile_stays(log_in, client, full, anna):
    """The page was opened before, so it still shows the old source, and would send it back."""
    log_in(anna, "certifier")
    mine, theirs = ao(f"{LIST}/@produkt"), ao(f"{ORDER}/art")
    opened = form_of(client.get(map_of(full)))
    change_mapping(full, entries=[Entry(theirs, posting_("part"), table=(("item", "AN"),))], by=anna)
    client.post(map_of(full), {**opened, f"text|{mine}": "Portal"})
    full.refresh_from_db()
    assert full.mapping.at(mine).source == constant("Portal")
    assert full.mapping.at(theirs).table == (("item", "AN"),)


def test_what_somebody_typed_is_preferred_to_the_suggestion(log_in, client, empty, anna):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/kopf/absender")
    save(client, map_of(empty), {f"text|{path}": "Stadtkasse"}, accept_all="1")
    empty.refresh_from_db()
    assert empty.mapping.at(path).source == constant("Stadtkasse")
    assert empty.mapping.at(ao(f"{LIST}/haushaltsjahr")).source == batch("budget_year")


@pytest.mark.parametrize("pasted", ["Por\x0btal", "Por\x00tal"])
def test_what_is_pasted_along_unseen_is_left_out(log_in, client, empty, anna, pasted):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/@produkt")
    client.post(map_of(empty), {f"source|{path}": "constant", f"text|{path}": pasted})
    empty.refresh_from_db()
    assert empty.mapping.at(path).source == constant("Portal")


def test_what_could_not_be_read_back_is_never_kept(log_in, client, empty, anna):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/@produkt")
    answer = client.post(map_of(empty), {f"source|{path}": "constant", f"text|{path}": "x" * 3000}, follow=True)
    assert [message.level_tag for message in get_messages(answer.wsgi_request)] == ["error"]
    empty.refresh_from_db()
    assert empty.mapping.entries == ()


@pytest.mark.parametrize("shown", ["", "no JSON", "[]", '{"/a": 1}', '{"/a": ["", "", "", ""]}', "[" * 100_000])
def test_a_page_that_does_not_say_what_it_showed(log_in, client, empty, anna, shown):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/@produkt")
    client.post(map_of(empty), {f"source|{path}": "constant", f"text|{path}": "Portal", "shown": shown})
    empty.refresh_from_db()
    assert empty.mapping.at(path).source == constant("Portal")


def test_the_browser_asks_before_typed_texts_are_left_behind(log_in, client, full, anna, bernd):
    """The links of the table lead to other pages."""
    place = f"{MAPPINGS}{full.pk}/place/?path={quote(ao(f'{ORDER}/art'))}"
    for user, role, asks in ((anna, "certifier", True), (bernd, "auditor", False)):
        log_in(user, role)
        for address in (map_of(full), place):
            assert bool(page(client.get(address)).xpath("//form[@data-controller='w-unsaved']")) is asks
