"""Run by test_portal_alone in a process of its own: migrate, hand something in, look at it."""

from __future__ import annotations

import sys
import uuid

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from wagtail.models import Site  # noqa: E402

from wagtail_buergerportal.cases.flows import submit  # noqa: E402
from wagtail_buergerportal.cases.models import CaseState  # noqa: E402
from wagtail_buergerportal.cases.submission import FeeLine, Submission  # noqa: E402
from wagtail_buergerportal.communes.models import CommuneSettings, Department  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("check")
    site = Site.objects.get()
    CommuneSettings.objects.create(site=site, name="Alleinstadt", case_prefix="ALL")
    department = Department.objects.create(site=site, name="Bauhof")
    call_command("setup_roles", verbosity=0)
    submitted = submit(
        submission=Submission(
            submission_key=uuid.uuid4(),
            site=site,
            department=department,
            title="Sperrgut",
            service_key="sperrgut",
            language="de",
            answers={"stueck": 3},
            summary=[{"title": "Was", "rows": [{"label": "Stück", "value": "3"}]}],
            fee_lines=(FeeLine("Abholung", 3, 850),),
            payment_policy="required",
        )
    )
    if submitted.pay_url is not None or submitted.case.state != CaseState.RECEIVED:
        sys.exit("Without the payment app there is nothing to pay, and the case is the clerk's at once.")
    page = Client().post(
        "/portal/vorgang/suchen/", {"number": submitted.case.number, "secret": submitted.secret}, follow=True
    )
    if page.status_code != 200 or "Sperrgut" not in page.content.decode():
        sys.exit("The case cannot be opened by number and secret.")
    if loaded := [name for name in sys.modules if name.startswith(("wagtail_epayment", "wagtail_xfinanz"))]:
        sys.exit(f"These were imported all the same: {loaded}")
    sys.stdout.write(submitted.case.number)


if __name__ == "__main__":
    main()
