"""The payment app works in a site that has nothing else of the suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

STORY = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("check")
call_command("makemigrations", "wagtail_epayment", "wagtail_epayment_sandbox", check_changes=True, dry_run=True)
call_command("migrate", verbosity=0)
import threading, re, requests
from wsgiref.simple_server import WSGIServer, WSGIRequestHandler, make_server
from socketserver import ThreadingMixIn
from django.core.wsgi import get_wsgi_application
from wagtail.models import Site
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.providers.sandbox.account import open_account
from wagtail_epayment.state import order_state

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
class Quiet(WSGIRequestHandler):
    def log_message(self, *args): pass

server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
site = Site.objects.get()
site.hostname, site.port = "127.0.0.1", server.server_port
site.save()
contract = open_account(site=site, label="Sandbox", base_url=f"{base}/sandbox-bank/")
assert open_account(site=site, label="Sandbox", base_url=f"{base}/sandbox-bank/") == contract
order = create_order(site=site, purpose="Test", items=[NewItem(label="Fee", unit_cents=100)])
browser = requests.Session()
def press(page, **data):
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.text)[1]
    return browser.post(page.url, data={**data, "csrfmiddlewaretoken": token})
page = press(browser.get(f"{base}/zahlung/{order.token}/"), way=f"{contract.pk}.")
page = press(page, action="pay")
assert order_state(order) == "paid", page.text
link = re.search(r'href="([^"]+/beleg/[^"]+)"', page.text)[1]
assert browser.get(base + link).content.startswith(b"%PDF")
call_command("sandbox_account", "127.0.0.1")
call_command("epayment_poll")
call_command("migrate", "wagtail_epayment", "0001", verbosity=0)
call_command("migrate", "wagtail_epayment", verbosity=0)
others = [name for name in sys.modules if name.startswith(("wagtail_buergerportal", "wagtail_xfinanz"))]
assert others == [], others
print("paid")
"""


def test_check_migrate_and_a_payment_without_the_rest_of_the_suite(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.epayment.alone_settings",
        "ALONE_DB": str(tmp_path / "alone.sqlite3"),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", STORY],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "paid" in done.stdout
