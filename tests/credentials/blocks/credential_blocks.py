"""Blocks that need credentials, loaded as a user's own are."""

from __future__ import annotations

from autogpt_lite.sdk import Block, BlockError, BlockInput, BlockOutput, CredentialsPin, credentials_pin, http, pin

PROVIDERS = ("acme", "github")
TYPES = ("api_key", "oauth2", "user_password", "host_scoped")


class FetchBlock(Block):
    """Sends its credentials to an address, and gives what comes back."""

    id = "00000000-0000-4000-8000-0000000c0001"
    description = "Fetches a page with credentials."
    categories = ("BASIC",)

    class Input(BlockInput):
        url: str = pin(description="The address.")
        credentials: CredentialsPin = credentials_pin(providers=PROVIDERS, types=TYPES)

    class Output(BlockOutput):
        text: str = pin(description="The answer.")

    async def run(self, input, ctx):
        answer = await http.request("GET", input.url, credentials=ctx.credentials["credentials"])
        if input.url.endswith("/bug"):
            raise RuntimeError(f"a bug that shows {answer.text}")
        if answer.status >= 400:
            raise BlockError(f"The server refused: {answer.text}")
        yield "text", answer.text
