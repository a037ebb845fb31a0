"""Crashes and faults on the path from detection to confirmation; the server's ledger judges."""
