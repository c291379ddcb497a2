"""The papermill engine ``evalkit-warm``, in a module that imports nothing: papermill loads it whenever it is imported itself."""

from __future__ import annotations

from typing import Any


class WarmEngine:
    """Engine of papermill that executes each notebook in a fresh process forked from one with the libraries imported.

    The executed notebook is saved once, at its end. Where forking is not possible, and for kernels other than this
    interpreter's, the notebook is executed by papermill's own engine, and a warning says so.

    Options beside papermill's own: `time_limit`, `memory_limit`, `seed` and `server`, see
    :class:`evalkit.runner.warm.notebook.WarmNotebookClient`.
    """

    @classmethod
    def execute_notebook(cls, *args: Any, **kwargs: Any) -> Any:
        """Execute a notebook and return it, as ``papermill.engines.Engine`` does."""
        return _engine().execute_notebook(*args, **kwargs)

    @classmethod
    def execute_managed_notebook(cls, *args: Any, **kwargs: Any) -> Any:
        """Execute the notebook of papermill's execution manager."""
        return _engine().execute_managed_notebook(*args, **kwargs)

    @classmethod
    def nb_kernel_name(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the name of the kernel a notebook asks for."""
        return _engine().nb_kernel_name(*args, **kwargs)

    @classmethod
    def nb_language(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the language a notebook is written in."""
        return _engine().nb_language(*args, **kwargs)


def _engine() -> Any:
    from evalkit.runner.warm.notebook import ManagedEngine

    return ManagedEngine
