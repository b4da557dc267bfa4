"""The single facts of a keyword that the DataForSEO blocks found."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

_FACTS = ("keyword", "search_volume", "competition", "cpc", "keyword_difficulty", "serp_info", "clickstream_data")


class Keyword(BlockInput):
    """A keyword and what is known of it."""

    keyword: str = pin(description="The keyword.")
    search_volume: int | None = pin(None, description="Searches a month.")
    competition: float | None = pin(None, description="How many advertise for it: 0 to 1.")
    cpc: float | None = pin(None, description="US dollars for a click.")
    keyword_difficulty: int | None = pin(None, description="How hard it is to rank for: 0 to 100.")
    serp_info: dict[str, Any] | None = pin(None, description="The page of search results.")
    clickstream_data: dict[str, Any] | None = pin(None, description="What people clicked.")


class KeywordFacts(BlockOutput):
    keyword: str = pin(description="The keyword.")
    search_volume: int | None = pin(None, description="Searches a month.")
    competition: float | None = pin(None, description="How many advertise for it: 0 to 1.")
    cpc: float | None = pin(None, description="US dollars for a click.")
    keyword_difficulty: int | None = pin(None, description="How hard it is to rank for: 0 to 100.")
    serp_info: dict[str, Any] | None = pin(None, description="The page of search results.")
    clickstream_data: dict[str, Any] | None = pin(None, description="What people clicked.")


class KeywordSuggestionExtractorBlock(Block):
    id = "4193cb94-677c-48b0-9eec-6ac72fffd0f2"
    description = "Takes a suggested keyword apart into its facts."
    categories = ("DATA",)
    pure = True

    class Input(BlockInput):
        suggestion: Keyword = pin(description="A suggestion from the keyword suggestions block.")

    class Output(KeywordFacts):
        pass

    def run(self, input, ctx):
        # Unknown facts go out as null: blocks that take several of these pins would else mix up the keywords.
        for fact in _FACTS:
            yield fact, getattr(input.suggestion, fact)


class RelatedKeywordExtractorBlock(Block):
    id = "98342061-09d2-4952-bf77-0761fc8cc9a8"
    description = "Takes a related keyword apart into its facts."
    categories = ("DATA",)
    pure = True

    class Input(BlockInput):
        related_keyword: Keyword = pin(description="A keyword from the related keywords block.")

    class Output(KeywordFacts):
        pass

    def run(self, input, ctx):
        for fact in _FACTS:
            yield fact, getattr(input.related_keyword, fact)
