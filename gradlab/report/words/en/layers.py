"""English: networks of several layers, layer by layer (a table of section 1)."""

CAPTION = (
    "Layer by layer: what one step keeps within each layer, its inputs held, and on "
    "the way from the top layer down to the first."
)
NETWORK = "network"
WITHIN = "layer $number"
DOWN = "top to first"
DOWN_HORIZON = "horizon, top to first"
WHOLE = "whole network"
NOTE = (
    "Within a layer: the derivative of its state by its own earlier state; no layer "
    "depends on one above it. Top to first: of the top layer's state by the first "
    "layer's, left after $length steps, to the power 1/T; its horizon is the first lag "
    "below 1/1000 after one that was not, 0 where there is none."
)
GAP = (
    "What the whole network keeps per step and what the layer that keeps most does by "
    "itself differ by a factor of $factor at most over $length steps ($name)."
)
