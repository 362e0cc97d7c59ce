"""Installed without the portal, in a process of its own: check, migrate, one batch from payment to file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import django; django.setup()
from django.core.management import call_command
call_command("check")
call_command("makemigrations", "wagtail_epayment", "wagtail_xfinanz", check=True, dry_run=True, verbosity=0)
call_command("migrate", verbosity=0)
from django.contrib.auth import get_user_model
from django.utils import timezone
from wagtail.models import Page, Site
from tests.xfinanz.factories import account, number_range, pay, released, tenant_of
from wagtail_epayment.flows import NewItem, create_order
site, root = Site.objects.first(), Page.get_first_root_node()
site = site or Site.objects.create(hostname="alone.test", root_page=root, is_default_site=True)
tenant = tenant_of(site)
account(tenant, "gebuehr")
number_range(tenant)
order = create_order(site=site, purpose="Gebühr", items=[NewItem("Gebühr", 1250, posting_key="gebuehr")])
pay(order, 1250)
anna, bernd = (get_user_model().objects.create_user(name) for name in ("anna", "bernd"))
(batch,) = released(tenant, anna, bernd, cut_off=timezone.now())
call_command("xfinanz_verify")
print(order.reference, batch, batch.files.get(format="kassenbuch").filename)
"""


def test_bookkeeping_works_without_the_portal(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.xfinanz.alone_settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/alone.sqlite3",
        "PYTHONPATH": str(ROOT),
    }
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "2600001" in run.stdout
    assert "2026/1 kassenbuch-1-2026-000001.xml" in run.stdout
