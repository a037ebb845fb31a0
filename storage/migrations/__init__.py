"""Numbered, append-only changes of the tables; run by `init` and `upgrade`, never by surprise."""
