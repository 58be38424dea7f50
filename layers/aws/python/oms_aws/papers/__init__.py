"""Papers: what each says, as data that one template sets."""
