"""闭馆 in one act: closures, what becomes of the activities, the notices, the menu; undone the same way."""
