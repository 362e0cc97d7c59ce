"""What the API takes and answers. Amounts are integer cents; whoever sends anything else is told so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from ..flows.create import NewItem
from ..flows.create_for_client import NewOrder
from ..models import EntryKind
from ..state import OrderState

_MOST_CENTS = 10**11


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelt field would otherwise be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            message = _("There is no such field.")
            raise serializers.ValidationError(
                {str(name): [ErrorDetail(str(message), "unknown")] for name in sorted(unknown, key=str)}
            )
        return super().to_internal_value(data)


class WholeField(serializers.IntegerField):
    """A JSON integer and nothing that could be rounded into one."""

    default_error_messages = {"invalid": _("A whole number is needed here, not text and no fraction.")}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return int(data)


class TextsField(serializers.DictField):
    """Texts by name; the names are as limited as the texts."""

    child = serializers.CharField(max_length=250, allow_blank=True)
    names = serializers.CharField(max_length=80)

    def to_internal_value(self, data: Any) -> Any:
        texts = super().to_internal_value(data)
        return {self.names.run_validation(name): text for name, text in texts.items()}


class NewItemSerializer(StrictSerializer):
    label = serializers.CharField(max_length=140)  # type: ignore[assignment]  # the item's, not the field's
    unit_cents = WholeField(
        min_value=-_MOST_CENTS, max_value=_MOST_CENTS, help_text="Cents for one, tax included; negative: a reduction."
    )
    quantity = WholeField(min_value=1, max_value=100_000, default=1)
    tax_permille = WholeField(min_value=0, max_value=1000, default=0, help_text="Tax rate in tenths of a per cent.")
    posting_key = serializers.CharField(
        max_length=80, default="", allow_blank=True, help_text="What the item is booked on."
    )
    booking_data = TextsField(default=dict, help_text="For the bookkeeping.")


class PayerSerializer(StrictSerializer):
    """Who pays; kept encrypted and never answered."""

    first_name = serializers.CharField(max_length=140, required=False)
    last_name = serializers.CharField(max_length=140, required=False)
    organisation = serializers.CharField(max_length=140, required=False)
    street = serializers.CharField(max_length=140, required=False)
    house_number = serializers.CharField(max_length=20, required=False)
    postal_code = serializers.CharField(max_length=10, required=False)
    city = serializers.CharField(max_length=140, required=False)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="ISO 3166-1, e.g. DE.")
    email = serializers.EmailField(required=False)


class NewOrderSerializer(StrictSerializer):
    """An order to be made. ``context`` needs the ``client`` it is for."""

    purpose = serializers.CharField(max_length=140, help_text="What is paid for; nothing personal.")
    items = NewItemSerializer(many=True, allow_empty=False, max_length=99)  # type: ignore[call-arg]
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="EUR", help_text="ISO 4217.")
    language = serializers.CharField(max_length=10, default="de", help_text="Of receipt and messages.")
    payer = PayerSerializer(default=dict)
    return_url = serializers.URLField(
        max_length=500, default="", allow_blank=True, help_text="Where people go on; on a host the commune allows."
    )
    external_id = serializers.CharField(
        max_length=64, default="", allow_blank=True, help_text="Your own id of what is paid for, unique among yours."
    )
    due_on = serializers.DateField(default=None, allow_null=True)

    def validate_language(self, value: str) -> str:
        if value not in dict(settings.LANGUAGES):
            raise serializers.ValidationError(_("This language is not offered here."), "unknown")
        return value

    def validate_return_url(self, value: str) -> str:
        if value and not self.context["client"].may_return_to(value):
            raise serializers.ValidationError(_("People may not be sent to this address."), "host_not_allowed")
        return value

    def validate(self, attrs: Any) -> Any:
        if sum(item["quantity"] * item["unit_cents"] for item in attrs["items"]) <= 0:
            raise serializers.ValidationError({"items": [_("The items must add up to more than nothing.")]})
        return attrs

    @property
    def wanted(self) -> NewOrder:
        data = {**self.validated_data, "payer": dict(self.validated_data["payer"])}
        return NewOrder(**{**data, "items": tuple(NewItem(**item) for item in data["items"])})


class CreatedSerializer(serializers.Serializer[Any]):
    """Nothing of it ever changes, so that a repeated request gets the same answer."""

    reference = serializers.CharField(help_text="The Kassenzeichen.")
    token = serializers.CharField(help_text="The key to the order: for the person who pays and nobody else.")
    external_id = serializers.CharField()
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    url = serializers.CharField(help_text="Where to ask how the order stands.")
    pay_url = serializers.CharField(help_text="The page where people pay and see how it stands.")


class OrderItemSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    quantity = serializers.IntegerField()
    unit_cents = serializers.IntegerField(help_text="Cents, tax included.")
    total_cents = serializers.IntegerField()


class OrderSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField(help_text="The Kassenzeichen.")
    purpose = serializers.CharField()
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField()
    balance_cents = serializers.IntegerField(help_text="What has been received and kept, in cents.")
    state = serializers.ChoiceField(choices=OrderState.choices)
    items = OrderItemSerializer(many=True)
    pay_url = serializers.CharField(help_text="The page where people pay and see how it stands.")


class WaySerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Send it back to begin a payment.")
    label = serializers.CharField(help_text="What to write on the button.")  # type: ignore[assignment]


class StartSerializer(StrictSerializer):
    way = serializers.CharField(max_length=80, help_text="Code of one of the ways of paying.")


class StartedSerializer(serializers.Serializer[Any]):
    redirect_url = serializers.CharField(help_text="Send the person there, with the whole page.")


class ReceiptSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField(help_text="Signed cents: money given back is negative.")
    occurred_at = serializers.DateTimeField()
    url = serializers.CharField(help_text="The receipt as PDF.")
