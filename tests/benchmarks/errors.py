"""What stops a benchmark: its message says what went wrong, and that no figure stands."""


class BenchError(Exception):
    """A generator failed, took too long, or made another site than the others."""
