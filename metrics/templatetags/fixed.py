"""Parts of a page that depend on a few small values only: rendered once for each combination.

    {% fixed here=here is_admin=request.user.is_admin %}<nav>…</nav>{% endfixed %}

What stands inside sees the values that the tag names and nothing else of the page, so what is kept
can never be out of date: whatever is not named is not there. Forms stay outside, their token is
another one on every page.
"""

from __future__ import annotations

import datetime as dt
from threading import Lock
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString

register = template.Library()
MOST = 512  # of each place; a header is 6 kB
# what a value is must be all that matters of it: a moment is written in the zone of who reads it
PLAIN = (str, SafeString, int, bool, float, dt.date, type(None))


class FixedNode(template.Node):
    """Keeps what it rendered for as long as its template is kept."""

    def __init__(self, named: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.named = named
        self.nodelist = nodelist
        self._kept: dict[tuple[tuple[type, Any], ...], SafeString] = {}
        self._lock = Lock()

    def render(self, context: Context) -> SafeString:
        """The kept text, or that of now; TypeError for a value that says too little of itself."""
        values = [expression.resolve(context) for expression in self.named.values()]
        # 1 equals True, and a safe string one that is to be escaped
        key = tuple((type(value), value) for value in values)
        found = self._kept.get(key)
        return self._render(context, values, key) if found is None else found

    def _render(
        self, context: Context, values: list[Any], key: tuple[tuple[type, Any], ...]
    ) -> SafeString:
        for name, value in zip(self.named, values, strict=True):
            if type(value) not in PLAIN:
                raise TypeError(f"{name} is {type(value).__name__}: name the values it is made of")
        known = context.new(dict(zip(self.named, values, strict=True)))
        made = self.nodelist.render(known)
        with self._lock:
            if len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = made
        return made


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    """`{% fixed name=value … %}`: see above."""
    tag, *bits = token.split_contents()
    named = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"{tag} takes name=value only, not {bits[0]}")
    nodelist = parser.parse((f"end{tag}",))
    parser.delete_first_token()
    return FixedNode(named, nodelist)
