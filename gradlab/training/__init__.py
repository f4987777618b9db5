"""Networks that learn a task; the networks of one shape learn together."""
