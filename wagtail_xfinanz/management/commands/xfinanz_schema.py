from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from wagtail.models import Site

from ...errors import BookkeepingError
from ...flows import install_schema, load_schema, remove_schema
from ...models import SchemaPackage
from ...schemas.describe import cardinality, simple_in_words, type_in_words
from ...schemas.names import local
from ...schemas.tree import Branch, Node


class Command(BaseCommand):
    help = "Installs, lists, shows and removes XSD packages for file formats that are driven by a schema."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        install = verbs.add_parser("install", help="check and install a package (zip, or a single .xsd)")
        install.add_argument("package", type=Path)
        install.add_argument("--main", default="", help="file to begin with, if the package leaves a choice")
        install.add_argument("--site", help="host name of the only commune that may use it; default: all")
        verbs.add_parser("list", help="installed packages and their messages")
        tree = verbs.add_parser("tree", help="the elements of a message")
        tree.add_argument("message", help="name of the message's root element")
        tree.add_argument("--package", type=int, help="number of the package as in the list")
        tree.add_argument("--depth", type=int, default=4)
        remove = verbs.add_parser("remove", help="remove a package no mapping uses")
        remove.add_argument("package", type=int, help="number of the package as in the list")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except BookkeepingError as error:
            raise CommandError(str(error)) from error

    def _install(self, options: dict[str, Any]) -> None:
        path: Path = options["package"]
        site = self._site(options["site"]) if options["site"] else None
        try:
            with path.open("rb") as source:
                row = install_schema(source, name=path.name, site=site, by=None, main=options["main"])
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"Installed as {row.pk}: {row}, SHA-256 {row.sha256}")

    def _site(self, hostname: str) -> Site:
        try:
            return Site.objects.get(hostname=hostname)
        except Site.DoesNotExist as error:
            raise CommandError(f"There is no site with the host name {hostname}.") from error

    def _list(self, options: dict[str, Any]) -> None:
        for row in SchemaPackage.objects.select_related("site"):
            where = row.site.hostname if row.site else "all communes"
            self.stdout.write(f"{row.pk}: {row}, {row.name}, {row.installed_at:%Y-%m-%d}, {where}, {row.sha256}")
            for line in self._messages(row):
                self.stdout.write(f"    {line}")

    def _messages(self, row: SchemaPackage) -> list[str]:
        """What can be mapped of a package, or why it cannot be read any more."""
        try:
            return [local(name) for name in load_schema(row).tree.messages]
        except BookkeepingError as error:
            return [str(error)]

    def _tree(self, options: dict[str, Any]) -> None:
        rows = SchemaPackage.objects.all()
        for row in rows.filter(pk=options["package"]) if options["package"] else rows:
            tree = load_schema(row).tree
            for name in tree.elements:
                if options["message"] in (name, local(name)):
                    self._show(tree.root(name), 0, options["depth"])
                    return
        raise CommandError(f"No installed package has a message {options['message']}.")

    def _show(self, node: Node, level: int, depth: int) -> None:
        self._line(level, cardinality(node.minimum, node.maximum), node.label, type_in_words(node), node.documentation)
        for attribute in node.attributes:
            needed = "1" if attribute.required else "0..1"
            words = simple_in_words(attribute.type)
            self._line(level + 1, needed, f"@{local(attribute.name)}", words, attribute.fixed or "")
        if level < depth:
            self._branch(node.content, level + 1, depth)

    def _branch(self, branch: Branch, level: int, depth: int) -> None:
        for part in branch.parts:
            if isinstance(part, Node):
                self._show(part, level, depth)
            elif isinstance(part, Branch):
                self._line(level, cardinality(part.minimum, part.maximum), part.kind)
                self._branch(part, level + 1, depth)
            else:
                self._line(level, cardinality(part.minimum, part.maximum), "any element")

    def _line(self, level: int, *parts: str) -> None:
        self.stdout.write("    " * level + "  ".join(filter(None, parts))[:160])

    def _remove(self, options: dict[str, Any]) -> None:
        row = SchemaPackage.objects.filter(pk=options["package"]).first()
        if row is None:
            raise CommandError(f"There is no package {options['package']}.")
        remove_schema(row, by=None)
        self.stdout.write(f"Removed {row}.")
