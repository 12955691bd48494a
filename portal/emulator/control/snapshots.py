"""The whole state as one JSON file, to go on with it later or elsewhere.

What is in it: seed, clock, switches and every store. What is not: the signing key, sessions, tokens, faults and the
journal; and what the emulator is told at its start, which is the portal's client and the applications of the command
line. The secrets of technical users are in it, in plain text: they are secrets of a demo, but of this demo.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.emulator.control.clock import Clock
from portal.emulator.control.snapshot_parts import PARTS
from portal.emulator.control.switches import Switches
from portal.emulator.timeseries.store import StoreFull
from portal.emulator.web import json_text

if TYPE_CHECKING:
    from portal.emulator.hub import Hub

FORMAT = "insights-hub-emulator"
VERSION = 1
LARGEST = 256 * 1024 * 1024
"""Bytes of a snapshot that is read."""
LONGEST_SEED = 200


class WrongSnapshot(ValueError):
    """It is no snapshot that can be used; the message says why. Nothing was changed."""


def dump(hub: Hub) -> dict[str, Any]:
    """The state as JSON values."""
    with hub.lock:
        return {
            "format": FORMAT,
            "version": VERSION,
            "seed": hub.config.seed,
            "clock": hub.clock.dump(),
            **_state(hub),
        }


def dump_text(hub: Hub) -> str:
    """The state as one line of JSON."""
    return json_text(dump(hub))


def load_text(hub: Hub, text: str | bytes) -> None:
    """Replace the whole state by that of a snapshot, at once.

    :raises WrongSnapshot: it is none, or of another version, or its content contradicts itself.
    """
    load(hub, _parsed(text))


def load(hub: Hub, snapshot: Any) -> None:
    """Replace the whole state by that of a parsed snapshot, at once.

    :raises WrongSnapshot: as for :func:`load_text`.
    """
    _check_frame(snapshot)
    with hub.lock:
        fresh = hub.started_anew(snapshot["seed"])
        try:
            Clock().load(snapshot["clock"])
            fresh.switches = Switches().changed(snapshot["switches"])
            for name, part in PARTS.items():
                _load_part(name, part.load, fresh, snapshot[name])
            # Whatever was understood in another way than it was written has no place in the state.
            if json_text(_state(fresh)) != json_text({name: snapshot[name] for name in _state(fresh)}):
                raise WrongSnapshot("The snapshot has values that no state of the emulator has.")
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
            raise _as_refusal(error) from error
        hub.clock.load(snapshot["clock"])
        hub.become(fresh)


def read_snapshot(hub: Hub, file: Path) -> None:
    """Load a snapshot from a file.

    :raises WrongSnapshot: as for :func:`load_text`.
    :raises OSError: the file cannot be read.
    """
    if file.stat().st_size > LARGEST:
        raise WrongSnapshot(f"The file is larger than {LARGEST} bytes.")
    load_text(hub, file.read_bytes())


def write_snapshot(hub: Hub, file: Path) -> None:
    """Save the state; a file of this name is replaced only by a complete one, and readable only by its owner.

    :raises OSError: it cannot be written.
    """
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as target:
            target.write(dump_text(hub))
        unfinished.replace(file)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise WrongSnapshot("The file is nested too deeply.") from error
    except ValueError as error:
        raise WrongSnapshot(f"The file is not JSON: {error}") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _check_frame(snapshot: Any) -> None:
    if not isinstance(snapshot, dict) or snapshot.get("format") != FORMAT:
        raise WrongSnapshot('This is no snapshot of the emulator: "format" has to be "insights-hub-emulator".')
    version = snapshot.get("version")
    if type(version) is not int or version != VERSION:
        raise WrongSnapshot(f"The snapshot has version {version!r:.50}; this emulator reads version {VERSION}.")
    expected = {"format", "version", "seed", "clock", "switches", *PARTS}
    for name in sorted(expected ^ snapshot.keys()):
        word = "lacks" if name in expected else "has an unknown"
        raise WrongSnapshot(f"The snapshot {word} part {name[:100]!r}.")
    seed = snapshot["seed"]
    if not isinstance(seed, str) or not 0 < len(seed) <= LONGEST_SEED or not seed.isprintable():
        raise WrongSnapshot(f"seed: write a word of at most {LONGEST_SEED} characters.")
    if not isinstance(snapshot["switches"], dict):
        raise WrongSnapshot("switches: a JSON object is expected.")


def _state(hub: Hub) -> dict[str, Any]:
    return {"switches": asdict(hub.switches), **{name: part.dump(hub) for name, part in PARTS.items()}}


def _load_part(name: str, load: Any, fresh: Hub, content: Any) -> None:
    try:
        load(fresh, content)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, StoreFull) as error:
        raise WrongSnapshot(f"{name}: {_words(error)}") from error


def _as_refusal(error: Exception) -> WrongSnapshot:
    return error if isinstance(error, WrongSnapshot) else WrongSnapshot(_words(error))


def _words(error: Exception) -> str:
    text = f"nothing is found under {error}" if isinstance(error, KeyError) else str(error)
    return text.encode("utf-8", "backslashreplace").decode()[:300] or type(error).__name__
