"""The gate's judgement in every form that it is read in."""
