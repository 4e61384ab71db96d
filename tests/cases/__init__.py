"""Inputs that failed once, each as its user meets it: by command, HTTP, email or browser."""
