"""What is waiting to be delivered: the outbox, the webhooks, and the leases that both share."""
