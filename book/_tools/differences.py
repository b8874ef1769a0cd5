"""What differs between a published site and one that was built again.

PUBLISHED is a folder or an address; what differs is shown as page, element, old and new.
"""

import hashlib
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import Tag

from report.sums import NAME, SumsError, read_sums, sums_of

SHOWN = 160
"""Characters of an element that are shown."""


def fetch(published: str, name: str) -> bytes:
    """Return a file of the published site, from its folder or its address.

    Raises
    ------
    SumsError
        If it is not to be had.
    """
    try:
        if re.match(r"https?://", published):
            with urllib.request.urlopen(f"{published.rstrip('/')}/{name}") as answer:
                return bytes(answer.read())
        return (Path(published) / name).read_bytes()
    except (OSError, urllib.error.URLError) as error:
        raise SumsError(f"{published} has no {name}: {error}") from error


def differences(published: str, rebuilt: Path) -> Iterator[str]:
    """Yield what differs between a published site and one that was built again."""
    old, new = read_sums(fetch(published, NAME).decode("utf-8")), sums_of(rebuilt)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{name}: published, but not built again"
        elif name not in old:
            yield f"{name}: built again, but not published"
        elif old[name] != new[name]:
            yield from _changes(name, published, old[name], rebuilt)


def _changes(name: str, published: str, digest: str, rebuilt: Path) -> Iterator[str]:
    before = fetch(published, name)
    if hashlib.sha256(before).hexdigest() != digest:
        yield f"{name}: the published file does not have its published sum"
        return
    after = (rebuilt / name).read_bytes()
    if name.endswith(".html"):
        old, new = (BeautifulSoup(text.decode(), "html.parser") for text in (before, after))
        yield from (f"{name}: {change}" for change in changed_elements(old, new))
        return
    place = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, place - 40)
    pieces = [
        repr(text[start : start + SHOWN].decode("utf-8", "replace")) for text in (before, after)
    ]
    yield f"{name}: byte {place}: old {pieces[0]} new {pieces[1]}"


def changed_elements(old: Tag, new: Tag, path: str = "") -> Iterator[str]:
    """Yield each innermost element that differs: where it stands, what it was and what it is."""
    parts = [[child for child in tag.children if str(child).strip()] for tag in (old, new)]
    alike = [[getattr(child, "name", None) for child in children] for children in parts]
    tags = [[child for child in children if isinstance(child, Tag)] for children in parts]
    same_words = [str(c) for c in parts[0] if not isinstance(c, Tag)] == [
        str(c) for c in parts[1] if not isinstance(c, Tag)
    ]
    if alike[0] != alike[1] or not same_words or old.attrs != new.attrs:
        yield f"{path or '/'}: old {_short(old)} new {_short(new)}"
        return
    for place, (before, after) in enumerate(zip(*tags, strict=True), 1):
        if str(before) != str(after):
            yield from changed_elements(before, after, f"{path}/{_step(before, place)}")


def _step(tag: Tag, place: int) -> str:
    return f"{tag.name}#{tag['id']}" if tag.get("id") else f"{tag.name}[{place}]"


def _short(tag: Tag) -> str:
    text = " ".join(str(tag).split())
    return text if len(text) <= SHOWN else text[:SHOWN] + " ..."


def compare(published: str, rebuilt: Path) -> int:
    """Print what differs and return the exit status: 0 if nothing does."""
    try:
        found = list(differences(published, rebuilt))
    except SumsError as error:
        print(f"make verify: {error}", file=sys.stderr)
        return 2
    for difference in found:
        print(difference)
    files = len(sums_of(rebuilt))
    print(
        f"{len(found)} differences between {published} and what was built again"
        if found
        else f"Verified: all {files} files of {published} were built again, bit by bit"
    )
    return 1 if found else 0
