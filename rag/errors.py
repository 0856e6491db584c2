"""The errors Dateline raises on purpose, split by what a caller can do.

DatelineError                 anything below; the command line prints it as one line and exits 1
├── UsageError                the caller asked for something that cannot be: exit 2
├── IndexUnavailable          no index, or one this version cannot read: build one; exit 3
├── ModelMismatch             a model file is missing or not the pinned one: reinstall it
├── SourceRejected            one input file cannot be read as an article: list it and go on
└── CitationBroken            a citation does not slice back to its quote: never show it

Each message says what happened, with the value, and what to do next.
"""


class DatelineError(Exception):
    """Base of every error raised on purpose. `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(DatelineError):
    """The request itself is wrong: an empty question, a date that is none, an unknown setting."""

    exit_code = 2


class IndexUnavailable(DatelineError):
    """There is no index here, or it is damaged or of an incompatible format."""

    exit_code = 3


class ModelMismatch(DatelineError):
    """A model file is missing or its SHA-256 is not the pinned one."""


class SourceRejected(DatelineError):
    """One input cannot become an article; the message is the reason shown in the build's list.

    `kind` is the fixed phrase such inputs are counted by.
    """

    exit_code = 5

    def __init__(self, message: str, kind: str = "damaged") -> None:
        super().__init__(message)
        self.kind = kind


class CitationBroken(DatelineError):
    """A citation's offsets, quote or hash do not match the stored article."""
