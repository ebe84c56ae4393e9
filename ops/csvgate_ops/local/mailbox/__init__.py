"""A stand-in for SendGrid: accepts v3 mail/send on loopback, stores the emails and shows them."""
