"""A page in headless Chromium, over its debugging pipe, and what is asked of every page so that everyone can use it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
_SECONDS = 60


class Browser:
    """One page. Use as a context manager; `events` are those since the page was opened."""

    def __init__(self, home: Path) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def wire() -> None:  # Chromium reads from 3 and writes to 4
            first, second = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(first, 3)
            os.dup2(second, 4)

        assert CHROMIUM is not None
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={home}"]
        self.process = subprocess.Popen(
            [*command, "--remote-debugging-pipe", "about:blank"], preexec_fn=wire, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._in, self._out = os.fdopen(ours_in, "rb", buffering=0), os.fdopen(ours_out, "wb", buffering=0)
        self._buffer, self._count, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._session = ""
        self.call("Browser.close")
        self.process.wait(_SECONDS)
        self._in.close()
        self._out.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params, **({"sessionId": self._session} if self._session else {})}
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._count:
                assert "error" not in found, (method, found)
                result: dict[str, Any] = found["result"]
                return result
            self.events.append(found)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            piece = self._in.read(1 << 20)
            assert piece, "Chromium has ended"
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found

    def open(self, path: Path, width: int = 1280, height: int = 900) -> None:
        """Open a file and wait until it is there."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.events = []
        self.call("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def run(self, code: str) -> Any:
        """Return the value of a piece of JavaScript; the page may run scripts that come from here."""
        found = self.call("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def key(self, name: str, code: int, text: str = "") -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, text=text if kind == "keyDown" else ""
            )

    def point(self, x: float, y: float) -> None:
        """Move the pointer."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        time.sleep(0.1)

    def said(self) -> list[str]:
        """Return what the console says: errors, warnings, uncaught exceptions."""
        kinds = {"Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"}
        return [json.dumps(event["params"], ensure_ascii=False)[:400] for event in self.events if event.get("method") in kinds]

    def requested(self) -> list[str]:
        """Return the addresses that were asked for; data addresses are none."""
        found = [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [url for url in found if not url.startswith("data:")]

    def picture(self, target: Path) -> None:
        """Write what is seen."""
        target.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def paper(self) -> bytes:
        """Return the page as it is printed."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])

    def hindrances(self) -> list[str]:
        """Return what hinders people who cannot see, or use a keyboard: see the checks below."""
        found: list[str] = self.run(_HINDRANCES)
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        named = {"button", "link", "textbox", "searchbox", "image", "img", "region", "navigation", "dialog", "graphics-document"}
        for node in nodes:
            role = node.get("role", {}).get("value", "")
            if not node.get("ignored") and role in named and not str(node.get("name", {}).get("value", "")).strip():
                found.append(f"{role} without a name: node {node.get('backendDOMNodeId')}")
        roles = {node.get("role", {}).get("value") for node in nodes if not node.get("ignored")}
        landmarks = () if "dialog" in roles else ("main", "banner")  # what lies behind an open panel is out of reach
        return found + [f"no {role}" for role in landmarks if role not in roles]


_HINDRANCES = r"""
(() => {
  const found = [], shown = element => element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
  const name = element => element.tagName.toLowerCase() + '#' + element.id + '.' + String(element.className.baseVal ?? element.className);
  if (!/^(zh|en)/.test(document.documentElement.lang)) found.push('no language');
  if (!document.title.trim()) found.push('no title');
  const ids = {};
  document.querySelectorAll('[id]').forEach(element => { ids[element.id] = (ids[element.id] || 0) + 1; });
  Object.entries(ids).filter(([, count]) => count > 1).forEach(([id]) => found.push('id twice: ' + id));
  document.querySelectorAll('a[href^="#"]').forEach(link => {
    const id = decodeURIComponent(link.getAttribute('href').slice(1));
    if (id && !document.getElementById(id)) found.push('link to nowhere: ' + id);
  });
  ['aria-labelledby', 'aria-describedby', 'aria-controls'].forEach(kind => document.querySelectorAll('[' + kind + ']').forEach(element =>
    element.getAttribute(kind).split(/\s+/).forEach(id => { if (!document.getElementById(id)) found.push(kind + ' of nothing: ' + id); })));
  let level = 0;
  const heads = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(shown);
  heads.forEach(head => {
    const own = Number(head.tagName[1]);
    if (own > level + 1) found.push('heading jumps from ' + level + ' to ' + own + ': ' + head.textContent);
    if (!head.textContent.trim()) found.push('empty heading');
    level = own;
  });
  if (heads.filter(head => head.tagName === 'H1').length !== 1) found.push('not one h1');
  document.querySelectorAll('table').forEach(table => {
    const heads = [...table.querySelectorAll('th')];
    if (!heads.length) found.push('table without head: ' + name(table));
    heads.filter(head => !head.scope).forEach(head => found.push('head without scope: ' + head.textContent));
  });
  document.querySelectorAll('img').forEach(image => {
    if (!image.hasAttribute('alt') && !image.getAttribute('aria-label')) found.push('picture without words');
  });
  document.querySelectorAll('[aria-hidden="true"]').forEach(element => {
    if (element.querySelector('a[href],button,input,[tabindex="0"]')) found.push('hidden but reached by keyboard: ' + name(element));
  });
  document.querySelectorAll('[tabindex]').forEach(element => {
    if (Number(element.tabIndex) > 0) found.push('order of keys changed: ' + name(element));
  });
  document.querySelectorAll('*').forEach(element => {
    const style = getComputedStyle(element);
    const scrolls = (/auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1) ||
      (/auto|scroll/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
    if (scrolls && shown(element) && element !== document.documentElement && element !== document.body && element.tabIndex < 0 &&
        !element.querySelector('a[href],button,input')) found.push('scrolls without keyboard: ' + name(element));
  });
  const numbers = text => (text.match(/[\d.]+/g) || []).map(Number);
  const part = value => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const light = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !shown(element) || element.closest('svg, script, style')) continue;
    const style = getComputedStyle(element), back = ground(element), key = style.color + back + style.fontSize + style.fontWeight;
    if (seen.has(key)) continue;
    seen.add(key);
    const one = light(numbers(style.color)), other = light(back);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio >= (large ? 3 : 4.5)) continue;
    found.push('contrast ' + ratio.toFixed(2) + ': ' + name(element) + ' ' + node.textContent.trim().slice(0, 20));
  }
  return found;
})()
"""
