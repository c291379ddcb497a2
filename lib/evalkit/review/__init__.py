"""Review: what changed between two states of an assessment, and why."""
