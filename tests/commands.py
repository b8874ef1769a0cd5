"""Commands called as they are typed, in this process."""


def refusal(capsys, command, arguments) -> str:
    """Return the one line in which a command refuses; it ends with status 2 and prints nothing."""
    try:
        status = command(arguments)
    except SystemExit as exit_:
        status = exit_.code
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert said.err.count("\n") == 1
    return said.err
