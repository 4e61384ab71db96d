"""Commands `atrae forms …`, grouped into modules that each list theirs in `COMMANDS`.

Exit codes: 0 success, 1 failure, 2 wrong usage or settings. Functions import what is slow to load.
"""
