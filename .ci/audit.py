"""The supply chain: licences, known vulnerabilities, and the bill of materials.

    python .ci/audit.py _build/sbom.cdx.json

Licences of all locked packages are held against a list of what is allowed; the environment is
written down as CycloneDX; pip-audit asks for known vulnerabilities, where its database can be
reached, and it is said where not.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-uv.txt")
ALLOWED = re.compile(
    r"(MIT|BSD|ISC|Apache|0BSD|Zlib|CC0|PSF|Python Software Foundation|MPL|Mozilla|Unlicense"
    r"|Public Domain|HPND|Historical Permission)",
    re.I,
)
FORBIDDEN = re.compile(r"\b(AGPL|SSPL|Commons Clause|proprietary|non-?commercial)\b", re.I)
READ_BY_HAND = {"axe-playwright-python": "MIT; axe-core itself MPL-2.0"}
"""Packages whose metadata name no licence, and what their licence files say."""


def locked() -> dict[str, str]:
    """Return the packages in the locks and their versions."""
    text = "\n".join((ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS)
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, flags=re.M))


def licence(name: str) -> str:
    """Return what a package says of its licence: expression, classifiers, or first line."""
    about = metadata(name)
    if expression := about.get("License-Expression"):
        return expression
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    if classifiers:
        return "; ".join(c.rsplit(" :: ", 1)[-1] for c in classifiers)
    return (about.get("License") or "").strip().split("\n")[0]


def refused() -> dict[str, str]:
    """Return the installed packages of the lock whose licence is not allowed, with the licence."""
    found = {}
    for name, version_locked in locked().items():
        try:
            if version(name) != version_locked:
                continue
        except PackageNotFoundError:  # locked for another system or Python
            continue
        said = licence(name)
        said = READ_BY_HAND.get(name, said) if not ALLOWED.search(said) else said
        if not ALLOWED.search(said) or FORBIDDEN.search(said):
            found[name] = said or "none named"
    return found


def write_sbom(target: Path) -> int:
    """Write the environment down as CycloneDX and return the number of its components."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    options = ["--pyproject", "pyproject.toml", "--output-reproducible", "--output-file"]
    subprocess.run([*command, *options, str(target)], cwd=ROOT, check=True, capture_output=True)
    return len(json.loads(target.read_text(encoding="utf-8"))["components"])


def vulnerabilities() -> tuple[int, str]:
    """Return an exit status and what pip-audit found, or that it could not look."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off"]
    command += [part for lock in LOCKS for part in ("--requirement", lock)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return 0, "not looked for: the database is out of reach"
    asked = [one for one in packages if "skip_reason" not in one]
    if not asked:
        return 0, f"not looked for: the database knows none of {len(packages)} packages"
    known = [f"{one['name']} {v['id']}" for one in asked for v in one["vulns"]]
    return int(bool(known)), ", ".join(known) or f"none known in {len(asked)} packages"


def main(target: Path) -> int:
    """Print the findings and return 1 if there is one that must not be."""
    wrong = refused()
    print(f"Licences: {len(locked())} packages in the locks, {len(wrong)} not allowed")
    for name, said in wrong.items():
        print(f"  {name}: {said}")
    print(f"Bill of materials: {write_sbom(target)} components in {target}")
    status, found = vulnerabilities()
    print(f"Vulnerabilities: {found}")
    return status or int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
