"""What an upload costs at list price, and the quota it comes near first. Arithmetic apart from
reading the file."""
