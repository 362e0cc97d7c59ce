"""Which pages the admin gives to people of the cash office, and what is wrong with one."""

from __future__ import annotations

import re

OURS = re.compile(r"^/admin/(epayment_|xfinanz_|snippets/(wagtail_epayment|wagtail_xfinanz)/)")
#: What is downloaded and not shown, what Wagtail shows of any model, and the one step nobody takes in a walk.
_NO_PAGE = re.compile(
    r"/(pdf|file|files|preview|export/[a-z-]+|answers/[0-9a-f]{16,}|package|history|usage|results|copy|bulk|delete|report/\d+/file)"
    r"(/|$)|/logout/"
)
_IDS = [
    (r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>"),
    (r"\d{4}-\d\d-\d\d", "<day>"),
    (r"(?<=/)\d+(?=/)", "<id>"),
]
#: Wagtail's own words in front of people are German; any of these in a heading, button or label was forgotten.
ENGLISH = re.compile(
    r"\b(the|of|and|with|this|that|not|save|back|search|download|batch|postings?|amount|state|day|tenant|file|reason|"
    r"refund|order|payment|from|to be|kind|answer|show|details|next|previous|edit|add|open|closed|account|purpose|"
    r"true|false|none)\b",
    re.IGNORECASE,
)
WORDS = """
() => [...document.querySelectorAll('#main h1, #main h2, #main h3, #main th, #main dt, #main label, #main legend,'
    + ' #main .nice-padding button, #main .nice-padding a.button, #main caption')]
  .filter(e => !e.closest('[translate=no]')).map(e => e.innerText.trim()).filter(Boolean)
  .concat([...document.querySelectorAll('#main td, #main dd')].map(e => e.innerText.trim())
    .filter(words => ['True', 'False', 'None'].includes(words)))
"""
UNLABELLED = """
() => [...document.querySelectorAll('#main .nice-padding :is(input, select, textarea)')]
  .filter(e => e.type !== 'hidden' && e.checkVisibility()
    && !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby'))
  .map(e => e.outerHTML.slice(0, 150))
"""
#: Wagtail 8 styles only inputs that say their type: without it a field has no border and cannot be seen.
UNSTYLED = """
() => [...document.querySelectorAll('#main .nice-padding input:not([type])')].map(e => e.outerHTML.slice(0, 150))
"""
#: What sticks out of the window without a region of its own to scroll in; Wagtail hides it instead of scrolling.
#: But for the fields of Wagtail's own forms, in which a long label or choice does not break on a phone.
CROPPED = """
() => [...document.querySelectorAll('#main .nice-padding :is(p, dd, dt, h2, h3, li, td, th, code, input, select,'
    + ' a.button, button, label)')]
  .filter(e => e.checkVisibility() && !e.closest('[data-edit-form], .w-panel'))
  .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
  .filter(e => { for (let up = e; up && up.id !== 'main'; up = up.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX)) return false; return true; })
  .map(e => e.outerHTML.slice(0, 120))
"""
HEADING = "() => [...document.querySelectorAll('#main h1, #main .w-breadcrumbs li:last-child')].map(e => e.textContent)"


def pattern(address):
    """The address without what names one row, so that a page is visited once and not once a row."""
    path = re.sub(r"^https?://[^/]+", "", address).split("#")[0].split("?")[0]
    for ids, name in _IDS:
        path = re.sub(ids, name, path)
    of_class = re.search(r"row_class=\w+", address)
    return f"{path}?{of_class[0]}" if of_class else path


def links(page):
    """The links to our pages on this one, by their pattern."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(e => e.href.split('#')[0])")
    return {pattern(each): each for each in reversed(found) if _is_ours(each)}  # of several rows the first, newest one


def menu(page):
    """What the sidebar leads to; its items are drawn from data, submenus only once they are opened."""
    data = page.locator("#wagtail-sidebar-props").text_content()
    return {pattern(each): each for each in re.findall(r'"(/admin/[^"]*)"', data) if _is_ours(each)}


def _is_ours(address):
    path = re.sub(r"^https?://[^/]+", "", address)
    return bool(OURS.match(path)) and not _NO_PAGE.search(path.split("?")[0]) and "export=" not in path


def faults(page):
    """What is wrong with the page but for what axe finds, as sentences."""
    said = []
    names = [" ".join(each.split()) for each in page.evaluate(HEADING)]
    if not names or any(name in {"", "Startseite", "Home", "None"} for name in names):
        said.append(f"is headed {names}")
    english = [words for words in page.evaluate(WORDS) if ENGLISH.search(words)]
    if english:
        said.append(f"speaks English: {english[:6]}")
    for what, script in (("has no label", UNLABELLED), ("has no type", UNSTYLED)):
        said += [f"{what}: {html}" for html in page.evaluate(script)]
    return said
