"""What the documentation says must exist: files it links, settings, commands, targets."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.management import get_commands

import wagtail_buergerportal.conf
import wagtail_epayment.conf
import wagtail_xfinanz.conf

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ids = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_to_a_file(page):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links {target}"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_exists(page):
    commands = set(get_commands()) | {"demo_content", "demo_week", "createsuperuser", "db_worker"}
    for name in re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8")):
        assert name in commands, f"{page.name} names the command {name}"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in re.findall(r"(?:^ {4}|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        assert name in targets, f"{page.name} names the target {name}"


@pytest.mark.parametrize("module", [wagtail_epayment.conf, wagtail_xfinanz.conf, wagtail_buergerportal.conf])
def test_every_setting_is_documented_with_its_name(module):
    reference = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    for field in fields(module.Conf):
        assert f"| `{field.name}` |" in reference


def test_every_dependency_has_its_reason():
    reference = (ROOT / "docs/reference/dependencies.md").read_text(encoding="utf-8").lower()
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    needed = setup.split("install_requires =")[1].split("[options.packages.find]")[0]
    for name in re.findall(r"^ {4}([A-Za-z0-9_-]+)", needed, re.MULTILINE):
        assert name.lower() in reference, f"{name} has no reason in docs/reference/dependencies.md"
