"""From comments to counted themes: redaction, codebook, coder."""
