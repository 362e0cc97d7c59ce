from __future__ import annotations

import datetime
import hashlib
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from .. import payments, storage
from ..case_secret import hash_secret, new_secret
from ..mails import send_confirmation
from ..models import Case, CaseEvent, CaseState, CaseUpload
from ..submission import Submission, Submitted, UploadedPart
from .numbers import next_number


def submit(*, submission: Submission) -> Submitted:
    """Hand in: case, files and order for the fee, all or nothing. Repeating it finds the case already made.

    Locks the commune's number range. Files are written before the commit; if it does not come they are deleted here,
    or, if an outer transaction or the process ends, by ``cases_purge``.
    """
    if known := _known(submission):
        return known
    kept: list[str] = []
    try:
        with transaction.atomic():
            return _make(submission, kept)
    except BaseException as error:
        for name in kept:
            storage.forget(name)
        if isinstance(error, IntegrityError) and (known := _known(submission)):
            return known
        raise


def _known(submission: Submission) -> Submitted | None:
    case = Case.objects.filter(submission_key=submission.submission_key).first()
    return Submitted(case, None, payments.pay_url(case)) if case else None


def _make(submission: Submission, kept: list[str]) -> Submitted:
    secret = new_secret()
    case = _case(submission, secret)
    for part in submission.uploads:
        _keep(case, part, kept)
    CaseEvent.objects.create(case=case, kind="received", text=submission.confirmation, key="received")
    order = payments.open_order(case, submission)
    if order is None and case.payment_due_on:
        # Nothing can be paid online here: the case is the clerk's at once.
        case.state, case.payment_due_on = CaseState.RECEIVED, None
        case.save(update_fields=["state", "payment_due_on"])
    send_confirmation(case)
    return Submitted(case, secret, payments.pay_url(case))


def _keep(case: Case, part: UploadedPart, kept: list[str]) -> None:
    upload = CaseUpload(
        id=uuid.uuid4(),
        case=case,
        field_key=part.field_key,
        filename=part.filename,
        content_type=part.content_type,
        size=len(part.data),
        sha256=hashlib.sha256(part.data).hexdigest(),
    )
    upload.storage_name = storage.keep(upload.pk, part.data)
    kept.append(upload.storage_name)
    upload.save()


def _case(submission: Submission, secret: str) -> Case:
    number = next_number(submission.site)
    owes = submission.fee_cents > 0 and submission.payment_policy != "none"
    due_on = timezone.localdate() + datetime.timedelta(days=submission.payment_days) if owes else None
    waits = owes and submission.payment_policy == "required"
    return Case.objects.create(
        site=submission.site,
        department=submission.department,
        number=number,
        submission_key=submission.submission_key,
        secret_hash=hash_secret(number, secret),
        title=submission.title[:120],
        service_key=submission.service_key,
        language=submission.language,
        state=CaseState.WAITING_FOR_PAYMENT if waits else CaseState.RECEIVED,
        answers=submission.answers,
        summary=submission.summary,
        contact_email=_email(submission.payer.get("email", "")),
        fee_cents=submission.fee_cents if owes else 0,
        payment_due_on=due_on,
        citizen=submission.citizen,
        retention_days=submission.retention_days,
    )


def _email(text: str) -> str | None:
    """The address if it is one; an application is not refused for a bad one, it only gets no mail."""
    try:
        validate_email(text)
    except ValidationError:
        return None
    return text
