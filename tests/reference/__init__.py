"""The signals once more, slowly: plain Python from the formulas, to check the fast ones against."""
