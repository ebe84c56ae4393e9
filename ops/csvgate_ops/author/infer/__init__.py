"""`csvgate infer`: a contract written from a sample, which it accepts."""
