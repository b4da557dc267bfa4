"""What the blocks promise where AutoGPT left no recorded case."""

from __future__ import annotations

import base64
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite import clock
from autogpt_lite.registry import Registry
from autogpt_lite.sdk.times import now
from tests.blocks.context import BlockContext, run_block

TEN = [{"id": number, "group": number % 3, "weight": number} for number in range(10)]


# --- inputs and outputs ---------------------------------------------------------------------------------------


async def test_an_input_without_a_value_starts_nothing(run):
    assert await run("AgentInputBlock", name="a") == []
    assert await run("AgentShortTextInputBlock", name="a") == []
    assert await run("AgentFileInputBlock", name="a", value="") == []
    assert await run("AgentToggleInputBlock", name="a") == [["result", False]]


async def test_table_input_gives_an_empty_table_without_rows(run):
    assert await run("AgentTableInputBlock", name="t") == [["result", []]]
    rows = [{"Name": "Ann", "Age": "41"}]
    assert await run("AgentTableInputBlock", name="t", value=rows) == [["result", rows]]


def test_dropdown_and_table_shape_the_pin_of_the_graph(registry: Registry):
    dropdown = registry.get("655d6fdf-a334-421c-b733-520549c07cd1").block
    table = registry.get("5603b273-f41e-4020-af7d-fbc9c6a8d928").block
    assert dropdown.value_schema({"options": ["a", "b"]}) == {"enum": ["a", "b"]}
    assert dropdown.value_schema({"placeholder_values": ["x"]}) == {"enum": ["x"]}
    assert dropdown.value_schema({}) is None
    assert table.value_schema({"column_headers": ["Name"]}) == {
        "type": "array",
        "format": "table",
        "items": {"type": "object", "properties": {"Name": {"type": "string"}}},
    }


async def test_date_and_time_inputs_take_what_forms_send(run):
    assert await run("AgentTimeInputBlock", name="t", value="09:30") == [["result", "09:30:00"]]
    assert await run("AgentDateInputBlock", name="d", value="2026-01-31T10:00:00") == [["result", "2026-01-31"]]
    assert (await run("AgentDateInputBlock", name="d", value="tomorrow"))[0][0] == "error"


async def test_file_input_gives_the_content_where_it_is_asked_to(run):
    ctx = BlockContext(files={"workspace://7#text/plain": b"hi"})
    assert await run("AgentFileInputBlock", ctx, name="f", value="workspace://7#text/plain", base_64=True) == [
        ["result", "data:text/plain;base64,aGk="]
    ]


async def test_drive_input_keeps_its_credentials_for_the_blocks_behind_it(run):
    value = {"id": "1", "mimeType": "text/csv", "_credentials_id": "c"}
    [[pin, file]] = await run("AgentGoogleDriveFileInputBlock", name="f", value=value)
    assert pin == "result"
    assert (file["mime_type"], file["_credentials_id"]) == ("text/csv", "c")


async def test_output_shows_a_mistake_in_its_template_instead_of_failing(run):
    assert await run("AgentOutputBlock", name="a", value=5) == [["output", 5], ["name", "a"]]
    [[pin, text]] = await run("AgentOutputBlock", name="a", value=5, format="{{ a")
    assert pin == "output"
    assert "template" in text


async def test_output_escapes_html_where_it_is_asked_to(run):
    given_input = {"name": "a", "value": "<b>", "format": "{{ a }}"}
    assert await run("AgentOutputBlock", **given_input, escape_html=True) == [["output", "&lt;b&gt;"]]
    assert await run("AgentOutputBlock", **given_input) == [["output", "<b>"]]


# --- logic -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "sign", "right", "holds"),
    [
        ("10", ">", 9, True),
        (" 2 ", "<", "10", True),
        ("9007199254740993", "==", "9007199254740992", False),
        ("1.50", "==", 1.5, True),
        ("b", ">", "a", True),
        ("1_0", "==", "10", False),
        ("nan", "==", "nan", True),
        (1, "==", True, False),
        (None, "!=", 0, True),
        ([1], "==", [1], True),
    ],
)
async def test_condition_compares_numbers_in_texts_as_numbers(run, left, sign, right, holds):
    outputs = await run("ConditionBlock", value1=left, operator=sign, value2=right)
    assert outputs == [["result", holds], ["yes_output" if holds else "no_output", left]]


async def test_condition_gives_the_values_that_were_set(run):
    inputs = {"value1": 1, "operator": "<", "value2": 2, "yes_value": "y", "no_value": "n"}
    assert (await run("ConditionBlock", **inputs))[1] == ["yes_output", "y"]
    assert (await run("ConditionBlock", **{**inputs, "value2": 0}))[1] == ["no_output", "n"]


async def test_condition_says_what_cannot_be_compared(run):
    assert await run("ConditionBlock", value1="x", operator=">", value2=1) == [
        ["error", "a text and a number cannot be compared with >."]
    ]


async def test_step_through_reads_json_text_and_dictionaries(run):
    assert await run("StepThroughItemsBlock", items_str="[7]") == [["item", 7], ["key", 0]]
    assert await run("StepThroughItemsBlock", items_object={"a": 1}) == [["item", 1], ["key", "a"]]
    assert (await run("StepThroughItemsBlock", items_str="{"))[0][0] == "error"


@pytest.mark.parametrize(
    ("value", "kind", "converted"),
    [
        (5, "string", "5"),
        ([1, 2], "string", "[1, 2]"),
        ("5.5", "number", 5.5),
        ("x", "number", 0.0),
        ("true", "boolean", True),
        ("yes", "boolean", False),
        ("[1, 2]", "list", [1, 2]),
        ({"a": 1}, "list", [["a", 1]]),
        ('{"a": 1}', "dictionary", {"a": 1}),
        (["x"], "dictionary", {"0": "x"}),
    ],
)
async def test_type_converter_follows_the_rules_of_links(run, value, kind, converted):
    assert await run("UniversalTypeConverterBlock", value=value, type=kind) == [["value", converted]]


# --- lists and dictionaries ------------------------------------------------------------------------------------


async def test_lists_know_true_from_one(run):
    assert await run("FindInListBlock", list=[1, True], value=True) == [["index", 1], ["found", True]]
    assert (await run("ConcatenateListsBlock", lists=[[1, True, 1.0, "1"]], deduplicate=True))[0][1] == [1, True, "1"]
    assert (await run("ListIntersectionBlock", list_a=[[1], {"a": 1}], list_b=[{"a": 1}]))[0][1] == [{"a": 1}]


async def test_create_list_begins_anew_at_its_limits(run):
    assert await run("CreateListBlock", values=[1, 2, 3], max_size=2) == [["list", [1, 2]], ["list", [3]]]
    texts = ["a" * 40, "b" * 40, "c"]
    assert await run("CreateListBlock", values=texts, max_tokens=20) == [["list", texts[:2]], ["list", texts[2:]]]
    assert await run("CreateListBlock", values=[], max_size=2) == [["list", []]]


async def test_flatten_opens_as_many_levels_as_it_was_told(run):
    nested = [1, [2, [3, [4]]]]
    assert await run("FlattenListBlock", nested_list=nested, max_depth=1) == [
        ["flattened_list", [1, 2, [3, [4]]]],
        ["length", 3],
        ["original_depth", 4],
    ]
    assert (await run("FlattenListBlock", nested_list=nested, max_depth=0))[0][1] == nested


async def test_zip_fills_up_shorter_lists(run):
    assert (await run("ZipListsBlock", lists=[[1, 2], ["a"]], pad_to_longest=True, fill_value="-"))[0][1] == [[1, "a"], [2, "-"]]


async def test_find_in_dictionary_reads_json_text_and_columns(run):
    rows = [{"a": 1}, {"b": 2}, {"a": 3}]
    assert await run("FindInDictionaryBlock", input='{"a": 1}', key="a") == [["output", 1]]
    assert await run("FindInDictionaryBlock", input=rows, key="a") == [["output", [1, 3]]]
    assert await run("FindInDictionaryBlock", input=rows, key=0) == [["output", {"a": 1}]]
    assert await run("FindInDictionaryBlock", input={"1": "x"}, key=1) == [["output", "x"]]
    assert await run("FindInDictionaryBlock", input="no JSON", key="a") == [["missing", "no JSON"]]


@pytest.mark.parametrize(
    ("block", "inputs"),
    [
        ("RemoveFromDictionaryBlock", {"dictionary": {}, "key": "a"}),
        ("ReplaceDictionaryValueBlock", {"dictionary": {}, "key": "a", "value": 1}),
        ("RemoveFromListBlock", {"list": [1], "value": 2}),
        ("RemoveFromListBlock", {"list": [1]}),
        ("RemoveFromListBlock", {"list": [1], "index": 1}),
        ("ReplaceListItemBlock", {"list": [1], "index": -2, "value": 1}),
        ("GetListItemBlock", {"list": [], "index": 0}),
        ("CountItemsBlock", {"collection": 5}),
    ],
)
async def test_what_is_not_there_is_an_error_and_nothing_else(run, block, inputs):
    outputs = await run(block, **inputs)
    assert [pin for pin, _ in outputs] == ["error"]


# --- text ------------------------------------------------------------------------------------------------------


async def test_word_and_character_count(run):
    assert await run("WordCharacterCountBlock", text="How  are\nyou?") == [["word_count", 3], ["character_count", 13]]


async def test_decoder_knows_every_usual_escape(run):
    text = r"a\nb\t\"c\" \u00e9 \ud83d\ude00 \x41 \\n \q \ud800 C:\New"
    assert await run("TextDecoderBlock", text=text) == [["decoded_text", 'a\nb\t"c" é 😀 A \\n \\q \ufffd C:\\New']]


@given(text=st.text())
async def test_decoder_undoes_the_encoder(registry: Registry, text: str):
    [[_, encoded]] = await run_block(registry.get("5185f32e-4b65-4ecf-8fbb-873f003f09d6"), {"text": text})
    assert encoded.isascii()
    assert await run_block(registry.get("2570e8fe-8447-43ed-84c7-70d657923231"), {"text": encoded}) == [["decoded_text", text]]


async def test_code_of_one_language_stays_together_and_other_text_keeps_its_paragraphs(run):
    text = "One.\n\n```py\na = 1\n```\n\nTwo.\n```go\nx\n```\n```python\nb = 2\n```"
    assert await run("CodeExtractionBlock", text=text) == [
        ["python", "a = 1\n\nb = 2"],
        ["remaining_text", "One.\n\n\nTwo.\n```go\nx\n```"],
    ]


async def test_extract_takes_all_matches_and_counts_them(run):
    found = await run("ExtractTextInformationBlock", text="a1 a2", pattern=r"a(\d)", group=1, find_all=True)
    assert found == [["positive", "1"], ["positive", "2"], ["matched_results", ["1", "2"]], ["matched_count", 2]]
    missed = await run("ExtractTextInformationBlock", text="a1", pattern="x")
    assert missed == [["negative", "a1"], ["matched_results", []], ["matched_count", 0]]


# --- data ------------------------------------------------------------------------------------------------------


async def test_a_whole_answer_of_a_language_model_is_xml(run):
    answer = "Here you are:\n<title>\nR&D < 5 &amp; more\n</title>\n<body>**Hi**<br/></body>"
    [[pin, parsed]] = await run("XMLParserBlock", input_xml=answer)
    assert (pin, parsed["title"]) == ("parsed_xml", "R&D < 5 & more")
    assert parsed["body"] == {"br": "", "#text": "**Hi**"}


async def test_repeated_elements_can_be_stepped_through(run):
    stories = "<stories><story>a</story><story>b</story></stories>"
    assert await run("XMLParserBlock", input_xml=stories) == [["parsed_xml", {"stories": [{"story": "a"}, {"story": "b"}]}]]
    assert await run("XMLParserBlock", input_xml="<a>1</a><a>2</a>") == [["parsed_xml", {"a": ["1", "2"]}]]


async def test_xml_attributes_comments_and_cdata(run):
    xml = '<?xml version="1.0"?><!-- x --><a id="1 > 0"><![CDATA[<b>]]></a>'
    assert await run("XMLParserBlock", input_xml=xml) == [["parsed_xml", {"a": {"@id": "1 > 0", "#text": "<b>"}}]]


def _data_uri(content: str | bytes) -> str:
    content = content if isinstance(content, bytes) else content.encode()
    return "data:text/plain;base64," + base64.b64encode(content).decode()


async def test_file_read_in_one_piece_in_pieces_and_in_rows(run):
    text = "one\ntwo\nthree\n"
    assert await run("FileReadBlock", file_input=_data_uri(text)) == [["content", text]]
    assert await run("FileReadBlock", file_input=_data_uri(text), size_limit=8, skip_size=1) == [
        ["content", "ne\ntwo\nt"],
        ["content", "hree\n"],
    ]
    rows = await run("FileReadBlock", file_input=_data_uri(text), delimiter="\\n", skip_rows=1, row_limit=1)
    assert rows == [["content", "two"]]


async def test_file_read_of_the_workspace_and_of_plain_data(run):
    ctx = BlockContext(files={"workspace://7": "\ufeffhé".encode()})
    assert await run("FileReadBlock", ctx, file_input="workspace://7") == [["content", "hé"]]
    assert await run("FileReadBlock", file_input="data:,a%20b") == [["content", "a b"]]


async def test_spreadsheet_settings(run):
    text = "x\n'a;b'; c \n 1;2;3\n\n4"
    settings = {"delimiter": ";", "quotechar": "'", "skip_rows": 1, "skip_columns": ["c"]}
    assert await run("ReadSpreadsheetBlock", contents=text, **settings) == [["rows", [{"a;b": "1", "2": "3"}, {"a;b": "4"}]]]
    bare = await run("ReadSpreadsheetBlock", contents="1,2", has_header=False, produce_singular_result=True)
    assert bare == [["row", {"0": "1", "1": "2"}]]


async def test_spreadsheet_reads_excel_workbooks(run):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: workbooks cannot be read")
    import io

    workbook = openpyxl.Workbook()
    for row in (["name", "age"], ["Ann", 41], [None, None], ["Bob", None]):
        workbook.active.append(row)
    workbook.save(file := io.BytesIO())
    rows = await run("ReadSpreadsheetBlock", file_input=_data_uri(file.getvalue()))
    assert rows == [["rows", [{"name": "Ann", "age": "41"}, {"name": "Bob", "age": ""}]]]


@pytest.mark.parametrize("method", ["random", "systematic", "top", "bottom", "stratified", "weighted", "reservoir", "cluster"])
async def test_every_way_of_sampling_takes_that_many_different_items(run, method):
    keys = {"stratify_key": "group", "weight_key": "weight", "cluster_key": "group"}
    inputs = {"data": TEN, "sample_size": 4, "sampling_method": method, "random_seed": 1, **keys}
    [[_, sample], [_, indices]] = outputs = await run("DataSamplingBlock", **inputs)
    assert sample == [TEN[index] for index in indices]
    assert len(set(indices)) == 4
    assert outputs == await run("DataSamplingBlock", **inputs)


async def test_stratified_sample_keeps_the_shares_of_the_groups(run):
    data = [{"g": "a"}] * 6 + [{"g": "b"}] * 3 + [{"g": "c"}] * 1
    outputs = await run("DataSamplingBlock", data=data, sample_size=5, sampling_method="stratified", stratify_key="g")
    assert Counter(item["g"] for item in outputs[0][1])["a"] == 3


async def test_sampling_collects_until_there_are_enough(run):
    first, other = BlockContext(), BlockContext(node_id="another node")
    inputs = {"sample_size": 2, "accumulate": True, "sampling_method": "top"}
    assert await run("DataSamplingBlock", first, data={"n": 1}, **inputs) == []
    assert await run("DataSamplingBlock", other, data={"n": 9}, **inputs) == []
    assert (await run("DataSamplingBlock", first, data={"n": 2}, **inputs))[0] == ["sampled_data", [{"n": 1}, {"n": 2}]]
    assert await run("DataSamplingBlock", first, data={"n": 3}, **inputs) == []


@pytest.mark.parametrize(
    ("block", "pin"), [("KeywordSuggestionExtractorBlock", "suggestion"), ("RelatedKeywordExtractorBlock", "related_keyword")]
)
async def test_keyword_extractors_give_every_fact_once(run, block, pin):
    outputs = await run(block, **{pin: {"keyword": "tea", "search_volume": 5, "cpc": 0.5, "more": 1}})
    assert outputs == [
        ["keyword", "tea"],
        ["search_volume", 5],
        ["competition", None],
        ["cpc", 0.5],
        ["keyword_difficulty", None],
        ["serp_info", None],
        ["clickstream_data", None],
    ]


# --- time ------------------------------------------------------------------------------------------------------

NEW_YEAR_US = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z


async def test_clock_blocks_show_the_time_where_the_user_is(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now_us", lambda: NEW_YEAR_US)
    there = BlockContext(timezone="America/New_York")
    iso = {"discriminator": "iso8601", "use_user_timezone": True}
    assert await run("GetCurrentDateAndTimeBlock", there, trigger="go", format_type=iso) == [
        ["date_time", "2025-12-31T19:00:00-05:00"]
    ]
    assert await run("GetCurrentTimeBlock", there, trigger="go", format_type=iso) == [["time", "19:00:00-05:00"]]
    assert await run("GetCurrentDateBlock", there, trigger="go", format_type=iso) == [["date", "2025-12-31"]]
    assert await run("GetCurrentDateBlock", there, trigger="go", offset="7") == [["date", "2025-12-25"]]
    assert await run("GetCurrentTimeBlock", trigger="go", format_type={**iso, "timezone": "Asia/Kolkata"}) == [
        ["time", "00:00:00+00:00"]
    ]


@pytest.mark.parametrize("timezone", ["", "UTC", "not-set"])
def test_a_user_without_a_time_zone_has_utc(timezone):
    assert now(timezone).utcoffset().total_seconds() == 0


# --- agents in agents ------------------------------------------------------------------------------------------

CHILD = {"user_id": "u", "graph_id": "g", "graph_version": 3, "inputs": {"Topic": "tea"}, "input_schema": {}, "output_schema": {}}


async def test_agent_executor_passes_on_what_the_child_yields(run):
    calls = []

    async def child(*arguments):
        calls.append(arguments)
        yield "Post", "a"
        yield "Post", "b"

    masks = {"node": {"pin": 1}}
    ctx = BlockContext(run_agent=child)
    assert await run("AgentExecutorBlock", ctx, **CHILD, nodes_input_masks=masks) == [["Post", "a"], ["Post", "b"]]
    assert calls == [("g", 3, {"Topic": "tea"}, masks)]


async def test_agent_executor_closes_the_child_when_it_is_stopped(registry: Registry):
    closed = []

    async def child(*arguments):
        try:
            yield "Post", "a"
            yield "Post", "never"
        finally:
            closed.append(True)

    entry = registry.get("e189baac-8c20-45a1-94a7-55177ea42565")
    outputs = entry.run(entry.convert_input(CHILD), BlockContext(run_agent=child))
    assert await anext(outputs) == ("Post", "a")
    await outputs.aclose()
    assert closed == [True]


def test_agent_pins_are_those_that_were_saved_with_the_node(registry: Registry):
    block = registry.get("e189baac-8c20-45a1-94a7-55177ea42565").block
    schema = {"type": "object", "properties": {"Topic": {}}, "required": ["Topic"]}
    assert block.input_schema_of_node({"input_schema": schema}) == schema
    assert block.output_schema_of_node({}) == {"type": "object", "properties": {}, "required": []}
