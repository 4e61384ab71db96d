"""Spam protection: signed times, proof of work, blocked domains and the honeypot."""
