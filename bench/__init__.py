"""How quick the product is, beside floors measured in the same run on the same machine."""
