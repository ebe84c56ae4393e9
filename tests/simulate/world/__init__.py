"""The simulated world: cloud, people, faults and what is observed."""
