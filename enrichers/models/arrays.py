"""Reads the arrays of a model file; nothing in it is executed."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


def load(path: Path) -> Arrays:
    """The arrays of an npz file by name. Raises OSError, or ValueError if it is none or is cut off."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (BadZipFile, EOFError, AttributeError) as error:  # AttributeError: a lone array, or text
        raise ValueError(f"{path.name} is no model: {error}") from None


def places(
    table: NDArray[np.uint32], wanted: NDArray[np.uint32]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each number stands in a sorted table, and whether it does; both as `wanted` is shaped.

    The numbers are sorted first: looked up in order, most of the table stays in the cache, which is twice as fast.
    """
    flat = wanted.ravel()
    order = np.argsort(flat)
    found = np.empty(flat.shape, np.intp)
    found[order] = np.minimum(table.searchsorted(flat[order]), len(table) - 1)
    return found.reshape(wanted.shape), (table[found] == flat).reshape(wanted.shape)
