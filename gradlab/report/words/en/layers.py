"""English: networks of several layers, layer by layer (a table of section 1)."""

CAPTION = (
    "Kept per step within each layer, from the top layer to the first, and in all."
)
NETWORK = "network"
WITHIN = "layer $number"
DOWN = "top to first"
WHOLE = "whole network"
NOTE = (
    "Within a layer: its state by its own earlier state, its inputs held. Top to "
    "first: the top layer's state by the first layer's."
)
