"""简报 and the other periodicals: issues with deadlines, drafted from the 台账, written as notices."""
