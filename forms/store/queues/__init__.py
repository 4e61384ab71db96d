"""Queues of emails and webhooks, and the leases that both share."""
