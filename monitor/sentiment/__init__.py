"""Backends that judge tone, one file each."""
