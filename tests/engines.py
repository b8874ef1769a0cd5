"""Gecko and WebKit as tests drive them, one interface for both: what a browser test asks of a page.

Firefox is spoken to by WebDriver BiDi over a socket, WebKitGTK by WebDriver over HTTP; neither
needs a driver of its own. Chromium has Playwright and all the other tests.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import websocket

MINI_BROWSER = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
PATIENCE = 60
"""Seconds after which a browser that says nothing is given up."""


class Engine(Protocol):
    """A browser with one window."""

    def open(self, address: str) -> None:
        """Go to an address and wait until it has loaded."""

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript, waited for if it is a promise."""

    def resize(self, width: int) -> None:
        """Give the window a width, in CSS pixels, or the least that it can have."""


class Gecko:
    """Firefox."""

    needs = ("firefox-esr",)

    def __init__(self, stack: ExitStack) -> None:
        profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        options = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile]
        started = subprocess.Popen(
            ["firefox-esr", *options, "about:blank"], stderr=subprocess.PIPE, text=True
        )
        stack.callback(ended, started)
        spoken = (re.search(r"BiDi listening on (ws://\S+)", line) for line in started.stderr)
        [address] = next(filter(None, spoken)).groups()
        self.socket = websocket.create_connection(
            f"{address}/session", suppress_origin=True, timeout=PATIENCE
        )
        stack.callback(self.socket.close)
        self.number = itertools.count(1)
        self.ask("session.new", capabilities={})
        [window] = self.ask("browsingContext.getTree")["contexts"]
        self.window = window["context"]

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self.number)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass
        if answer["type"] != "success":
            raise RuntimeError(f"{method}: {answer.get('message')}")
        return answer["result"]

    def open(self, address: str) -> None:
        self.ask("browsingContext.navigate", context=self.window, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        answer = self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self.window},
            awaitPromise=True,
        )
        if answer["type"] != "success":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    def resize(self, width: int) -> None:
        shape = {"width": width, "height": 900}
        self.ask("browsingContext.setViewport", context=self.window, viewport=shape)

    def printed(self) -> bytes:
        """Return the page as a PDF; the driver of WebKitGTK has no such command."""
        answer = self.ask("browsingContext.print", context=self.window, background=True)
        return base64.b64decode(answer["data"])


class WebKit:
    """WebKitGTK, on a screen that nobody sees."""

    needs = ("WebKitWebDriver", "Xvfb")

    def __init__(self, stack: ExitStack) -> None:
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        stack.callback(ended, screen)
        display = {"DISPLAY": f":{screen.stdout.readline().strip()}", "GDK_BACKEND": "x11"}
        # In a container there is no sandbox to be had, and no graphics card.
        plain = {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "LIBGL_ALWAYS_SOFTWARE": "1"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        started = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"], env=os.environ | display | plain
        )
        stack.callback(ended, started)
        self.address = f"http://127.0.0.1:{port}/session"
        until(lambda: socket.create_connection(("127.0.0.1", port)).close())
        [browser, *_] = sorted(map(str, Path("/").glob(MINI_BROWSER.lstrip("/"))))
        options = {"binary": browser, "args": ["--automation"]}
        # On a busy machine this driver has said that a page is there before it was: `open` looks.
        wanted = {"webkitgtk:browserOptions": options, "pageLoadStrategy": "none"}
        asked = {"capabilities": {"alwaysMatch": wanted}}
        self.address += f"/{self.ask('POST', '', asked)['sessionId']}"
        stack.callback(self.ask, "DELETE", "")

    def ask(self, method: str, what: str, said: Any = None) -> Any:
        data = None if said is None else json.dumps(said).encode()
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(
            f"{self.address}{what}", method=method, data=data, headers=headers
        )
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            error.add_note(error.read().decode())
            raise

    def open(self, address: str) -> None:
        self.ask("POST", "/url", {"url": address})
        until(lambda: self.arrived(address))

    def arrived(self, address: str) -> None:
        """Raise `TimeoutError` while the page asked for is not there, whole."""
        at = self.evaluate("[location.href, document.readyState]")
        if at != [address, "complete"]:
            raise TimeoutError(f"{address} was asked for, the window is at {at}")

    def evaluate(self, expression: str) -> Any:
        script = f"return (async () => JSON.stringify(await ({expression})))()"
        answer = self.ask("POST", "/execute/sync", {"script": script, "args": []})
        return None if answer is None else json.loads(answer)

    def resize(self, width: int) -> None:
        self.ask("POST", "/window/rect", {"width": width, "height": 900})


ENGINES: dict[str, type[Gecko] | type[WebKit]] = {"Gecko": Gecko, "WebKit": WebKit}


def missing(engine: type[Gecko] | type[WebKit]) -> list[str]:
    """Return the programs that an engine needs and this machine lacks."""
    return [program for program in engine.needs if not shutil.which(program)]


def ended(process: subprocess.Popen[str]) -> None:
    process.terminate()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def until(tried: Any) -> None:
    """Try until it works, for as long as `PATIENCE` allows."""
    last = time.monotonic() + PATIENCE
    while True:
        try:
            return tried()
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)
