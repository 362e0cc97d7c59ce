"""Letting other applications in: their keys, and the secrets their webhooks are signed with."""

from __future__ import annotations

import datetime

from django.utils import timezone

from ..keys import matches, new_key, read_key
from ..models import ApiClient, WebhookEndpoint
from ..webhooks.signing import new_secret

#: The last use is good to the minute; writing it at every request would be dear.
_USE_EVERY = datetime.timedelta(minutes=1)


def issue_key(client: ApiClient) -> str:
    """Save the application with a new key and return it: it cannot be read again. An older key ends with that."""
    key = new_key()
    client.prefix, client.key_hash = key.prefix, key.hash
    client.save()
    return key.text


def client_of_key(text: str) -> ApiClient | None:
    """The active application that has this key; its last use is noted."""
    key = read_key(text)
    if key is None:
        return None
    client = ApiClient.objects.select_related("site").filter(prefix=key.prefix, is_active=True).first()
    if client is None or not matches(key, client.key_hash):
        return None
    now = timezone.now()
    if client.last_used_at is None or client.last_used_at < now - _USE_EVERY:
        ApiClient.objects.filter(pk=client.pk).update(last_used_at=now)
    return client


def issue_secret(endpoint: WebhookEndpoint) -> str:
    """Save the webhook with a new secret and return it: it is not shown again."""
    endpoint.secret = new_secret()
    endpoint.gone_at = None
    endpoint.save()
    return endpoint.secret
