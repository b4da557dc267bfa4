"""Inputs of an agent that hold a file."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from autogpt_lite.sdk import NEEDS_ASYNC, BareBlockOutput, Format, GraphInputBlock, pin

DriveView = Literal["DOCS", "DOCUMENTS", "SPREADSHEETS", "PRESENTATIONS", "DOCS_IMAGES", "FOLDERS"]


class AgentFileInputBlock(GraphInputBlock):
    id = "95ead23f-8283-4654-aef3-10c053b74a31"
    description = "An input of the agent for a file: an upload, a data URI or a web address."

    class Input(GraphInputBlock.Input):
        value: Annotated[str, Format("file")] | None = pin(None, advanced=False, description="The file.")
        base_64: bool = pin(False, description="Give the content as a data URI instead of a reference to the file.")

    class Output(BareBlockOutput):
        result: str = pin(description="A reference to the file, or its content as a data URI.")

    def run(self, input, ctx):
        from autogpt_lite.sdk import files

        if not input.value:
            return
        files.check_reference(input.value)
        if input.base_64 and not input.value.startswith("data:"):
            yield NEEDS_ASYNC
        else:
            yield "result", input.value

    async def run_slow(self, input, ctx):
        from autogpt_lite.sdk import files

        yield "result", await files.read_as_data_uri(input.value, ctx)


class GoogleDriveFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the Google Drive picker names it."""

    id: str
    name: str | None = None
    mime_type: str | None = msgspec.field(default=None, name="mimeType")
    url: str | None = None
    icon_url: str | None = msgspec.field(default=None, name="iconUrl")
    is_folder: bool | None = msgspec.field(default=None, name="isFolder")
    credentials_id: str | None = msgspec.field(default=None, name="_credentials_id")


class AgentGoogleDriveFileInputBlock(GraphInputBlock):
    id = "d3b32f15-6fd7-40e3-be52-e083f51b19a2"
    description = "An input of the agent for a file in Google Drive."

    class Input(GraphInputBlock.Input):
        value: GoogleDriveFile | None = pin(None, advanced=False, description="The file in Google Drive.")
        allowed_views: list[DriveView] = pin(
            default_factory=lambda: ["DOCS", "SPREADSHEETS", "PRESENTATIONS"],
            advanced=False,
            description="The kinds of files to choose from.",
        )
        allow_folder_selection: bool = pin(False, description="Folders may be chosen too.")

    class Output(BareBlockOutput):
        result: GoogleDriveFile = pin(description="The file: its id, name, type and address.")

    def run(self, input, ctx):
        if input.value is None:
            return
        file = msgspec.structs.asdict(input.value)
        if input.value.credentials_id is not None:
            # The blocks that open the file look for its credentials under the name that the picker gives.
            file["_credentials_id"] = input.value.credentials_id
        yield "result", file
