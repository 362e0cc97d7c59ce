"""A worker is killed at every boundary it crosses: those of victim.py, and one before every file renamed."""

from __future__ import annotations

import signal

import pytest
from django.utils import timezone

from tests import forks
from tests.forks import Child
from tests.xfinanz.factories import pay, released
from tests.xfinanz.victim import Victim
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.deliveries.directory import adapter
from wagtail_xfinanz.flows import deliver_due, hand_over
from wagtail_xfinanz.models import BatchDelivery, DeliveryState

pytestmark = [pytest.mark.django_db(transaction=True), forks.needed]


@pytest.fixture(autouse=True)
def nobody_works(settings):
    """The task queue takes tasks and no worker runs them."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def dies(kill_at):
    """Whether a worker got as far as that boundary."""

    def live(victim):
        adapter.rename_without_replacing = victim.before(adapter.rename_without_replacing)
        victim.beware()
        deliver_due()
        return 0

    return Child(lambda: live(Victim(kill_at))).end() == -signal.SIGKILL


class Importer:
    """The finance system: reads what lies in its inbox, and may take it away."""

    def __init__(self, inbox, *, takes_away):
        self.inbox, self.takes_away, self.imported = inbox, takes_away, []

    def runs(self):
        for path in self.inbox.iterdir():
            if not path.name.startswith(".") and not path.name.endswith(".sha256"):
                if self.takes_away or path.name not in self.imported:
                    self.imported.append(path.name)
                if self.takes_away:
                    path.unlink()


def batches(site, tenant, anna, bernd, later):
    """One released batch after the other."""
    while True:
        order = create_order(site=site, purpose="x", items=[NewItem("x", 100, posting_key="sperrgut")])
        pay(order, 100)
        (batch,) = released(tenant, anna, bernd, cut_off=later)
        yield batch


@pytest.mark.parametrize("takes_away", [False, True], ids=["keeps files", "takes files away"])
def test_wherever_a_worker_dies_the_file_is_there_once(site, tenant, directory, inbox, anna, bernd, later, takes_away):
    importer = Importer(inbox, takes_away=takes_away)
    directory.options = {"checksum_file": True}
    directory.save()
    deliveries, point, has_died = [], 0, True
    for batch in batches(site, tenant, anna, bernd, later):
        if not has_died:
            break
        point += 1
        deliveries.append(hand_over(batch, by=bernd).pk)
        has_died = dies(point)
        importer.runs()
        BatchDelivery.objects.exclude(next_try_at=None).update(next_try_at=timezone.now())
        deliver_due()
        importer.runs()
    assert point > 20
    rows = BatchDelivery.objects.select_related("file").filter(pk__in=deliveries)
    uncertain = rows.filter(state=DeliveryState.UNKNOWN, next_try_at=None)
    assert rows.filter(state=DeliveryState.SENT).count() + uncertain.count() == len(deliveries)
    # Where the importer was faster than the second look a person is asked; it is never sent again, and never lost.
    assert uncertain.exists() == takes_away
    assert sorted(importer.imported) == sorted(row.file.filename for row in rows)
    assert not [path for path in inbox.iterdir() if path.name.endswith(".part")]
