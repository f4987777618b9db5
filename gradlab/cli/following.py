"""From the runner's events to the screen, and the words when it stops."""


class Following:
    """A placeholder until the runner's events are there."""
