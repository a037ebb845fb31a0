"""The composition root: configuration, clock, jobs, commands and the daemon."""
