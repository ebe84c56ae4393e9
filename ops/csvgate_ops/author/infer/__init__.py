"""`csvgate infer`: drafts a contract from a sample, which the contract accepts."""
