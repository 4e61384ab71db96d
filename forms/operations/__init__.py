"""Periodic tasks, webhooks and metrics beside the handler, and the checks of `doctor`."""
