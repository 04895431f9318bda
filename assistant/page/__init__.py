"""What the web page shows: words in both languages, Answers drawn as HTML, style and script."""
