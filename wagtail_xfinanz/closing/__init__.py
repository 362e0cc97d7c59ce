"""What a daily closing compares: ledger, provider reports, bank, batches, the finance system's answers. Reads only."""
