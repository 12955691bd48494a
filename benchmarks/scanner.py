"""How fast leaked secrets are found: ``make bench`` searches a tree and random text, beside ripgrep with the same
patterns.

Wall time is what somebody waits, on all cores for both. The tree is written once and in the cache of the system when
it is searched; each figure is the best of several rounds, because a busy machine only ever makes one slower.
"""

from __future__ import annotations

import base64
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from portal.lib import client_secret
from portal.lib.archive_source import Budget
from portal.lib.leaks import look_into
from portal.lib.scanner import Find

MEGABYTES = int(os.environ.get("BENCH_MEGABYTES", "1024"))
ROUNDS = 3
GOAL = 0.5
# What `portal.lib.scanner` looks for, as regular expressions: text, UTF-16, base64 in its three alignments, constants.
PATTERNS = (
    rf"bnd_[0-9A-Za-z]{{{client_secret.BODY_LENGTH + client_secret.CHECKSUM_LENGTH}}}",
    r"(?-u)b\x00n\x00d\x00_",
    "Ym5kX[z0123]",
    "JuZF[89]",
    "ibmRf",
    "ClientSecret",
)
PLANTED_EVERY = 7


def main() -> None:
    """Print each figure beside its goal; writes two folders of MEGABYTES each and removes them."""
    with tempfile.TemporaryDirectory() as folder:
        random_text, tree = Path(folder, "random"), Path(folder, "tree")
        planted = plant(tree, MEGABYTES)
        plant(random_text, MEGABYTES, with_secrets=False)
        for name, place, expected in (("tree with secrets", tree, planted), ("random text", random_text, set())):
            found = {find.verifier for find in found_in(place) if find.is_ours}
            print(f"{name}: {len(found)} of {len(expected)} found, {len(found - expected)} that are none")
            ours = _rate(lambda place=place: found_in(place))  # type: ignore[misc]
            print(f"  Bindery  {ours:8.0f} MB/s")
            if shutil.which("rg"):
                theirs = _rate(lambda place=place: _ripgrep(place))  # type: ignore[misc]
                verdict = "yes" if ours >= GOAL * theirs else "NO"
                print(f"  ripgrep  {theirs:8.0f} MB/s   goal {GOAL:g} of it: {ours / theirs:.2f} {verdict}")
            else:
                print("  ripgrep is not installed (apt-get install ripgrep)")


def found_in(place: Path) -> list[Find]:
    """What the command finds in there; only archives cost a budget, and there are none."""
    reports = look_into([place], lambda: Budget(0, 0, 0, 0, 0))
    return [leak.find for _path, report in reports for leak in report.leaks]


def plant(folder: Path, megabytes: int, *, with_secrets: bool = True) -> set[str]:
    """Files of random text in folders, 1 MB each; in some of them a secret, in different forms. Gives the verifiers."""
    planted = set()
    chosen = random.Random(5)  # noqa: S311 - the same tree each time
    for number in range(megabytes):
        place = folder / f"{number % 20}" / f"{number}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        text = base64.encodebytes(chosen.randbytes(740_000))
        if with_secrets and number % PLANTED_EVERY == 0:
            secret = client_secret.generate().reveal()
            planted.add(client_secret.verifier(secret))
            at = chosen.randrange(len(text))
            text = text[:at] + b"\n" + _written(secret, number // PLANTED_EVERY) + b"\n" + text[at:]
        place.write_bytes(text)
    return planted


def _written(secret: str, number: int) -> bytes:
    forms: tuple[Callable[[], bytes], ...] = (
        lambda: f"secret = {secret}".encode(),
        lambda: secret.encode("utf-16-le"),
        lambda: secret.encode("utf-16-be"),
        lambda: b"Basic " + base64.b64encode(f"acme-{number}:{secret}".encode()),
        lambda: f'"Module.ClientSecret": "{secret}"'.encode(),
    )
    return forms[number % len(forms)]()


def _rate(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return MEGABYTES / min(seconds)


def _ripgrep(place: Path) -> None:
    patterns = [part for pattern in PATTERNS for part in ("-e", pattern)]
    command = ["rg", "--text", "--no-ignore", "--hidden", "--no-config", "--count-matches", *patterns, str(place)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603


if __name__ == "__main__":
    main()
