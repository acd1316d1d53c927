"""What people and machines read besides the page: terminal, Markdown, JSON, JUnit."""
