"""Bulky waste, ordered and paid: on a phone, at a desk, without JavaScript, and with the accidents of real life."""

from __future__ import annotations

import re

from tests.browser.steps import begin, follow, heading, order, pay, press, say_what, say_where, say_who, text


def test_order_cancel_pay_and_receipt(citizen, picture):
    citizen.goto("/")
    picture(citizen, "1-start")
    follow(citizen, "Sperrgutabfuhr")
    assert "8,50 €" in text(citizen)
    picture(citizen, "2-service")
    begin(citizen)
    picture(citizen, "3-step")
    say_what(citizen)
    assert heading(citizen) == "Wo steht das Sperrgut?"
    say_where(citizen)
    say_who(citizen)
    assert "50,50 €" in text(citizen)
    picture(citizen, "4-check")
    press(citizen, "Kostenpflichtig bestellen")
    assert "wartet auf Zahlung" in text(citizen)
    picture(citizen, "5-case")
    follow(citizen, "Jetzt bezahlen")
    press(citizen, "jetzt bezahlen")
    picture(citizen, "6-bank")
    press(citizen, "abbrechen")
    assert heading(citizen) == "Die Zahlung wurde abgebrochen"
    picture(citizen, "7-cancelled")
    press(citizen, "jetzt bezahlen")
    press(citizen, "^Bezahlen")
    assert heading(citizen) == "Ihre Zahlung ist eingegangen"
    picture(citizen, "8-paid")
    with citizen.expect_download() as download:
        citizen.get_by_role("link", name=re.compile("Quittung")).first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    follow(citizen, "Zurück zu Ihrem Anliegen")
    assert "ist bezahlt" in text(citizen)
    picture(citizen, "9-status")


def test_the_neighbouring_town_takes_its_own_fee(open_window):
    page = open_window(town="neustadt")
    begin(page)
    say_what(page)
    say_where(page)
    say_who(page)
    assert "55,50 €" in text(page)  # 3 × 12,00 € + 19,50 €


def test_back_after_paying_pays_nothing_twice(citizen):
    order(citizen)
    status = citizen.url
    pay(citizen)
    assert heading(citizen) == "Ihre Zahlung ist eingegangen"
    paid = citizen.url
    citizen.go_back()
    citizen.go_back()
    citizen.goto(paid)
    assert citizen.get_by_role("button", name=re.compile("jetzt bezahlen")).count() == 0
    assert citizen.get_by_role("link", name=re.compile("Quittung")).count() == 1
    citizen.goto(status)
    assert citizen.get_by_role("link", name="Jetzt bezahlen").count() == 0


def test_two_tabs_pay_once(open_window):
    first = open_window()
    order(first)
    follow(first, "Jetzt bezahlen")
    second = first.context.new_page()
    second.goto(first.url)
    for page in (first, second):
        press(page, "jetzt bezahlen")
    press(first, "^Bezahlen")
    assert heading(first) == "Ihre Zahlung ist eingegangen"
    second.goto(first.url)
    assert heading(second) == "Ihre Zahlung ist eingegangen"
    assert second.get_by_role("button", name=re.compile("jetzt bezahlen")).count() == 0


def test_a_double_click_on_order_makes_one_case(open_window):
    page = open_window()
    begin(page)
    say_what(page)
    say_where(page)
    say_who(page)
    page.get_by_role("button", name="Kostenpflichtig bestellen").dblclick()
    page.wait_for_url(re.compile("/vorgang/"))
    here = re.search(r"([A-Z]{3}-\d{4}-)(\d{6})/", page.url)
    page.goto(f"/portal/vorgang/{here[1]}{int(here[2]) + 1:06}/")
    assert "Sperrgut" not in text(page)


def test_back_after_sending_says_that_it_was_sent(citizen):
    case = order(citizen)
    citizen.go_back()
    citizen.reload()
    if citizen.get_by_role("button", name="Kostenpflichtig bestellen").count():
        press(citizen, "Kostenpflichtig bestellen")
    assert case in citizen.content()


def test_what_is_wrong_stands_on_top_and_at_the_field(citizen, picture):
    begin(citizen)
    press(citizen, "Weiter")
    assert citizen.title().startswith("Fehler:")
    alert = citizen.get_by_role("alert")
    assert alert.get_by_role("link").count() >= 3
    picture(citizen, "errors")
    target = alert.get_by_role("link").first.get_attribute("href")
    assert citizen.locator(target).count() == 1
    citizen.get_by_label("Sofa oder Sessel").check()
    citizen.get_by_label(re.compile("Wie viele Stücke")).fill("sehr viele")
    press(citizen, "Weiter")
    assert citizen.get_by_label(re.compile("Wie viele Stücke")).input_value() == "sehr viele"
    assert citizen.get_by_label("Sofa oder Sessel").is_checked()


def test_a_question_appears_when_an_answer_asks_for_it(citizen):
    begin(citizen)
    citizen.get_by_label("Sonstiges").check()
    say_what(citizen, kind="Normal")
    assert citizen.get_by_label(re.compile("Was ist das Sonstige")).is_visible()


def test_in_english(open_window):
    page = open_window()
    page.goto("/leistungen/sperrgut/")
    follow(page, "English")
    assert heading(page) == "Bulky waste collection"
    follow(page, "online|Begin|Start")
    press(page, "Begin|Start")
    assert heading(page) == "What should we collect?"


def test_a_fault_is_reported_without_a_name(open_window):
    page = open_window(town="neustadt")
    page.goto("/leistungen/maengelmelder/")
    follow(page, "Jetzt online beginnen")
    press(page, "Beginnen")
    page.get_by_label("Beleuchtung").check()
    page.get_by_label(re.compile("Wo ist es")).fill("Am Markt 7")
    press(page, "Weiter")
    press(page, "Weiter")
    press(page, "bsenden")
    assert "NEU-" in text(page)
    assert page.get_by_role("link", name="Jetzt bezahlen").count() == 0
