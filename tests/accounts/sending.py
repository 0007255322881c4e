"""What a browser sends of a form that nobody has touched."""

from __future__ import annotations

from html.parser import HTMLParser

from django.test import Client


class Fields(HTMLParser):
    """Name -> value of the inputs and selects of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and name and given.get("type") != "checkbox":
            self.found[name] = given.get("value") or ""
        elif tag == "select":
            self._select = name
            self.found[name] = ""
        elif tag == "option" and "selected" in given:
            self.found[self._select] = given.get("value") or ""


def sent_by(client: Client, path: str) -> dict[str, str]:
    """The fields of the forms of a page, as they stand there."""
    fields = Fields()
    fields.feed(client.get(path).content.decode())
    return fields.found
