"""The subcommands of nabat, one family a file."""
