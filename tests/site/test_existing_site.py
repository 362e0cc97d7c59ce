"""A site that is already there takes the apps in with settings, urls and migrations, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.test import Client
from wagtail.models import Site

from example_site.server import ROOT
from tests.town.models import TownPage


def _run(*command, **environment):
    """What a command says; it must succeed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


@pytest.fixture
def town_page(home):
    page = home.add_child(instance=TownPage(title="Stadtwald", slug="stadtwald", body="<p>Buchen und Eichen</p>"))
    Site.objects.create(hostname="testserver", root_page=home, site_name="Musterstadt", is_default_site=True)
    return page


def test_own_pages_stay_as_they_were(town_page):
    answer = Client().get("/stadtwald/")
    assert answer.status_code == 200
    assert "Buchen und Eichen" in answer.content.decode()


def test_portal_stands_beside_them(town_page):
    for path in ("/portal/konto/", "/portal/vorgang/suchen/", "/portal/impressum/"):
        assert Client().get(path).status_code == 200, path


def test_models_and_migrations_agree(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_check_has_nothing_to_say():
    call_command("check", fail_level="WARNING")


def test_check_for_deployment_has_nothing_to_say(tmp_path):
    said = _run(
        "-W",
        "ignore",
        "manage.py",
        "check",
        "--deploy",
        "--fail-level=INFO",
        DJANGO_SETTINGS_MODULE="example_site.settings.production",
        SECRET_KEY="k" * 20 + "ä1!xyzABCDEFGH" * 4,
        SALT_KEY="a-salt-of-its-own",
        ALLOWED_HOSTS="portal.example",
        WAGTAILADMIN_BASE_URL="https://portal.example",
        VAR_DIR=str(tmp_path),
    )
    assert "no issues" in said


def test_packages_import_one_way_only():
    said = _run("-c", "from importlinter.cli import lint_imports_command as run; run()")
    assert "0 broken" in said
