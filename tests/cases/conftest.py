"""A running form handler for the cases that need one."""

from tests.forms.conftest import here

__all__ = ["here"]
