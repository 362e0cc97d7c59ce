"""The round that makes up for whatever got lost: every minute by command, or as a task where a site schedules tasks."""

from __future__ import annotations

from django_tasks import task

from .flows import expire, forget_unproven, poll_due, process_left_over, refunds_due
from .outbox import deliver_due


def make_round() -> dict[str, int]:
    """Ask, expire, apply, deliver; how many of each, by name. Two rounds at once do no damage."""
    counts = {
        "messages left over": process_left_over(),
        "attempts answered": poll_due(),
        "expired": expire(),
        "refunds moved on": refunds_due(),
        "events delivered": deliver_due(),
    }
    forget_unproven()
    return counts


@task()
def make_round_as_task() -> None:
    make_round()
