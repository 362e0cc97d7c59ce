"""What people see of fetched answers, and press."""

from __future__ import annotations

import io
import re
import sys
import zipfile

import pytest
from django.utils import timezone

from tests.xfinanz.factories import join_role
from tests.xfinanz.handover.story import lay, text
from wagtail_xfinanz.audit.check import check_package
from wagtail_xfinanz.budget import local_day
from wagtail_xfinanz.errors import WrongState
from wagtail_xfinanz.flows import (
    audit_export,
    dismiss_answer,
    fetch_answers,
    hold_rejected,
    retry_answer,
)
from wagtail_xfinanz.flows.answers import rejected_of
from wagtail_xfinanz.models import (
    FetchedAnswer,
)

pytestmark = pytest.mark.django_db


def test_one_that_is_too_large_is_told_and_not_even_read(
    client, exported, channel, outbox, quittung, anna, site, monkeypatch
):
    monkeypatch.setattr(sys.modules["wagtail_xfinanz.flows.fetch_answers"], "MAX_BYTES", 100)
    lay(outbox, "riesig.xml", quittung(exported))
    (refused,) = fetch_answers().refused
    assert (refused.error != "", refused.sha256) == (True, "")
    with pytest.raises(WrongState):
        retry_answer(refused, by=anna)
    client.force_login(join_role(anna, "certifier", site))
    url = f"/admin/xfinanz_batches/answers/fetched/{refused.pk}/"
    assert f"{url}file/" not in text(client.get(url))
    assert client.get(f"{url}file/").status_code == 404


def test_an_auditor_can_see_what_became_of_every_file(exported, directory, outbox, quittung, anna, tenant):
    directory.options = {"answers_folder": "antworten"}
    directory.save()
    lay(outbox, "quittung.xml", quittung(exported))
    lay(outbox, "prospekt.pdf", b"%PDF-1.7")
    (refused,) = fetch_answers().refused
    dismiss_answer(refused, by=anna, reason="Werbung")
    out, today = io.BytesIO(), local_day(timezone.now())
    audit_export(tenant, first=today, last=today, out=out, by=None)
    rows = zipfile.ZipFile(out).read("tables/fetched_answers.csv").decode().splitlines()
    assert len(rows) == 3
    assert "Werbung" in "".join(rows)
    assert list(check_package(out)) == []


def test_what_the_cash_officer_sees_and_presses(client, exported, channel, outbox, quittung, anna, site):
    client.force_login(join_role(anna, "certifier", site))
    lay(outbox, "kaputt.xml", quittung(exported)[:-20])
    fetch_answers()
    row = FetchedAnswer.objects.get()
    url = f"/admin/xfinanz_batches/answers/fetched/{row.pk}/"
    assert url in text(client.get("/admin/xfinanz_batches/answers/"))
    assert "kaputt.xml" in text(client.get(url))
    assert client.get(f"{url}file/").content == quittung(exported)[:-20]
    text(client.post(url, {"again": "1"}, follow=True))
    text(client.post(url, {"reason": ""}, follow=True))
    row.refresh_from_db()
    assert row.state == "refused"
    text(client.post(url, {"reason": "kam neu"}, follow=True))
    row.refresh_from_db()
    assert row.state == "dismissed"
    assert url not in text(client.get("/admin/xfinanz_batches/answers/"))


def test_the_first_page_of_the_admin_says_so(client, exported, sftp, outbox, quittung, anna, site, other_site, bernd):
    answers, rejected = (f'href="/admin/xfinanz_batches/{name}/"' for name in ("answers", "rejected"))

    def panel(user, role, at):
        client.force_login(join_role(user, role, at))
        found = re.search(r'aria-labelledby="xfinanz-answers".*?</section>', text(client.get("/admin/")), re.DOTALL)
        return found[0] if found else ""

    assert panel(anna, "certifier", site) == ""
    sftp.options |= {"answers_folder": "antworten"}
    sftp.save()
    lay(outbox, "quittung.xml", quittung(exported, rejected=(1, 2)))
    lay(outbox, "kaputt.xml", b"%PDF-1.7")
    fetch_answers()
    shown = panel(anna, "certifier", site)
    assert (shown.count(answers), shown.count(rejected)) == (1, 1)
    outbox.rename(outbox.parent / "weg")
    fetch_answers()
    assert panel(anna, "certifier", site).count(answers) == 2
    for posting in rejected_of(exported):
        hold_rejected(posting, by=anna, reason="wird geklärt")
    assert rejected not in panel(anna, "certifier", site)
    assert panel(bernd, "certifier", other_site) == ""


def test_the_neighbour_sees_nothing_of_it(client, exported, channel, outbox, anna, other_site, other_tenant):
    client.force_login(join_role(anna, "certifier", other_site))
    lay(outbox, "kaputt.xml", b"%PDF-1.7")
    fetch_answers()
    url = f"/admin/xfinanz_batches/answers/fetched/{FetchedAnswer.objects.get().pk}/"
    assert "kaputt.xml" not in text(client.get("/admin/xfinanz_batches/answers/"))
    assert client.get(url).status_code == 404
    assert client.get(f"{url}file/").status_code == 404
    assert client.post(url, {"reason": "x"}).status_code == 404
