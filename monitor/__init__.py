"""Watch the counts: judge tone, recognise a spike, keep an incident's life."""
