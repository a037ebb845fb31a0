"""Kinds of source, one file each; the protocol they follow is in crawler.sources.protocol."""
