"""The one exception of the publishing step."""


class PublishError(RuntimeError):
    """The book could not be built; the message says which step failed, and on what."""

    exit_code = 1
