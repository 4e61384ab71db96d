"""Deliver what is queued: one engine, with email and webhooks as its two uses."""
