"""Tell people: the crisis map, the outbox, the channels."""
