"""What can go wrong, by who can do something about it.

    ResonanzError
    ├── UsageError           2   the person who typed it: a bad option, query or input line
    │   └── ConfigError      2   the person who configured it; the message holds the line to write
    ├── UnavailableError    69   the operator: a broker or index does not answer, or refuses the credentials
    ├── StorageError        74   the operator: a full disk, a damaged file
    └── InUseError          75   whoever runs the other process that owns the files or the port

What is none of these is a bug: the process ends with 70, nothing is acknowledged, and its supervisor starts
it again. The numbers are those of `sysexits.h`; 1 means that the input had bad lines and the rest was done.
"""

from typing import ClassVar

EXIT_BAD_LINES = 1
EXIT_BUG = 70


class ResonanzError(Exception):
    """Ends the command with one sentence and an exit code of its own."""

    exit_code: ClassVar[int] = 1


class UsageError(ResonanzError):
    """What was typed cannot be meant; the message says what to write instead."""

    exit_code: ClassVar[int] = 2


class ConfigError(UsageError):
    """The configuration cannot be meant; the message holds the line to write."""


class UnavailableError(ResonanzError):
    """A service does not answer, or not to us."""

    exit_code: ClassVar[int] = 69


class StorageError(ResonanzError):
    """A file cannot be written or no longer be read."""

    exit_code: ClassVar[int] = 74


class InUseError(ResonanzError):
    """Somebody else holds what only one may hold."""

    exit_code: ClassVar[int] = 75
