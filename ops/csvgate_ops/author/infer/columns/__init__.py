"""Guesses the fields of the contract from the values of the columns."""
