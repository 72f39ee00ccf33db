"""What the tests of commands share."""

from accounts import PASSWORD


def run(app, *args, password=PASSWORD, typed=None):
    return app.test_cli_runner().invoke(args=args, env={"RACEAPP_PASSWORD": password}, input=typed)


def said_once(result):
    """The one line in which a command says what is wrong."""
    lines = [line for line in result.output.splitlines() if line.strip()]
    assert len(lines) == 1, result.output
    return lines[0]
