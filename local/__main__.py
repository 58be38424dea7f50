"""The commands of `./auftakt`, each in a module of its own that is imported when it is called."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.running import Running

COMMANDS = {
    "demo": ("local.player.demo", "play a day at Berg&Beutel and stay up until Ctrl-C"),
    "up": ("local.up", "start the embedded cloud in the background"),
    "down": ("local.down", "stop it; its state is kept"),
    "status": ("local.status", "say whether it runs, and where everything is"),
    "logs": ("local.logs", "show every call and what it printed"),
    "verify": ("local.verify", "check the invariants over the live data"),
    "reconcile": ("local.reconcile", "bring table and archive together after a restore"),
    "import": ("local.importing.command", "master data from a CSV file"),
    "replay": ("local.player.replay", "run real orders from CSV files"),
    "export": ("local.export", "take the books away: a DATEV batch, or an auditor's tables"),
    "procedure": ("local.procedure.command", "write the process documentation (German, PDF)"),
    "test": ("local.testing", "run the tests; further arguments go to pytest"),
    "check": ("local.check", "run all quality gates"),
    "bench": ("local.bench", "measure: intake, journey, contention or cost"),
    "postcodes": ("local.postcodes", "make the table of postcodes anew from GeoNames' files"),
    "openapi": ("local.openapi", "write the description of the API; --check finds drift"),
    "map": ("local.map", "draw the rooms and what flows between them; --check finds drift"),
    "synth": ("local.synth", "synthesise the CDK app"),
    "deploy": ("local.deploy", "deploy the very same template to AWS"),
    "keys": ("local.keyring", "list, make, rotate and revoke the keys of the API"),
}
NEED_SYSTEM = (
    "demo",
    "verify",
    "reconcile",
    "replay",
    "export",
)  # started for them if it does not run yet
PASS_ON = ("test", "bench")  # arguments that are somebody else's


def main(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(
        prog="./auftakt",
        description="Auftakt: order management for online shops, on this machine.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands:\n"
        + "\n".join(f"  {name:9} {about}" for name, (_, about) in COMMANDS.items())
        + "\n\n./auftakt COMMAND --help says more about each.",
    )
    parser.add_argument("command", nargs="?", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.command is None:
        parser.print_help()
        return 0
    module, about = COMMANDS[chosen.command]
    command = importlib.import_module(module)
    own = argparse.ArgumentParser(prog=f"./auftakt {chosen.command}", description=about)
    command.add_arguments(own)
    options, rest = own.parse_known_args(chosen.arguments)
    if rest and chosen.command not in PASS_ON:
        own.error(f"unknown: {' '.join(rest)}")
    options.rest = rest
    if chosen.command not in NEED_SYSTEM:
        return int(command.run(options))
    if getattr(options, "stack", None):
        return int(command.run(options, None))
    with present() as system:
        return int(command.run(options, system))


@contextmanager
def present() -> Iterator[Running]:
    """The running system; one that was started only for this is stopped afterwards."""
    from local import down, running, up

    system = running.find()
    if system is not None:
        yield system
        return
    try:
        yield up.start()
    finally:
        down.stop()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
