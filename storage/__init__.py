"""Everything remembered; the only package that knows SQL."""
