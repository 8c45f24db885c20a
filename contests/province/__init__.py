"""The province: works packed for it, and the results that come back by Excel."""
