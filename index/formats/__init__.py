"""Readers of the formats that articles come in; `index.readers` chooses among them.

A reader takes a `Document` and yields each `Article`, or a `Problem` that says in
one line what is wrong and what to do; where the whole document is of no use it
raises `UnreadableSource`. No reader opens a path or an address by itself: what it
reads is what it was given, and a name in it is only a name.

document, articles                    what is read, and what becomes of it
plain, rows, tables, feeds            text and Markdown; JSON; CSV and Excel; RSS, Atom, NewsML
pages, story, boilerplate             web pages: their facts, their story, what stands around it
markup                                HTML to lines, for all that holds some
pdf, pdffile, pdfpages, columns, ocr  PDF: its process, its columns, its pictures
office, rtf, books                    Word, OpenDocument, slides; rich text; EPUB
mail, mail_parts, newsletters         letters and mailboxes, and what is no story in them
archives, warcs                       zip archives and packages; archives of the web
"""
