"""From one Markdown file to Word, PDF and web page, with nothing believed that it does not show."""
