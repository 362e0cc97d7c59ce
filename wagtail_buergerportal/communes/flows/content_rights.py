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
    actions = _permissions(Page, _PAGE_ACTIONS[role])
    pages = site.root_page.get_translations(inclusive=True).values_list("pk", flat=True)
    rights = [GroupPagePermission(group=group, page_id=page, permission=each) for page in pages for each in actions]
    GroupPagePermission.objects.bulk_create(rights, ignore_conflicts=True)
    collection = collection_of(site)
    for model in (get_image_model(), get_document_model()):
        GroupCollectionPermission.objects.bulk_create(
            [
                GroupCollectionPermission(group=group, collection=collection, permission=each)
                for each in _permissions(model, _FILE_ACTIONS)
            ],
            ignore_conflicts=True,
        )


def collection_of(site: Site) -> Collection:
    """The collection of the commune's images and documents, made on first need."""
    name = site.site_name or site.hostname
    root = Collection.get_first_root_node()
    return root.get_children().filter(name=name).first() or root.add_child(name=name)


def _permissions(model: type[Model], actions: tuple[str, ...]) -> list[Permission]:
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=False)
    names = [get_permission_codename(action, model._meta) for action in actions]
    return list(Permission.objects.filter(content_type=content_type, codename__in=names))
