"""Numbers in time: what a figure is compared with, its curve, what explains its change, its age."""
