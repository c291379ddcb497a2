"""The command line `evalkit`: commands, no logic."""

from evalkit.cli.commands import main

__all__ = ["main"]
