"""What a citizen waits for, against Wagtail's own simplest page with one rich text."""

from __future__ import annotations

from benchmarks import harness

COUNT = 20


def main() -> None:
    harness.site()
    from django.template import engines
    from django.test import Client
    from wagtail.models import Page

    from example_site.content.build import build

    build(8000)
    town = Page.objects.get(slug="musterstadt", depth=2, locale__language_code="de")
    town.add_child(instance=Page(title="Schlicht", slug="schlicht"))
    text = "{% load wagtailcore_tags %}<!doctype html><title>{{ page.title }}</title>{{ '<p>Text</p>'|richtext }}"
    Page.template = engines["django"].from_string(text)  # type: ignore[assignment]
    client = Client(HTTP_HOST="musterstadt.localhost")

    def get(path: str) -> int:
        for _number in range(COUNT):
            answer = client.get(path)
            if answer.status_code != 200:
                raise AssertionError(f"{path}: {answer.status_code}")
        return COUNT

    begun = client.post("/portal/formular/sperrgut/")
    step = begun["Location"]
    paths = {
        "service index with search": "/leistungen/",
        "service page with its assistant": "/leistungen/sperrgut/",
        "step of an assistant": step,
    }
    harness.report(
        *[
            harness.compare(
                what, lambda path=path: get(path), lambda: get("/schlicht/"), unit="ms", against="plain Wagtail page"
            )
            for what, path in paths.items()
        ]
    )


if __name__ == "__main__":
    main()
