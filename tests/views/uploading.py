"""Uploads files as a browser does, and does the worker's part."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from metrics import ingest
from metrics.models import Batch, Upload

ACCOUNTS = b"Account ID,Company,Seats,Colour\nA1,Acme,20,red\nA2,Bolt,,blue\n"


def upload(client: Client, data: bytes, source: str = "accounts", name: str = "crm.csv") -> Upload:
    """A file that has arrived."""
    answer = send(client, data, source, name)
    assert answer.status_code == 302, problems(answer)
    return Upload.objects.latest("pk")


def send(client: Client, data: bytes, source: str = "accounts", name: str = "crm.csv") -> Any:
    """The answer to an upload."""
    file = SimpleUploadedFile(name, data, content_type="text/csv")
    return client.post(f"/imports/new/{source}/upload/", {"file": file})


def chosen(client: Client, found: Upload, **over: str) -> dict[str, str]:
    """What the form of the columns would send as it stands, with some fields changed."""
    html = client.get(f"/imports/files/{found.pk}/").content.decode()
    return fields_of(html) | {"do": "check"} | over


def fields_of(html: str) -> dict[str, str]:
    """Of a form as it stands."""
    fields: dict[str, str] = {}
    for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', html, re.DOTALL):
        picked = re.search(r'<option value="([^"]*)" selected>', body)
        fields[name] = picked.group(1) if picked else ""
    return fields | dict(re.findall(r'<input type="text" name="(\w+)" value="([^"]*)"', html))


def check(client: Client, found: Upload, **over: str) -> Upload:
    """A dry run, done."""
    answer = client.post(f"/imports/files/{found.pk}/columns/", chosen(client, found, **over))
    assert answer.status_code == 302, problems(answer)
    ingest.work_uploads()
    found.refresh_from_db()
    assert found.state == "checked" or found.error
    return found


def apply(client: Client, found: Upload) -> Batch:
    """The import, done."""
    client.post(f"/imports/files/{found.pk}/apply/")
    ingest.work_uploads()
    return Batch.objects.latest("pk")


def imported(client: Client, data: bytes, source: str = "accounts") -> Batch:
    """A file all the way."""
    return apply(client, check(client, upload(client, data, source)))


def problems(answer: Any) -> list[str]:
    """What a page says is wrong."""
    html = answer.content.decode()
    found = re.findall(r'<p class="hs-(?:problem|note)[^>]*>(.*?)</p>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", text).strip() for text in found if text.strip()]


def lead(answer: Any) -> str:
    """The lead sentence of a page, without markup."""
    text = re.search(r'<p class="hs-lead">(.*?)</p>', answer.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text.group(1) if text else "")).strip()
