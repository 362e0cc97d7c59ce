from __future__ import annotations

from django import template

from wagtail_sitekit.money import format_money

register = template.Library()
register.filter("cents", format_money)
