"""A comment on a line of code, for a review on GitHub."""

from __future__ import annotations

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class GithubCreateCommentObjectBlock(Block):
    id = "b7d5e4f2-8c3a-4e6b-9f1d-7a8b9c5e4d3f"
    description = "Makes a comment for the block that creates a review on GitHub."
    categories = ("DEVELOPER_TOOLS",)
    pure = True

    class Input(BlockInput):
        path: str = pin(description="The file, as its path in the repository.")
        body: str = pin(description="The comment.")
        position: int | None = pin(None, description="The line in the diff, counted from its first @@; or use `line`.")
        line: int | None = pin(None, description="The line of the file; the last one of several.")
        side: str | None = pin("RIGHT", description="LEFT for a deleted line, RIGHT for any other.")
        start_line: int | None = pin(None, description="The first of several lines.")
        start_side: str | None = pin(None, description="The side of the first line.")

    class Output(BlockOutput):
        comment_object: dict = pin(description="The comment.")

    def run(self, input, ctx):
        comment = {"path": input.path, "body": input.body}
        if input.position is not None:
            comment["position"] = input.position
        if input.line is not None:
            # GitHub refuses a side without a line.
            comment["line"] = input.line
            for name in ("side", "start_line", "start_side"):
                if (value := getattr(input, name)) is not None:
                    comment[name] = value
        yield "comment_object", comment
