"""服务台: questions that a person answers, from the first word to the rating, and by whose hours they are counted."""
