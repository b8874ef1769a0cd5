"""Install what is locked into the environment of this Python, by uv, or by pip where uv is not.

    python .ci/install.py LOCK [--project]

uv, itself installed with its hash, takes seconds where pip takes minutes. It does not read how pip
is set up, so it is told: where packages come from, which certificates hold, which proxy is used.
With --project the package of this checkout is installed too, as it stands here. What uv and pip say
is in _build/install.log.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOG = ROOT / "_build" / "install.log"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
UV = (sys.executable, "-m", "uv", "--quiet")
NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
    "no-cache-dir": "UV_NO_CACHE",
}
"""What pip can be told, and the variables that tell uv the same."""
NEEDLESS = "rfc3987-syntax"
"""Where it is, jsonschema loads it: 38 grammars compiled at each start of a kernel, two seconds, to
check addresses with other than Latin letters. Where it is not, that check is left out."""


def told_to_pip(listed: str) -> dict[str, str]:
    """Return pip's settings in the words of uv, from what `pip config list` prints.

    Examples
    --------
    >>> told_to_pip("global.index-url='https://example.org/simple'\\n:env:.timeout='60'\\n")
    {'UV_DEFAULT_INDEX': 'https://example.org/simple', 'UV_HTTP_TIMEOUT': '60'}
    """
    said = {"global": {}, "install": {}, ":env:": {}}
    for section, name, value in re.findall(r"^(\S+)\.([a-z-]+)=(.+)$", listed, re.M):
        if section in said and name in NAMES:
            said[section][NAMES[name]] = " ".join(ast.literal_eval(value).split())
    found = said["global"] | said["install"] | said[":env:"]
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = found["UV_FIND_LINKS"].replace(" ", ",")
    return found


def surroundings() -> dict[str, str]:
    """Return the environment for uv: what it was told itself counts more than what pip was."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False)
    # Every package has its hash, so it may come from whichever index has that version, as with pip.
    default = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_SYSTEM_CERTS": "1"}
    return default | told_to_pip(listed.stdout) | os.environ


def run(*command: str, env: dict[str, str] | None = None) -> bool:
    """Run a command in the checkout and return whether it did its work."""
    with LOG.open("a", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=ROOT, env=env, check=False, stdout=log, stderr=log)
    return done.returncode == 0


def by_uv(lock: str, *own: str) -> bool:
    """Install by uv, and return whether that went well."""
    hashed = ("--require-hashes", "--requirement")
    have = (*PIP, "install", "--quiet", "--only-binary", ":all:", *hashed, "requirements-uv.txt")
    if not run(*have):
        return False
    install = (*UV, "pip", "install", "--python", sys.executable)
    env = surroundings()
    return (
        run(*install, *hashed, lock, env=env)
        and (not own or run(*install, *own, env=env))
        and run(*UV, "pip", "uninstall", "--python", sys.executable, NEEDLESS)
    )


def by_pip(lock: str, *own: str) -> bool:
    """Install by pip, and return whether that went well."""
    install = (*PIP, "install", "--quiet")
    hashed = (*install, "--require-hashes", "--requirement", lock)
    return (
        run(*hashed)
        and (not own or run(*install, *own))
        and run(*PIP, "uninstall", "--quiet", "--yes", NEEDLESS)
    )


def main(lock: str, *options: str) -> int:
    """Install and return the exit status."""
    LOG.parent.mkdir(exist_ok=True)
    LOG.unlink(missing_ok=True)
    own = ("--no-deps", "--no-build-isolation", "--editable", ".")
    wanted = (lock, *(own if "--project" in options else ()))
    if by_uv(*wanted):
        return 0
    print("uv is not to be had here; pip installs, in some minutes ...", flush=True)
    return 0 if by_pip(*wanted) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
