"""What owners and people do with personal data: export, import, erase, move, purge, review."""
