"""`autogpt-lite open`: a new link through the running server."""

from __future__ import annotations

import click

from .client import ServerClient
from .options import data_options, read_settings


@click.command()
@data_options
@click.option("--no-browser", is_flag=True, help="Only print the link.")
def command(data_dir: str | None, config_path: str | None, no_browser: bool) -> None:
    """Open the running server in a browser, and print the link."""
    _, path = read_settings(config_path, {"data_dir": data_dir})
    client = ServerClient(path)
    if client.auth_mode == "none":
        url, public_url = f"{client.url}/", None
    else:
        link = client.post("/api/auth/links")
        url, public_url = link["url"], link["public_url"]
    click.echo(url)
    if public_url:
        click.echo(public_url)
    if not no_browser:
        import webbrowser

        webbrowser.open(url)
