"""The room of the quizzes: stands on activities and payouts. Nothing is furnished yet."""
