"""Pages, images and documents of a commune: what its editors may touch. Locks no rows."""

from __future__ import annotations

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page, Site

_PAGE_ACTIONS = {
    "portal_admin": ("add", "change", "publish", "lock", "unlock", "bulk_delete"),
    "editor": ("add", "change", "publish"),
}
_FILE_ACTIONS = ("add", "change", "choose")


def grant_content(role: str, group: Group, site: Site) -> None:
    """Let ``group`` work on the site's page trees (each language) and on its own collection."""
    if role not in _PAGE_ACTIONS:
        return
    for page in site.root_page.get_translations(inclusive=True):
        for action in _PAGE_ACTIONS[role]:
            GroupPagePermission.objects.get_or_create(
                group=group, page_id=page.pk, permission=_permission(Page, action)
            )
    collection = collection_of(site)
    for model in (get_image_model(), get_document_model()):
        for action in _FILE_ACTIONS:
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=_permission(model, action)
            )


def collection_of(site: Site) -> Collection:
    """The collection of the commune's images and documents, made on first need."""
    name = site.site_name or site.hostname
    root = Collection.get_first_root_node()
    return root.get_children().filter(name=name).first() or root.add_child(name=name)


def _permission(model: type[Model], action: str) -> Permission:
    return Permission.objects.get(
        content_type=ContentType.objects.get_for_model(model, for_concrete_model=False),
        codename=get_permission_codename(action, model._meta),
    )
