"""What is requested: a TOML file, a built-in sweep, a dict or options, checked."""
