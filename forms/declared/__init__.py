"""Types shared by the build and the handler."""
