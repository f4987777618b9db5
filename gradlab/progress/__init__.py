"""How far a run is: events, one reducer of them, a log, and a watch from outside."""
