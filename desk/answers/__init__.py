"""常见问题: what readers ask again and again, answered by the bot; what it could not answer, gathered for staff."""
