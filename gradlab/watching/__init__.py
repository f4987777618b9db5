"""Watch a model's gradients while it is trained."""
