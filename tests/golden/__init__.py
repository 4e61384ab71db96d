"""Golden cases: files that a writer can read and add to, see README.md."""
