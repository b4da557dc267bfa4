"""The command line's group: knows every command's name and line of help without importing it."""

from __future__ import annotations

import importlib

import click

# One line a command: module (with a click command called `command` in it) and what --help says.
COMMANDS = {
    "serve": ("autogpt_lite.cli.serve", "Start the server."),
    "run": ("autogpt_lite.cli.run", "Run an agent file to its end, without a browser."),
    "runs": ("autogpt_lite.cli.runs", "List the newest runs: what each one is doing, how long it took, what it cost."),
    "stop": ("autogpt_lite.cli.stop", "Stop a run with everything that it has started."),
    "resume": ("autogpt_lite.cli.resume", "Let a stopped run go on where it was."),
    "rerun": ("autogpt_lite.cli.rerun", "Run a past run again, from one of its nodes on."),
    "import": ("autogpt_lite.cli.import_", "Add agent files to the library."),
    "approve": ("autogpt_lite.cli.approve", "Let an agent from a file run, and show what it would do."),
    "export": ("autogpt_lite.cli.export", "Write an agent to a file."),
    "library": ("autogpt_lite.cli.library", "List, remove, restore and pause the agents of the library."),
    "schedules": ("autogpt_lite.cli.schedules", "List, add, pause and remove schedules, and show their history."),
    "triggers": ("autogpt_lite.cli.triggers", "List, try and remove webhook triggers, and show what was delivered."),
    "reviews": ("autogpt_lite.cli.reviews", "List what waits for a person, approve it or reject it."),
    "users": ("autogpt_lite.cli.users", "List, add and remove users, let them in again, and say who is an administrator."),
    "credentials": ("autogpt_lite.cli.credentials", "List, add, replace and remove credentials; rotate the key."),
    "blocks": ("autogpt_lite.cli.blocks", "List all blocks."),
    "status": ("autogpt_lite.cli.status", "Show how the server is: problems, queue, late runs, jobs, disk, backups."),
    "selftest": ("autogpt_lite.cli.selftest", "Kill a server of its own many times, and prove that nothing is lost."),
    "doctor": ("autogpt_lite.cli.doctor.command", "Check whether this machine is fit, and say what to do where not."),
    "check": ("autogpt_lite.cli.check", "Check the settings, the blocks and the data directory."),
    "backup": ("autogpt_lite.cli.backup", "Copy the database to a file, also while the server serves."),
    "restore": ("autogpt_lite.cli.restore", "Put a backup back."),
    "open": ("autogpt_lite.cli.open", "Open the running server in a browser."),
}


class LazyGroup(click.Group):
    """Imports a command when it is called: `--help` and the start stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return importlib.import_module(COMMANDS[name][0]).command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0][:60], COMMANDS, n=1)
            did_you_mean = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0][:60]!r}.{did_you_mean}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])
