"""The names that `atrae serve` may import from the form handler."""

from .app import START_ERRORS, create_app
from .mail.smtp import Permitted, WithdrawnError, smtp_delivery
from .permission.record import Allowance, Limits
from .settings.keys import development_settings
from .site.templates import Pages
from .web.routes import owns

__all__ = [
    "START_ERRORS",
    "Allowance",
    "Limits",
    "Pages",
    "Permitted",
    "WithdrawnError",
    "create_app",
    "development_settings",
    "owns",
    "smtp_delivery",
]
