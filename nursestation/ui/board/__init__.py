"""All chairs on one page, each with its numbers and waves."""
