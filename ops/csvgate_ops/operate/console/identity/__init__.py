"""Who sends a request to the deployed console: proofs of identity, and access by them.

`proofs` verifies a signed token, `public_keys` has the keys of its issuer, and `service_access`
checks every request. The local console uses `console.access` instead.
"""
