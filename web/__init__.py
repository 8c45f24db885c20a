"""What both doors to a browser share: files under lasting addresses, safety headers, the house's colours."""
