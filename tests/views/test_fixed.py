"""Parts of a page that are rendered once for the values they name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe

from metrics.templatetags import fixed


def render(template: Template, **known: Any) -> str:
    return template.render(Context(known))


def test_a_part_is_the_same_for_the_same_values_and_sees_nothing_else() -> None:
    page = Template(
        "{% load fixed %}{% fixed a=a b=c.d|upper %}{{ a }}-{{ b }}-{{ e }}{% endfixed %}"
    )
    assert render(page, a=1, c={"d": "x"}, e="secret") == "1-X-"
    assert render(page, a=1, c={"d": "x"}, e="other") == "1-X-"
    assert render(page, a=2, c={"d": "y"}) == "2-Y-"
    assert render(page, c={}) == "--"


def test_it_is_rendered_once() -> None:
    page = Template("{% load fixed %}{% fixed a=a %}{% now 'u' %}{{ a }}{% endfixed %}")
    assert render(page, a="x") == render(page, a="x") != render(page, a="y")


def test_what_is_equal_but_not_the_same_has_its_own() -> None:
    page = Template("{% load fixed %}{% fixed a=a %}{{ a }}{% endfixed %}")
    for _ in range(2):
        shown = [render(page, a=a) for a in (1, True, 1.0, "<i>", mark_safe("<i>"), None)]
        assert shown == ["1", "True", "1.0", "&lt;i&gt;", "<i>", "None"]


def test_a_value_that_does_not_say_all_that_matters_is_refused() -> None:
    page = Template("{% load fixed %}{% fixed a=a %}{{ a }}{% endfixed %}")
    assert render(page, a=dt.date(2026, 3, 1)) == "March 1, 2026"
    for value in (dt.datetime(2026, 3, 1, tzinfo=dt.UTC), object(), ("a",)):
        with pytest.raises(TypeError, match=f"a is {type(value).__name__}"):
            render(page, a=value)


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed, "MOST", 3)
    page = Template("{% load fixed %}{% fixed a=a %}{{ a }}{% now 'u' %}{% endfixed %}")
    node = page.nodelist.get_nodes_by_type(fixed.FixedNode)[0]
    assert isinstance(node, fixed.FixedNode)
    shown = [render(page, a=str(number)) for number in range(5)]
    assert list(node._kept.values()) == shown[2:]
    assert render(page, a="4") == shown[4]


def test_a_value_without_a_name_is_a_mistake() -> None:
    with pytest.raises(TemplateSyntaxError, match="name=value only, not b"):
        Template("{% load fixed %}{% fixed a=1 b %}{% endfixed %}")
