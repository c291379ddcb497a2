"""Reports: one ``.qmd`` per region (and one for all), rendered to Word, PDF and web page.

``model`` turns results and traces into a document model, ``wording`` into sentences, ``tables`` and
``charts`` into Markdown and figures, ``document`` fills the templates, ``render`` makes the files and
``build`` does all of it for a finished run.
"""
