"""Ask every outside address in the built site, and write a report.

    python .ci/links.py _build/html _build/links.md

On request only: what others publish is no reason for a build to fail.
"""

import re
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

AGENT = {"User-Agent": "Mozilla/5.0 (link check of a book)"}


def addresses(site: Path) -> dict[str, set[str]]:
    """Return each outside address with the pages that name it."""
    found: dict[str, set[str]] = {}
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        for address in re.findall(r'<a[^>]*href="(https?://[^"#]+)', text):
            found.setdefault(address.replace("&amp;", "&"), set()).add(page.name)
    return found


def ask(address: str) -> str:
    """Return how an address answers: its status, or why there is no answer."""
    for method in ("HEAD", "GET"):
        request = urllib.request.Request(address, method=method, headers=AGENT)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return str(answer.status)
        except urllib.error.HTTPError as error:
            told = str(error.code)
        except (OSError, ValueError) as error:
            return f"no answer: {getattr(error, 'reason', error)}"
    return told


def main(site: Path, target: Path) -> int:
    """Write the report and return the number of addresses that do not answer well."""
    found = addresses(site)
    with ThreadPoolExecutor(8) as pool:
        told = dict(zip(found, pool.map(ask, found), strict=True))
    bad = [address for address in found if not told[address].startswith("2")]
    rows = [f"| {a} | {told[a]} | {', '.join(sorted(found[a]))} |" for a in sorted(found)]
    table = "\n".join(["| address | answer | pages |", "|:--|:--|:--|", *rows])
    head = f"# Outside addresses\n\n{len(found)} addresses, {len(bad)} without a good answer.\n"
    target.write_text(f"{head}\n{table}\n", encoding="utf-8")
    print(f"{len(found)} addresses, {len(bad)} without a good answer: {target}")
    return min(len(bad), 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
