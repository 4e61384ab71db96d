"""The commands `atrae forms …`, one file a family. Each file ends in `COMMANDS`, for `forms.cli`.

Exit codes: 0 fine, 1 failed, 2 wrong usage or settings. What is heavy is imported where it is used.
"""
