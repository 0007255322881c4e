"""Tasks: made, done, opened again, removed and put back by whoever may see the account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import account_or_404, user_of
from accounts.middleware import organisation_of
from accounts.toasts import toast
from metrics.forms import TaskForm
from metrics.models import Task
from metrics.templatetags.formats import day
from metrics.views.account.doing import done, undo_by


@require_POST
def task_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a task for somebody who may see the account, or for nobody yet."""
    account, by = account_or_404(request, pk), user_of(request)
    form = TaskForm(
        request.POST, account=account, today=organisation_of(request).day_of(timezone.now())
    )
    if not form.is_valid():
        return done(request, account, task=form)
    task = Task.objects.create(account=account, created_by=by, **form.cleaned_data)
    until = f", due {day(task.due_on)}" if task.due_on else ""
    toast(request, f"Task added{until}", undo=undo_by(request, "task_remove", pk, task.pk))
    return done(request, account)


@require_POST
def task_done(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Ticks a task off."""
    account, by = account_or_404(request, pk), user_of(request)
    task = get_object_or_404(Task.objects.standing(), account=pk, pk=number)
    if task.finish(by=by):
        toast(request, f"Done: {task}", undo=undo_by(request, "task_reopen", pk, number))
    return done(request, account)


@require_POST
def task_reopen(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Makes a task to do again."""
    account = account_or_404(request, pk)
    task = get_object_or_404(Task.objects.standing(), account=pk, pk=number)
    if task.reopen():
        toast(request, f"To do again: {task}", undo=undo_by(request, "task_done", pk, number))
    return done(request, account)


@require_POST
def task_remove(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Takes a task back."""
    account = account_or_404(request, pk)
    task = get_object_or_404(Task, account=pk, pk=number)
    if Task.objects.filter(pk=task.pk).take_back():
        toast(request, f"Removed: {task}", undo=undo_by(request, "task_restore", pk, number))
    return done(request, account)


@require_POST
def task_restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Puts a task back that was removed."""
    account = account_or_404(request, pk)
    task = get_object_or_404(Task, account=pk, pk=number)
    if Task.objects.filter(pk=task.pk).put_back():
        toast(request, f"Back: {task}", undo=undo_by(request, "task_remove", pk, number))
    return done(request, account)
