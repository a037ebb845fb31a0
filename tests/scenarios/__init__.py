"""Whole stories over real parts."""
