"""What flasklint says about its own work and about the orders it was given."""
