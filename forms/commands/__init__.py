"""Commands `atrae forms …`; `forms.cli` lists them.

Exit codes: 0 success, 1 failure, 2 wrong usage or settings. Functions import what is slow to load.
"""
