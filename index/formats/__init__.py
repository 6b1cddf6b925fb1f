"""One module for each format that articles come in; `index.readers` chooses among them.

A reader takes a `Document` and yields each `Article`, or a `Problem` that says in
one line what is wrong and what to do; where the whole document is of no use it
raises `UnreadableSource`. No reader opens a path or an address by itself: what it
reads is what it was given, and a name in it is only a name.
"""
