"""Proof of consent: signatures, checkpoints, exported proofs, and the audit of emails."""
