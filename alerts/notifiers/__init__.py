"""Channels that carry a notification, one file each."""
