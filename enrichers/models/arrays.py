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
