"""Find mentions: fetch what sources publish and match it against the watches."""
