"""What certificates read: only those that look at a statement can see an error planted in it."""

from dataclasses import fields


class Recorder:
    """Statements, noting which of them are read."""

    def __init__(self, statements):
        self.statements, self.read = statements, set()

    def __getattr__(self, name):
        self.read.add(name)
        return getattr(self.statements, name)


def readers(certificates, statements):
    """Return, for each statement by name, the certificates that read it, in their order."""
    found = {field.name: {} for field in fields(statements)}
    for title, holds in certificates.items():
        recorder = Recorder(statements)
        assert holds(recorder)
        for name in recorder.read:
            found[name][title] = holds
    return found
