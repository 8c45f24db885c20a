"""Modules that few requests need. All of them together are a fifth of what a server would weigh and of how long it starts."""

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module, and loads it when something of it is first asked for.

    For what draws documents and nothing else. Its types come from an import under TYPE_CHECKING, which the checks of layers
    see as well; annotations of it are quoted.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, word: str) -> Any:
        return getattr(import_module(self._name), word)
