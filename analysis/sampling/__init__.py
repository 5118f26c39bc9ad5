"""Who was asked and who answered: designs, weights, shares and their intervals."""
