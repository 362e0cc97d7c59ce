"""The how-to, followed to the letter on a site that ``wagtail start`` has just made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/add-to-existing-site.md").read_text(encoding="utf-8")
SETTINGS = """
from wagtail.models import Site
from wagtail_buergerportal.communes.models import CommuneSettings
CommuneSettings.objects.create(site=Site.objects.get(), name="Town", case_prefix="TOW")
"""
LOOK = """
import sys
from django.test import Client
for path in ("/", "/portal/impressum/", "/portal/vorgang/suchen/", "/portal/konto/", "/admin/login/"):
    answer = Client().get(path)
    own = b"css/town.css" in answer.content
    if answer.status_code != 200 or (path.startswith("/portal/") and not own):
        sys.exit(f"{path}: {answer.status_code}, in the site's own frame: {own}")
"""


def block(heading, language, number=0):
    """The how-to's code under a heading."""
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[number]


@pytest.fixture
def town(tmp_path):
    """The new site with every step of the how-to done."""
    subprocess.run(
        [Path(sys.executable).parent / "wagtail", "start", "town", tmp_path], check=True, capture_output=True
    )
    settings = tmp_path / "town/settings/base.py"
    own = settings.read_text(encoding="utf-8")
    added = block("2. Settings", "python").replace("INSTALLED_APPS = [", "_PORTAL = [")
    added = added.replace("/srv/portal/private", str(tmp_path / "private"))
    merged = "\nINSTALLED_APPS = list(dict.fromkeys([*_PORTAL, *INSTALLED_APPS]))\nALLOWED_HOSTS = ['*']\n"
    settings.write_text(f"{own}\n{added}{merged}", encoding="utf-8")
    urls = tmp_path / "town/urls.py"
    lines = block("3. Urls", "python").replace('path("", include(wagtail_urls)),  # yours, last as always\n', "")
    text = urls.read_text(encoding="utf-8").replace("urlpatterns = [", f"urlpatterns = [\n{lines}", 1)
    urls.write_text(text, encoding="utf-8")
    for number, name in enumerate(["buergerportal", "wagtail_epayment"]):
        folder = tmp_path / "town/templates" / name
        folder.mkdir()
        (folder / "base.html").write_text(block("4. Your base template", "django", number), encoding="utf-8")
    return tmp_path


def manage(folder, *words):
    env = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    env["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def test_a_new_wagtail_site_takes_the_portal_in(town):
    manage(town, "migrate", "--verbosity", "0")
    assert "no issues" in manage(town, "check")
    manage(town, "shell", "-c", SETTINGS)  # in the admin, says the page
    manage(town, "setup_roles")
    manage(town, "shell", "-c", LOOK)
