"""Templates and regular expressions give what Jinja and Python's `re` give, quickly, and say what is wrong in a sentence."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.filters import FILTERS

from autogpt_lite.config import TextConfig
from autogpt_lite.errors import BlockError, BlockInputError
from autogpt_lite.sandbox import quick
from autogpt_lite.sdk import text
from tests.processes import sandbox_children

PLAIN = {False: jinja2.Environment(), True: jinja2.Environment(autoescape=True)}
DEFAULTS = TextConfig(timeout_s=2.0, max_memory_mb=256, max_output_bytes=10_000_000)


@pytest.fixture(scope="module", autouse=True)
def _jinja_is_loaded():
    quick.load_plans_now()


@pytest.fixture
def configured():
    yield text.configure
    text.configure(DEFAULTS)


def jinja(template, values, escape_html=False):
    return PLAIN[escape_html].from_string(template).render(values)


# --- templates ------------------------------------------------------------------------------------------------

EXAMPLES = [
    ("{{hello}}, {{ world }} {{name}}", {"name": "Alice", "hello": "Hello", "world": "World!"}),
    ("{% for item in list %}{{ item }}{% endfor %}", {"list": ["Hello", " World!"]}),
    ("{{ output_1 }}!!", {"output_1": "Hello, World!"}),
    ("{{ missing }}|{{ a.missing }}", {"a": {}}),
    ("{{today | safe}} {{x|upper}}\n", {"today": "<b>", "x": "straße"}),
    ("{{ n }} {{ f }} {{ b }} {{ none }} {{ big }}", {"n": 1, "f": 1.5, "b": True, "big": 2**70}),
    ("{{ d }} {{ l }}", {"d": {"a": "'\"\n", "b": [None, float("nan")]}, "l": ["é", "\U0001f600"]}),
    ("a\r\nb\rc\n\n", {}),
    ("{{ d.items }}", {"d": {"items": 3}}),
    ("{{{x}}}", {"x": 1}),
    ("{%- if a -%} yes {%- else -%} no {%- endif -%}  .", {"a": 0}),
    ("{# note #}{{ a|default('none', true) }}{{ b|join(', ') }}", {"b": [1, "x"]}),
    ("{% set ns = namespace(n=0) %}{% for i in range(5) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", {}),
    ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}{{ m('a') }}", {}),
    ("{{ '%s and %d' % ('a', 2) }} {{ 'x' * 3 }} {{ 2 ** 10 }} {{ 7 // 2 }} {{ '{:>5}'.format(3) }}", {}),
    ("{{ true }} {{ self_ }} {{ loop }}", {"self_": "me", "loop": "l"}),
    ("{% raw %}{{ x }}{% endraw %}", {"x": 1}),
    ("{{ _id }} {{ doc._id }}", {"_id": 1, "doc": {"_id": 2}}),
]


@pytest.mark.parametrize(("template", "values"), EXAMPLES)
@pytest.mark.parametrize("escape_html", [False, True])
async def test_a_text_is_what_jinja_makes_of_it(template, values, escape_html):
    try:
        expected = jinja(template, values, escape_html)
    except jinja2.TemplateError:
        with pytest.raises(BlockInputError):
            await text.render(template, values, escape_html=escape_html)
        return
    rendered = await text.render(template, values, escape_html=escape_html)
    assert re.sub(" at 0x[0-9a-f]+", "", rendered) == re.sub(" at 0x[0-9a-f]+", "", expected)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=6),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.sampled_from("abc") | st.text(max_size=3), children, max_size=3)
    ),
    max_leaves=6,
)
PATHS = st.sampled_from(
    ["a", "b", "missing", "a.b", "a.b.c", "a[0]", "b['a']", "a[-1].c", "a.items", "a.__class__", "true", "none", "_x"]
)
CALLS = st.sampled_from(
    [
        "",
        "|upper",
        "| safe",
        "|trim|lower",
        "|default('d')",
        "|d(1, true)",
        "|length",
        "|tojson",
        "|join('-')",
        "|first",
        "|last",
        "|int",
        "|e",
        "|title",
    ]
)
EXPRESSIONS = st.builds(lambda path, calls: f"{path}{calls}", PATHS, CALLS)
TESTS = st.builds(
    lambda e, more: f"{e}{more}", EXPRESSIONS, st.sampled_from(["", " is defined", " == 'a'", " and b", " in b", " is none"])
)
PIECES = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["{", "}", "}}", "\n", "\r\n", " ", "{{", "{%", "#}"]),
    st.builds(lambda e, space: f"{{{{{space}{e}{space}}}}}", EXPRESSIONS, st.sampled_from(["", " ", "\n"])),
    st.builds(lambda e: f"{{{{- {e} -}}}}", EXPRESSIONS),
    st.builds(
        lambda t, a, b: f"{{% if {t} %}}{a}{{% else %}}{{{{ {b} }}}}{{% endif %}}", TESTS, st.text(max_size=3), EXPRESSIONS
    ),
    st.builds(lambda a, b, t: f"{{{{ {a} if {t} else {b} }}}}", EXPRESSIONS, EXPRESSIONS, TESTS),
)
TEMPLATES = st.lists(PIECES, max_size=6).map("".join)


@settings(max_examples=400, deadline=None)
@given(
    template=TEMPLATES,
    values=st.dictionaries(st.sampled_from(["a", "b", "_x", "c"]), JSON, max_size=3),
    escape_html=st.booleans(),
)
def test_a_quick_text_equals_jinjas(template, values, escape_html):
    rendered = text.render_quick(template, values, escape_html=escape_html)
    if rendered is not None:
        assert rendered == jinja(template, values, escape_html)


@settings(max_examples=50, deadline=None)
@given(template=TEMPLATES, values=st.dictionaries(st.sampled_from(["a", "b"]), JSON, max_size=2))
def test_a_text_from_the_child_equals_jinjas(template, values):
    async def compare(samples):
        for source, escape_html in samples:
            try:
                expected = jinja(source, values, escape_html)
            except Exception:
                expected = None
            try:
                rendered = await text.render("{% set q = 1 %}" + source, values, escape_html=escape_html)
            except BlockError:
                rendered = None
            if "__class__" not in source and " at 0x" not in (expected or ""):
                assert rendered == expected

    asyncio.run(compare([(template, False), (template, True)]))


@pytest.mark.parametrize(
    "template",
    [
        "Hello {{ name }}",
        "{{name|safe}} and {{ name }}",
        "no values at all",
        "{{ person.name|upper }}",
        "{% if name %}{{ name }}{% endif %}",
    ],
)
def test_everyday_templates_are_quick(template):
    assert text.render_quick(template, {"name": "Al", "person": {"name": "Bo"}}) is not None


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{% for x in a %}{{ x }}{% endfor %}", {"a": [1]}),
        ("{{ a() }}", {}),
        ("{{ a * 2 }}", {"a": 1}),
        ("{{ a ~ a }}", {"a": "x"}),
        ("{{ a|center(1000000) }}", {"a": "x"}),
        ("{{ a" + "|tojson" * 6 + " }}", {"a": "x"}),
        ("{{ a|tojson|tojson|tojson }}", {"a": "x" * 1000}),
        ("{{ '" + "x" * 1500 + "'|tojson|tojson|tojson }}", {}),
        ("{{ a|join(b) }}", {"a": [], "b": ""}),
        ("{{ a }}" * 1200, {"a": "x"}),
        ("{{ a }}{{ a }}", {"a": "x" * 150_000}),
        ("{{ a }}", {"a": [[]] * 3000}),
        ("{{ a }}", {"a": 10**5000}),
        ("{{ a }}", {"a": object()}),
        ("{{ a.b }}", {"a": type("Record", (), {"b": "secret"})()}),
        ("{{ a.keys }}", {"a": {}}),
        ("{{ a }}", {"a": "\ud800"}),
        ("{{ range }}", {}),
        ("{{ self }}", {"self": 1}),
    ],
)
def test_what_is_not_provably_cheap_is_not_quick(template, values):
    assert text.render_quick(template, values) is None


def test_every_quick_text_takes_little_time_at_its_largest():
    letters, items = "ŉ" * 100, ["x" * 20] * 50
    for template in [
        "{{ a }}" * 280,
        "{{ a|upper|lower|title|upper|e }}",
        "{{ a|tojson|tojson }}",
        "{% if a == a %}{{ a }}{% endif %}" * 40,
    ]:
        for factor in (1, 5, 20, 100, 400, 1900):
            for value in (letters * factor, items * factor):
                text.render_quick(template, {"a": ""})  # planned
                durations = []
                for _ in range(3):
                    began = time.thread_time()
                    text.render_quick(template, {"a": value})
                    durations.append(time.thread_time() - began)
                assert min(durations) < 0.010


def test_plain_placeholders_do_not_even_load_jinja():
    program = (
        "import sys; from autogpt_lite.sdk import text; assert text.render_quick('a {{ b | safe }}', {'b': 1}) == 'a 1';"
        "assert 'jinja2' not in sys.modules and 'jinja2.nodes' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(quick.__file__).rsplit("autogpt_lite", 1)[0]}
    )


async def test_every_filter_of_jinja_works_in_the_child():
    """Also those for which Jinja or Python import something late, when the child can open no file any more."""
    arguments = {
        "attr": "('x')",
        "batch": "(2)|list",
        "slice": "(2)|list",
        "groupby": "(0)",
        "map": "('upper')|list",
        "format": "()",
    }
    arguments |= {"replace": "('a', 'b')", "indent": "(2)", "dictsort": "", "xmlattr": "", "wordwrap": "(5)", "truncate": "(5)"}
    arguments |= {
        name: "|list" for name in ("items", "reject", "rejectattr", "select", "selectattr", "unique", "reverse", "list")
    }
    arguments["rejectattr"] = arguments["selectattr"] = "('x')|list"
    values = {"dictsort": "{'b': 1, 'a': 2}", "xmlattr": "{'b': 1}", "items": "{'b': 1}", "tojson": "{'b': '<'}", "sum": "[1, 2]"}
    values |= {
        name: "['b', 'a']" for name in ("batch", "slice", "groupby", "map", "select", "reject", "sort", "unique", "join", "max")
    }
    values |= {"abs": "-1", "round": "1.26", "filesizeformat": "12345", "selectattr": "[{'x': 1}]", "rejectattr": "[{}]"}
    for name in sorted(set(FILTERS) - {"random"}):
        template = f"{{% set q = 1 %}}{{{{ {values.get(name, repr('ab cd http://x.org é' + chr(8203)))}|{name}{arguments.get(name, '')} }}}}"
        assert await text.render(template, {}) == jinja(template, {}), name


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a\n{{ b.c.d }}", "Line 2 of the template: 'b' is undefined."),
        ("\n\n{% if %}", "Line 3 of the template: Expected an expression, got 'end of statement block'."),
        ("{{ 'x'|nothing }}", "Line 1 of the template: No filter named 'nothing'."),
        ("{{ 1 / 0 }}", "Line 1 of the template: division by zero."),
        ("{{ 1 + 'a' }}", "Line 1 of the template: unsupported operand type(s) for +: 'int' and 'str'."),
        ("{% include 'x' %}", "Line 1 of the template: it cannot load other templates."),
        (
            "{% for i in [1] %}\n{% for j in [2] %}\n{{ i.x.y }}{% endfor %}{% endfor %}",
            "Line 3 of the template: 'int object' has no attribute 'x'.",
        ),
    ],
)
async def test_a_mistake_is_told_with_its_line(template, message):
    with pytest.raises(BlockInputError) as caught:
        await text.render(template, {})
    assert caught.value.message == message


async def test_the_limits_come_from_the_configuration(configured):
    configured(TextConfig(timeout_s=0.2, max_memory_mb=100, max_output_bytes=1000))
    with pytest.raises(BlockError, match=r"longer than the 0\.2 seconds"):
        await text.findall("(a|aa)+$", "a" * 5000 + "!")
    with pytest.raises(BlockError, match="larger than the 1,000 bytes"):
        await text.render("{% for i in range(9) %}{{ 'x' * 200 }}{% endfor %}", {})
    with pytest.raises(BlockError, match="more than the 100 MB"):
        await text.render("{% set x = ['ab' * 4000000] %}{% set y = (x * 90)|join %}", {})


async def test_a_longer_time_can_be_given_for_one_call(configured):
    configured(TextConfig(timeout_s=0.05, max_memory_mb=256, max_output_bytes=1000))
    slow = "{% for i in range(99999) %}{% for j in range(20) %}{% endfor %}{% endfor %}done"
    with pytest.raises(BlockError, match="took longer"):
        await text.render(slow, {})
    assert await text.render(slow, {}, timeout_s=30) == "done"


async def test_a_value_that_no_text_can_hold_is_refused():
    for values in ({"a": "\ud800"}, {"a": object()}, {"a": {1j: 1}}):
        with pytest.raises(BlockInputError, match="The input cannot be used"):
            await text.render("{{ a }}", values)


# --- regular expressions --------------------------------------------------------------------------------------


def python_matches(pattern, string, flags=0):
    return [
        {"start": m.start(), "end": m.end(), "match": m[0], "groups": list(m.groups()), "groupdict": m.groupdict()}
        for m in re.finditer(pattern, string, flags)
    ]


PATTERN_PIECES = [
    "a",
    "b",
    ".",
    "[ab]",
    "[^b]",
    r"\w",
    "(a|b)",
    "(?P<n>a*)",
    ".+",
    "a?",
    "(?:ab?)+",
    "b{1,3}",
    "^",
    "$",
    r"\b",
    "(.*?)",
    "|",
    "(?i:A)",
    "(?=a)",
    r"\1",
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(PATTERN_PIECES), max_size=6).map("".join),
    st.text("ab \n", max_size=12),
    st.sampled_from([0, 2, 8, 16, 26]),
)
def test_quick_matches_equal_pythons(pattern, string, flags):
    found = text.findall_quick(pattern, string, flags)
    if found is not None:
        assert found == python_matches(pattern, string, flags)


@pytest.mark.parametrize(
    ("pattern", "string", "flags"),
    [
        (r"Hello, (.+)", "Hello, World!", 0),
        (r"(?P<word>\w+)(\s)?", "one two" * 300, 0),
        (r"(a)|(?P<b>b)", "ab" * 2000, 0),
        (r"^l.*?e$", "line\nlie\n" * 300, re.MULTILINE | re.DOTALL),
        (r"(?:😀+x?)+", "é😀😀x😀" * 3, re.IGNORECASE),
        (r"\N{EM DASH}\d{2,}", "—12", 0),
    ],
)
async def test_matches_are_those_of_pythons_re(pattern, string, flags):
    expected = python_matches(pattern, string, flags)
    assert expected
    assert await text.findall(pattern, string, flags) == expected
    assert await text.search(pattern, string, flags) == expected[0]
    assert await text.substitute(pattern, r"<\g<0>>", string, flags) == re.sub(pattern, r"<\g<0>>", string, flags=flags)


async def test_no_match_is_none_and_an_empty_list():
    assert await text.search("x", "abc") is None
    assert await text.findall("(x+)+", "abc") == []


async def test_at_most_limit_matches_are_given():
    assert len(await text.findall("a", "a" * 100_000, limit=7)) == 7
    assert len(await text.findall("a", "a" * 100_000)) == 10_000
    assert await text.findall("a", "aaa", limit=0) == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: text.findall("(a", "a"),
            "The regular expression is not valid: missing ), unterminated subpattern at position 0.",
        ),
        (lambda: text.search("a**", "a"), "The regular expression is not valid: multiple repeat at position 2."),
        (lambda: text.substitute("a", r"\2", "a"), "The replacement is not valid: invalid group reference 2 at position 1."),
        (lambda: text.search("a", "a", re.DEBUG), "Only the flags IGNORECASE, MULTILINE, DOTALL, VERBOSE and ASCII can be used."),
        (lambda: text.search("a" * 100_001, "a"), "The regular expression is longer than 100,000 characters."),
    ],
)
async def test_a_mistake_in_a_pattern_is_told(call, message):
    with pytest.raises(BlockInputError) as caught:
        await call()
    assert caught.value.message == message


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "a*a*a*a*b", r"(a)\1", "(?:a?){50}", "[а-я]", "[[a]", "(a|aa)" * 30 + "$"]
)
def test_patterns_that_can_blow_up_are_never_quick(pattern):
    assert not text.is_quick_pattern(pattern, "a" * 5000)


async def test_what_finds_too_much_is_refused():
    with pytest.raises(BlockError, match="finds more than may be kept"):
        await text.findall("()" * 90, "a" * 10_000)


async def test_calls_at_the_same_time_do_not_mix():
    async def one(i):
        return await text.render("{% for x in l %}{{ x }}{% endfor %}", {"l": [i, "-", i]})

    assert await asyncio.gather(*(one(i) for i in range(50))) == [f"{i}-{i}" for i in range(50)]
    await text.close()
    assert await one(1) == "1-1"


@pytest.mark.parametrize("is_closed", [True, False])
def test_no_child_outlives_its_loop(is_closed):
    async def use():
        assert await text.substitute("a", "b", "aa") == "bb"
        if is_closed:
            await text.close()

    for _ in range(3):
        asyncio.run(use())
    assert sandbox_children() == []
