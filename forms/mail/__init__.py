"""Emails: their words, their messages, and how they reach an SMTP server."""
