"""Red-packet quizzes: a bank of questions, a paper two people have checked, attempts by the server's clock, and prizes."""
