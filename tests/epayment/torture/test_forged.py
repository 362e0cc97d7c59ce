"""Whatever strangers send to the doors of notification and return, it moves nothing and tells them nothing."""

from __future__ import annotations

import itertools
import json
import logging
import random
import urllib.parse

import pytest
from django.conf import settings as django_settings

from wagtail_epayment.models import AttemptState, LedgerEntry, PaymentAttempt, PaymentContract, ProviderMessage, Refund

from .doors import KINDS, open_door
from .story import CENTS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("postgresql" in django_settings.DATABASES["default"]["ENGINE"], reason="no database decides it"),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def door(request, site):
    with request.param.fake() as fake:
        yield open_door(request.param, site, fake)


@pytest.fixture
def doors(site):
    with KINDS[0].fake() as first, KINDS[1].fake() as second, KINDS[2].fake() as third:
        yield [open_door(kind, site, fake) for kind, fake in zip(KINDS, (first, second, third), strict=True)]


@pytest.fixture(autouse=True)
def _quiet():
    """Django logs every refused request, which takes longer than the request."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def nothing_has_moved(*doors):
    assert not LedgerEntry.objects.exists()
    assert not Refund.objects.exists()
    for door in doors:
        states = PaymentAttempt.objects.filter(pk__in=[door.attempt.pk, door.other.pk]).values_list("state", flat=True)
        assert set(states) <= {AttemptState.PENDING, AttemptState.FAILED, AttemptState.EXPIRED}


def tells_nothing(answer):
    assert answer.content == b""
    assert not {"Location", "Set-Cookie"} & set(answer.headers)


# Every field: missing, empty, repeated, of another payment, something else; alone and in pairs


def test_every_combination_of_tampered_fields_moves_nothing(door, client):
    forged = list(_forgeries(door))
    assert len(forged) > 50
    for changes in forged:
        answer = door.failed.send(client, **changes)
        # 200 where the hash is right and the content no longer makes sense: kept for people to look at.
        assert answer.status_code in ({200, 400, 503} if door.failed.query else {400, 503}), changes
        tells_nothing(answer)
    nothing_has_moved(door)
    assert door.paid.send(client).status_code == 200
    assert LedgerEntry.objects.get().amount_cents == CENTS


def _forgeries(door):
    """The failed payment's message, made to say something else. What says the same is none, and left out."""
    if door.failed.query:
        yield from _forged_queries(door)
    else:
        yield from _forged_bodies(door)


def _forged_queries(door):
    pairs = urllib.parse.parse_qsl(door.failed.query, keep_blank_values=True)
    theirs = dict(urllib.parse.parse_qsl(door.paid.query, keep_blank_values=True))
    for first, second in itertools.combinations(range(len(pairs)), 2):
        for one, two in itertools.product(_WAYS, repeat=2):
            found = [[pair] for pair in pairs]
            for place, way in ((first, one), (second, two)):
                found[place] = way(*pairs[place], theirs)
            said = list(itertools.chain.from_iterable(found))
            if said != pairs:
                yield {"query": urllib.parse.urlencode(said)}
    for place in range(len(pairs) - 1):
        # The hash is over the values one after the other: move the border between two of them.
        (name, value), (following, rest) = pairs[place : place + 2]
        for cut in range(len(value)):
            said = [*pairs[:place], (name, value[:cut]), (following, value[cut:] + rest), *pairs[place + 2 :]]
            if "gcHash" not in (name, following):
                yield {"query": urllib.parse.urlencode(said)}


_WAYS = (
    lambda name, value, theirs: [(name, value)],
    lambda name, value, theirs: [],
    lambda name, value, theirs: [(name, "")],
    lambda name, value, theirs: [(name, value), (name, theirs.get(name, "4000"))],
    lambda name, value, theirs: [(name, theirs.get(name, ""))] if theirs.get(name) != value else [],
)


def _forged_bodies(door):
    """Each value of the JSON, however deep: every way and every pair of neighbours."""
    told, theirs = json.loads(door.failed.body), json.loads(door.paid.body)
    paths = list(_paths(told))
    for path in paths:
        for value in (None, "", 0, -1, [], {}, _at(theirs, path), "4711", True):
            if value != _at(told, path):
                yield {"body": json.dumps(_with(told, {path: value})).encode()}
    for one, two in itertools.pairwise(paths):
        yield {"body": json.dumps(_with(told, {one: _at(theirs, one), two: None})).encode()}
    for name, value in door.failed.headers.items():
        for signature in ("", value[:-1], value + "0", value.upper(), value[::-1], f"{value}, {value}", "t=1,v1="):
            # As it was, and under the other payment's signature.
            yield {"headers": {name: signature}, "body": door.paid.body}
        yield {"headers": {name: value}, "body": door.paid.body}
        yield {"headers": door.paid.headers}
    yield {"headers": {}}
    yield {"body": door.failed.body + b" "}
    yield {"body": b"\xef\xbb\xbf" + door.failed.body}
    yield {"body": door.failed.body.decode().encode("utf-16")}


def _paths(said, before=()):
    if isinstance(said, dict):
        for name, value in said.items():
            yield (*before, name)
            yield from _paths(value, (*before, name))


def _at(said, path):
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _with(said, changes):
    said = json.loads(json.dumps(said))
    for path, value in changes.items():
        place = _at(said, path[:-1])
        if isinstance(place, dict):
            place[path[-1]] = value
    return said


def test_a_genuine_message_at_any_other_door_moves_nothing(doors, client, other_site):
    copies = []
    for contract in PaymentContract.objects.all():
        contract.pk, contract.site = None, other_site
        contract.save()
        copies.append(f"/zahlung/melden/{contract.provider}/{contract.pk}/")
    for door in doors:
        elsewhere = [each.path for each in doors if each is not door] + copies
        for path in [*elsewhere, "/zahlung/melden/unknown/1/", f"/zahlung/melden/{door.name}/0/"]:
            answer = door.paid.send(client, path=path)
            # 200 where two towns share an account with its secret, and the message is of the other town.
            assert answer.status_code in ({200, 400, 503} if path in copies else {400, 503}), (door.name, path)
            tells_nothing(answer)
    nothing_has_moved(*doors)


_CLAIMS = [
    "state=succeeded", "gcResultPayment=4000", "gcAmount=5750", "amount_cents=5750", "session_id=cs_test_1", "paid=1",
    "tx_id={other}", "gcMerchantTxId={other}", "return_token={other_token}", "next=//evil.example", "token=x",
]  # fmt: skip


def test_whatever_the_return_address_claims_the_bank_is_asked(door, client, monkeypatch):
    monkeypatch.setattr("wagtail_epayment.web.views.poll_attempt", lambda *args, **kwargs: None)
    names = {"other": door.other.merchant_tx_id, "other_token": door.other.return_token}
    claims = [claim.format(**names) for claim in _CLAIMS]
    for one, two in itertools.product(claims, repeat=2):
        for method in ("get", "post"):
            address = f"/zahlung/zurueck/{door.attempt.return_token}/"
            answer = client.get(f"{address}?{one}&{two}") if method == "get" else client.post(address, f"{one}&{two}",
                content_type="application/x-www-form-urlencoded")  # fmt: skip
            assert (answer.status_code, answer.url) == (302, f"/zahlung/{door.attempt.order.token}/")
            assert answer.content == b""
    nothing_has_moved(door)


def test_a_return_address_that_was_changed_opens_nothing(door, client):
    token, order = door.attempt.return_token, door.attempt.order
    secrets = [order.token, order.reference, door.attempt.merchant_tx_id, door.attempt.provider_ref, token]
    for changed in [token[:-1], token + "0", token.swapcase(), token[::-1], order.token, door.attempt.merchant_tx_id,
                    str(door.attempt.pk), str(order.pk), "%00", "..", f"{token}%00", f"{token}%0a"]:  # fmt: skip
        answer = client.get(f"/zahlung/zurueck/{changed}/")
        assert answer.status_code == 404, changed
        page = answer.content.decode()
        assert not [secret for secret in secrets if secret and secret in page and secret != changed]
        assert "Traceback" not in page


# Ten thousand at random


REQUESTS = 10_000


def test_ten_thousand_random_requests_move_nothing_and_a_genuine_one_still_counts(doors, client):
    dice = random.Random(4711)
    seen = set()
    secrets = [each for door in doors for each in (door.attempt.merchant_tx_id, door.other.merchant_tx_id)]
    for number in range(REQUESTS):
        door = doors[number % len(doors)]
        answer = _random_request(door, client, dice)
        seen.add(answer.status_code)
        assert answer.status_code < 500 or answer.status_code == 503
        is_the_sites_page = answer.status_code in {400, 404} and answer.content
        if is_the_sites_page:
            page = answer.content.decode()
            assert not [each for each in (*secrets, "Traceback", "Error") if each in page]
        else:
            tells_nothing(answer)
    assert {400, 405, 503} <= seen
    nothing_has_moved(*doors)
    kept = 2 * 100 + 1  # without proof or sense, repeated, and the first of what is repeated
    assert ProviderMessage.objects.count() <= kept * len(doors)
    for door in doors:
        assert door.paid.send(client).status_code == 200
    assert list(LedgerEntry.objects.values_list("amount_cents", flat=True)) == [CENTS] * len(doors)


def _random_request(door, client, dice):
    body, query, headers = door.failed.body, door.failed.query, dict(door.failed.headers)
    changes = {
        "kind": dice.choice(["application/json", "application/x-www-form-urlencoded", "text/xml", "", "x" * 300])
    }
    match dice.randrange(10):
        case 0:
            body, query = dice.randbytes(dice.randrange(400)), dice.randbytes(dice.randrange(200)).decode("latin-1")
        case 1:
            body = query = "x" * dice.choice([5_000, 70_000]) if not dice.randrange(10) else ""
            body = body.encode()
        case 2:
            deep = dice.randrange(1, 3_000)
            body = dice.choice([b"[" * deep, b'{"a":' * deep, b"[" * deep + b"]" * deep])
        case 3:
            changes["method"] = dice.choice(
                ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "GET", "POST", "BREW"]
            )
        case 4:
            headers = {name: _spoilt(value.encode(), dice).decode("latin-1") for name, value in headers.items()}
            headers = {name: value.replace("\n", "").replace("\r", "") for name, value in headers.items()}
        case 5:
            body = body.decode("latin-1").encode(dice.choice(["utf-16", "utf-32", "utf-7", "utf-8-sig"]))
            query = query.encode("utf-16").decode("latin-1")
        case 6:
            headers |= {dice.choice(["Host", "Cookie", "Accept-Language", "X-Forwarded-Host", "Content-Encoding",
                                     "Transfer-Encoding", "X-Http-Method-Override"]):
                        dice.choice(["evil.example", "gzip", "chunked", "\x7f", "PUT", "a" * 4_000])}  # fmt: skip
            body, query = _spoilt(body, dice), _spoilt(query.encode(), dice).decode("latin-1")
        case _:
            body, query = _spoilt(body, dice), _spoilt(query.encode(), dice).decode("latin-1")
    if dice.randrange(2):
        changes["method"] = changes.get("method", "POST")
        body = body or query.encode("latin-1", "replace")
    return door.failed.send(client, body=body, query=query, headers=headers, **changes)


_KINDS_OF_CONTENT = ["application/json", "application/x-www-form-urlencoded", "text/xml", "", "x" * 300]
_METHODS = ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "GET", "POST", "BREW"]
_PIECES = [
    b"", b"\x00", b"%00", b"&gcResultPayment=4000", b'"state":"succeeded"', b'"cents":1', b"\xff\xfe", b"&" * 30, b"[[",
    b"5750", b"-1", b"1e999", b"NaN", b"\xed\xa0\x80", b'\\ud800', b"' OR 1=1 --", b"<script>", b"../../etc/passwd",
]  # fmt: skip


def _spoilt(text, dice):
    """With some bytes replaced, so that it says something else."""
    found = bytearray(text)
    for _change in range(dice.randint(1, 5)):
        at, length = dice.randrange(len(found) + 1), dice.randint(0, 12)
        found[at : at + length] = dice.choice([*_PIECES, dice.randbytes(length)])
    return bytes(found) if found != text else text + b"x"
