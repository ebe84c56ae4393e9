"""What a change of a contract does to uploads, to the table and to those who read it."""
