"""Bank transfer: the payer's bank moves the money, the commune's statement tells of it. Built in, without own rows."""
