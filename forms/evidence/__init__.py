"""What proves consent: signatures, checkpoints, proofs, and the audit of emails."""
