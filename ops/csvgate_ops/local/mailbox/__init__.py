"""A stand-in for SendGrid on loopback: takes v3 mail/send, keeps what it took, shows it."""
