"""The demo: a loopback web of sources with four quiet weeks and a crisis in the last hours."""
