"""``python -m portal.emulator``: the Hub on this machine, for a first look, a demo or the tests of any client."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from portal.emulator.appgateway.applications import SETTING_EXAMPLE, read_applications
from portal.emulator.appgateway.parts import WrongApplication
from portal.emulator.banner import banner_text
from portal.emulator.config import EmulatorConfig, WrongSetting
from portal.emulator.control.snapshots import WrongSnapshot, read_snapshot, write_snapshot
from portal.emulator.control.switches import LOOSE, Switches, UnknownSwitch
from portal.emulator.hub import Hub
from portal.emulator.serving import PortTaken, bind_server

DEFAULT_PORT = 8100
DESCRIPTION = """An emulator of Insights Hub on this machine: identity, API gateway, assets, time series, applications.
Everything lives in memory and follows from the seed; open the printed address in a browser to see it."""
EPILOG = """The environment variables EMULATOR_SEED, _DOMAIN, _SWITCHES, _APPLICATIONS, _PORTAL_URL are the defaults;
EMULATOR_UPSTREAM_CA names a file with authorities whose certificates applications may have.
A snapshot contains the demo secrets of its clients: treat it like them."""


def main() -> None:
    """Run until interrupted; port 0 takes a free port, which the banner names."""
    arguments = _parser().parse_args()
    try:
        server, hub = bind_server(arguments.port, _config(arguments))
    except (WrongSetting, WrongApplication, UnknownSwitch, PortTaken) as error:
        sys.exit(f"The emulator does not start: {error}")
    _prepare(hub, arguments)
    print(banner_text(hub), flush=True)
    # A service manager ends a process like a person does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        if arguments.snapshot is not None:
            _save(hub, arguments.snapshot)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal.emulator", description=DESCRIPTION, epilog=EPILOG)
    add = parser.add_argument
    add("--port", type=_port, default=DEFAULT_PORT, help="port on 127.0.0.1 (8100); 0 takes a free one and prints it")
    add("--seed", help="a word from which all ids, secrets and signals follow (bindery)")
    add("--loose", action="store_true", help="accept what the Hub refuses from unprepared clients; strict otherwise")
    add("--switch", action="append", default=[], metavar="NAME=VALUE", help="set one switch; may be repeated")
    add("--domain", help="each part also has a host name below this one, like gateway.eu1.localhost (localhost)")
    add("--application", action="append", default=[], metavar="TENANT/NAME=URL", help=f"such as {SETTING_EXAMPLE}")
    add(
        "--snapshot",
        type=Path,
        metavar="FILE",
        help="start with the state in this file, if it exists; save it at the end",
    )
    add("--freeze", type=_moment, metavar="TIME", help="stop the clock, for example at 2026-11-20T12:00:00Z")
    return parser


def _config(arguments: argparse.Namespace) -> EmulatorConfig:
    """What the environment says, and the command line above it."""
    config = EmulatorConfig.from_environment(os.environ)
    switches = config.switches
    if arguments.loose:
        switches = Switches.read(os.environ.get("EMULATOR_SWITCHES", ""), LOOSE)
    config = replace(config, switches=Switches.read(" ".join(arguments.switch), switches))
    if arguments.application:
        config = replace(config, applications=read_applications(" ".join(arguments.application)))
    chosen = {name: getattr(arguments, name) for name in ("seed", "domain") if getattr(arguments, name) is not None}
    return replace(config, **chosen)


def _prepare(hub: Hub, arguments: argparse.Namespace) -> None:
    if arguments.snapshot is not None and not arguments.snapshot.absolute().parent.is_dir():
        sys.exit(f"The emulator does not start: there is no folder {arguments.snapshot.absolute().parent} to save in.")
    if arguments.snapshot is not None and arguments.snapshot.exists():
        try:
            read_snapshot(hub, arguments.snapshot)
        except (WrongSnapshot, OSError) as error:
            sys.exit(f"The emulator does not start: {arguments.snapshot} cannot be loaded. {error}")
    if arguments.freeze is not None:
        hub.clock.freeze(arguments.freeze)


def _save(hub: Hub, file: Path) -> None:
    try:
        write_snapshot(hub, file)
    except OSError as error:
        sys.exit(f"The state could not be saved: {error}")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port. Write a number from 0 to 65535.")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment. Write one with a time zone: 2026-11-20T12:00:00Z.")
    return moment


if __name__ == "__main__":
    main()
