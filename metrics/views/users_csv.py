"""The list of users as a file."""

from __future__ import annotations

import csv

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.access import admin_only
from accounts.models import User
from metrics.sources.formulas import neutralise

COLUMNS = ("email", "name", "role", "manager_email", "accounts", "last_login", "is_active")


@admin_only
@require_GET
def users_csv(request: HttpRequest) -> HttpResponse:
    """Everybody who may log in or might once, in the order of the page."""
    answer = HttpResponse("\ufeff", content_type="text/csv")
    answer["Content-Disposition"] = 'attachment; filename="users.csv"'
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    users = User.objects.select_related("manager").annotate(owned=Count("book"))
    for user in users.order_by("-is_active", "name", "email"):
        text = (user.email, user.name, user.role, user.manager.email if user.manager else "")
        seen = user.last_login.isoformat() if user.last_login else ""
        writer.writerow([*map(neutralise, text), user.owned, seen, user.is_active])
    return answer
