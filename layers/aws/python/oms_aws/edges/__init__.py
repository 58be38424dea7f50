"""The edges: between what wakes a step and the values that the step works on."""
