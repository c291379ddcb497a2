"""Run the command line with ``python -m evalkit.cli``."""

from evalkit.cli.commands import main

main()
