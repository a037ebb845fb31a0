"""The world outside, on loopback: servers that speak the real protocols."""
