from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from wagtail_epayment.models import PaymentAttempt, ProviderMessage


@csrf_exempt
def bare(request: HttpRequest, pk: str) -> HttpResponse:
    """The least a view could do with a notification: one locked select, one insert, one update."""
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update().get(pk=pk)
        ProviderMessage.objects.create(
            provider="sandbox", contract_id=attempt.contract_id, source="notify", raw=request.body.decode()
        )
        PaymentAttempt.objects.filter(pk=pk).update(state="succeeded")
    return HttpResponse()


urlpatterns = [
    path("bare/<uuid:pk>/", bare),
    path("zahlung/", include("wagtail_epayment.urls")),
]
