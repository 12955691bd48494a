"""A program that speaks as a browser does, over its two pipes, until it misbehaves in one way."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from tests.images.pictures import saved
from tests.images.test_seen import drawn_page

PROGRAM = """#!{python} -ISB
import base64, json, os, signal, subprocess, sys, time
MODE, HERE = {mode!r}, {here!r}
PNG = {png!r}
open(HERE + "/started", "w").write(json.dumps([sys.argv, dict(os.environ), os.getcwd()]))
if MODE == "dies at once":
    sys.exit(3)
if MODE == "leaves others":
    for _ in range(3):
        subprocess.Popen([sys.executable, "-ISc", "import os, time; os.setpgid(0, 0); time.sleep(600)"])
if MODE == "never reads":
    os.write(4, b'{{"method": "x"}}' + bytes(1))
    time.sleep(600)
def say(told):
    data = json.dumps(told).encode() + bytes(1)
    while data:
        data = data[os.write(4, data):]
read = b""
while True:
    while bytes(1) not in read:
        piece = os.read(3, 65536)
        if not piece:
            sys.exit(0)
        read += piece
    order, _, read = read.partition(bytes(1))
    order = json.loads(order)
    method, result = order["method"], {{}}
    if method == "Target.createTarget":
        result = {{"targetId": "T"}}
    if method == "Target.attachToTarget":
        result = {{"sessionId": "S"}}
    if method == "Page.navigate" and MODE != "never loads":
        say({{"method": "Page.loadEventFired", "sessionId": "S", "params": {{}}}})
    if method == "Page.navigate" and MODE == "dialogs without end":
        while True:
            say({{"method": "Page.javascriptDialogOpening", "sessionId": "S", "params": {{}}}})
    if method == "Page.captureScreenshot":
        if MODE == "hangs":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
        if MODE == "dies":
            os.kill(os.getpid(), signal.SIGSEGV)
        if MODE == "garbage":
            os.write(4, b"\\xff\\x00 no JSON" + bytes(1))
        if MODE == "a list":
            os.write(4, b"[]" + bytes(1))
        if MODE == "huge":
            while True:
                os.write(4, b"A" * 65536)
        if MODE == "memory":
            kept = bytearray(os.urandom(4096) * 50_000)
            time.sleep(600)
        if MODE == "large file":
            with open(os.environ["HOME"] + "/large", "wb") as file:
                file.truncate(2 ** 40)
        others = {{"no base64": "***", "no picture": base64.b64encode(b"GIF89a" * 99).decode()}}
        result = {{"data": others.get(MODE, PNG)}}
        if MODE == "no data":
            result = {{}}
        if MODE == "error":
            say({{"id": order["id"], "error": {{"message": "no"}}}})
            continue
    say({{"id": order["id"], "result": result}})
"""


def fake_browser(folder: Path, mode: str = "") -> str:
    """The path of such a program; what it was started with stands in `started` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    png = base64.b64encode(saved(drawn_page())).decode()
    program = folder / "chromium"
    program.write_text(PROGRAM.format(python=sys.executable, mode=mode, here=str(folder), png=png))
    program.chmod(0o755)
    return str(program)
