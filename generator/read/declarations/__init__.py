"""Declarations of forms and purposes, compiled into the catalogue of the form handler."""
