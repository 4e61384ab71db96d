"""Links in emails and pages, and their signed tokens."""
