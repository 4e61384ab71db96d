"""Personal data: export, import, erase, move, purge and review it for owners and people."""
