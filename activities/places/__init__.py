"""Where readers borrow and read: places and their hours, the book bus and its visits, what it delivered."""
