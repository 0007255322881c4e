"""What pages need of Tabler: its rules for bare elements, and none of its classes.

No page uses a class of Tabler's, and its stylesheet is 79 kB compressed, more than everything else
of a page together. Made where the front-end packages are fetched; needs the standard library only:

python3 healthscore/tabler.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "node_modules/@tabler/core/dist/css/tabler.min.css"
MADE = ROOT / "node_modules/.made/tabler.css"
THEME = re.compile(r"\[data-bs-theme=[^\]]*\]")
VARIABLE = re.compile(r"(--[\w-]+):((?:[^;{}\"']|\"[^\"]*\"|'[^']*')*)(;|(?=\}))")


def main() -> None:
    """Writes the stylesheet."""
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(bare(PACKAGE.read_text(encoding="utf-8")), encoding="utf-8")


def bare(css: str) -> str:
    """The rules of a minified stylesheet whose selectors name elements only, with its licence."""
    licence = re.search(r"/\*!.*?\*/", css, re.DOTALL)
    rules = _used(_rules(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))
    note = "/* Only its rules for bare elements: made by healthscore/tabler.py. */"
    return f"{licence[0] if licence else ''}\n{note}\n{rules}\n"


def _rules(css: str) -> str:
    kept = []
    for head, body in _blocks(css):
        if head.startswith(("@media", "@supports")):
            kept.append((head, _rules(body)))
        elif not head.startswith("@"):
            kept.append((",".join(filter(_is_bare, _selectors(head))), body))
    return "".join(f"{head}{{{body}}}" for head, body in kept if head and body)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """(what stands before a brace, what stands between it and its counterpart), from outside."""
    depth = begin = opened = 0
    for match in re.finditer(r"[{}]", css):
        if match[0] == "{":
            opened = opened if depth else match.start()
            depth += 1
            continue
        depth -= 1
        if not depth:
            head = css[begin:opened].rpartition(";")[2].strip()
            yield head, css[opened + 1 : match.start()]
            begin = match.end()


def _selectors(head: str) -> list[str]:
    """Parts between commas that stand in no bracket."""
    return re.split(r",(?![^(\[]*[)\]])", head)


def _is_bare(selector: str) -> bool:
    return not re.search(r"[.#]|\[class|\[data-bs", THEME.sub("", selector))


def _used(css: str) -> str:
    """Without variables that nothing reads, and rules that are empty then."""
    while True:
        read = set(re.findall(r"var\((--[\w-]+)", css))
        fewer = VARIABLE.sub(lambda found: found[0] if found[1] in read else "", css)  # noqa: B023
        fewer = re.sub(r"[^{}]+\{\}", "", fewer)
        if fewer == css:
            return css
        css = fewer


if __name__ == "__main__":
    main()
