"""Executes notebooks in processes forked from one that has already imported the libraries.

Importing this package loads neither papermill nor any other large library, so that the server can be started first.
"""

from evalkit.runner.warm.client import Availability, WarmServer, available, shared_server
from evalkit.runner.warm.task import Fate

__all__ = ["Availability", "Fate", "WarmServer", "available", "shared_server"]
