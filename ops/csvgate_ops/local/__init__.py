"""The local cloud: emulators, broker, Eventarc stand-in, mailbox, supervisor and demo."""
