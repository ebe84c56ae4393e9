"""Rules for the properties that say how the cells of a field are read."""
