"""The promises: one file a rule, found by being there."""
