"""Compare a deployed system with the topology, and show how to fix each fault.

`gather` reads the system through gcloud into `Facts`; the checks are pure functions of them;
`view` shows what they found.
"""
