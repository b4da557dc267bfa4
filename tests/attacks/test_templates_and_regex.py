"""D1, D2, D3 and the runner's part of D7: hostile templates, patterns and code fail alone, soon, and with a sentence.

For each: a BlockError within 2 s, the server's memory rises by less than 50 MB, its loop never stands still for 50 ms.
"""

from __future__ import annotations

import asyncio
import gc
import re
import threading
import time
from typing import NamedTuple

import psutil
import pytest

from autogpt_lite.errors import BlockError
from autogpt_lite.sandbox import confine, quick
from autogpt_lite.sandbox.isolated import run_isolated
from autogpt_lite.sdk import text
from tests.processes import sandbox_children

MB = 1024 * 1024
CANARY = "canary-6f1d-in-the-server"


class Watch:
    """Looks at the loop and the memory once a millisecond while the attack runs.

    What the machine does meanwhile does not count. A thread that only wants to wake up tells how late everything is: `took_s` is
    without that, and a stall of the loop is what the process computed in it, or what it lasted longer than that thread was late.
    """

    def __init__(self):
        self.longest_stall_s = self.rise_bytes = 0.0
        self._process = psutil.Process()
        self._stop = asyncio.Event()
        self._noise = (time.perf_counter(), 0.0)  # when the thread last woke up, and how late it was in all until then
        self._is_over = False
        self._thread = threading.Thread(target=self._feel_noise, daemon=True)

    async def __aenter__(self):
        gc.collect()
        gc.freeze()  # a collection that looks through what thousands of other tests left is no effect of the attack
        self._thread.start()
        self._task = asyncio.create_task(self._look())
        await asyncio.sleep(0)
        self._began = time.perf_counter()
        return self

    async def __aexit__(self, *_):
        self._is_over = True
        self._thread.join()
        self.took_s = time.perf_counter() - self._began - self._noise[1]
        self._stop.set()
        await self._task
        gc.unfreeze()

    def _feel_noise(self):
        late_s = 0.0
        while not self._is_over:
            began = time.perf_counter()
            time.sleep(0.001)
            now = time.perf_counter()
            if now - began > 0.003:
                late_s += now - began - 0.001
            self._noise = now, late_s

    async def _look(self):
        first, before, gaps = self._process.memory_info().rss, self._now(), []
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), 0.001)
            except TimeoutError:
                pass
            self.rise_bytes = max(self.rise_bytes, self._process.memory_info().rss - first)
            gaps.append((before, now := self._now()))
            before = now
            # A gap is judged when the thread has woken up after it: late in the same gap, it may well be the last to get its turn.
            while gaps and (gaps[0][1].at < self._noise[0] or self._is_over):
                self.longest_stall_s = max(self.longest_stall_s, _stall_s(*gaps.pop(0), self._noise[1]))

    def _now(self):
        return Moment(time.perf_counter(), time.process_time(), self._noise[1])


class Moment(NamedTuple):
    at: float
    computed_s: float
    late_s: float


def _stall_s(before, after, late_s):
    lasted_s, computed_s = after.at - before.at, after.computed_s - before.computed_s
    return max(min(computed_s, lasted_s), lasted_s - (late_s - before.late_s))


async def refuse(attack):
    """Runs it until its effects are free of the noise of the machine, three times at most; gives the error."""
    for _ in range(3):
        async with Watch() as watch:
            with pytest.raises(BlockError) as caught:
                await attack()
        assert watch.rise_bytes < 50 * MB
        if watch.longest_stall_s < 0.050 and watch.took_s < 2:
            break
    else:
        raise AssertionError(f"took {watch.took_s:.2f} s, longest stall {watch.longest_stall_s * 1000:.0f} ms, three times")
    check_message(caught.value.message)
    return caught.value.message


def check_message(message):
    assert message.endswith((".", "!", "?"))
    assert len(message) < 1000
    for leak in ("Traceback", "/", "\\", 'File "', " 0x", ".py", CANARY):
        assert leak not in message, message


@pytest.fixture(scope="module", autouse=True)
def _jinja_is_loaded():
    quick.load_plans_now()


@pytest.fixture
def server_secret(monkeypatch):
    monkeypatch.setenv("AUTOGPT_LITE_CANARY", CANARY)
    return {"held in memory": CANARY}


# --- D1: reaching out of the template ---------------------------------------------------------------------------

REACHING_OUT = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__']['__mro__'][1].__subclasses__() }}",
    "{{ [].__class__.__base__.__subclasses__() }}",
    "{{ {}.__init__.__globals__ }}",
    "{{ ''|attr('__globals__') }}",
    "{{ ''|attr('__class__')|attr('__mro__') }}",
    "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ ''|attr('__cla' ~ 'ss__') }}",
    "{{ ['']|map(attribute='__class__')|list }}",
    "{{ [{}]|map('attr', '__class__')|list }}",
    "{{ ['']|groupby('__class__') }}",
    "{{ ['']|selectattr('__class__')|list }}",
    "{{ ['']|sort(attribute='__class__') }}",
    "{{ [1]|sum(attribute='__class__') }}",
    "{{ ['a']|unique(attribute='__class__')|list }}",
    "{{ '{0.__class__}'.format('') }}",
    "{{ '{x.__class__}'.format_map({'x': ''}) }}",
    "{{ '{0[__class__]}'.format('') }}",
    "{% set f = '{0.__class__.__mro__}'.format %}{{ f('') }}",
    "{% set f = '{0.__class__}'|attr('format') %}{{ f('') }}",
    "{{ ['{0.__class__}']|map('attr', 'format')|map('first')|list }}{{ ''.__class__ }}",
    "{{ ('{0.__class__}'|safe).format('') }}",
    "{{ lipsum }}",
    "{{ lipsum.__globals__ }}",
    "{{ lipsum(5) }}",
    "{{ cycler }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner('x') }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ range.__self__ }}",
    "{{ range.__globals__ }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{{ dict.mro() }}",
    "{{ namespace.__init__.__globals__ }}",
    "{% set ns = namespace() %}{{ ns.__class__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{{ missing.__class__ }}",
    "{{ missing._undefined_message.x }}{{ ''.__class__ }}",
    "{% set l = [] %}{{ l.append(1) }}",
    "{% set d = {} %}{{ d.update({1: 2}) }}",
    "{{ request.application }}",
    "{{ config.items() }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends 'base.html' %}",
]


@pytest.mark.parametrize("template", REACHING_OUT)
async def test_d1_a_template_reaches_nothing_of_python(template, server_secret):
    await refuse(lambda: text.render(template, {"name": "x"}))


async def test_d1_nothing_of_the_server_is_in_what_a_template_can_print(server_secret):
    for expression in (
        "range",
        "dict",
        "namespace",
        "missing",
        "loop",
        "x.items",
        "'a'.upper",
        "namespace()",
        "m",
        "caller",
        "context",
        "environment",
    ):
        try:
            rendered = await text.render("{% macro m() %}{% endmacro %}{{ " + expression + " }}", {"x": {}})
        except BlockError as error:
            rendered = error.message
        assert CANARY not in rendered
        assert "/" not in rendered


async def test_d1_credentials_are_no_names_of_a_template():
    assert await text.render("[{{ credentials }}{{ user }}{{ environ }}]", {}) == "[]"


# --- D2: bombs --------------------------------------------------------------------------------------------------

BOMBS = {
    "range": "{% for i in range(10**9) %}x{% endfor %}",
    "nested loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "nested loops that print": "{% for i in range(99999) %}{% for j in range(99999) %}xxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
    "product": "{{ 'A' * 10**9 }}",
    "product of a list": "{{ [0] * 10**9 }}",
    "product the other way": "{{ 10**9 * 'A' }}",
    "products": "{% set a = 'A' * 9000000 %}{% set b = [a, a, a, a, a, a, a, a] | join * 1 %}{{ b ~ b ~ b ~ b }}",
    "center": "{{ 'a'|center(10**9) }}",
    "indent": "{{ 'a\nb'|indent(10**9) }}",
    "format": "{{ '%1000000000d' % 1 }}",
    "format filter": "{{ '%1000000000d'|format(1) }}",
    "str.format": "{{ '{:1000000000}'.format(1) }}",
    "ljust": "{{ 'a'.ljust(10**9) }}",
    "zfill": "{{ 'a'.zfill(2 * 10**9) }}",
    "replace": "{{ ('a' * 100000)|replace('a', 'a' * 100000) }}",
    "doubling": "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
    "doubling of a list": "{% set ns = namespace(s=[0]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    "tojson of tojson": "{% set ns = namespace(s='\"') %}{% for i in range(60) %}{% set ns.s = ns.s|tojson %}{% endfor %}{{ ns.s }}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "two macros": "{% macro a() %}{{ b() }}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
    "recursive loop": "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
    "power": "{{ 10 ** (10 ** 10) }}",
    "power of a power": "{{ 9 ** (9 ** (9 ** 9)) }}",
    "large factor": "{% set ns = namespace(n=9**9999) %}{% for i in range(40) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}",
    "constant": "{% if 'a'|center(10**10) %}{% endif %}",
    "slices": "{{ 'a'|batch(10**9, 'x')|list }}",
    "slice": "{{ 'a'|slice(10**9)|list }}",
    "wordwrap": "{{ ('a ' * 900000)|wordwrap(1) * 100 }}",
    "a large template": "x" * 1_000_000,
    "a large template of expressions": "{{ a }}" * 140_000,
    "a long chain": "{{ a" + "|upper" * 80_000 + " }}",
    "open brackets": "{{ " + "(" * 200_000,
    "nested lists": "{{ " + "[" * 50_000 + "]" * 50_000 + " }}",
    "nested blocks": "{% if a %}" * 20_000,
    "long sum": "{{ 1" + " + 1" * 100_000 + " }}",
    "not not not": "{{ " + "not " * 100_000 + "1 }}",
    "an endless comment": "{#" * 200_000,
    "spaces": "{{" + " " * 400_000,
    "an open string": "{{ '" + "\\" * 400_000,
    "a large number": "{{ " + "9" * 400_000 + " }}",
}


@pytest.mark.parametrize("name", BOMBS)
async def test_d2_a_bomb_goes_off_alone(name):
    await refuse(lambda: text.render(BOMBS[name], {}))
    assert await text.render("{% for x in a %}{{ x }}{% endfor %}", {"a": "ok"}) == "ok"


async def test_d2_other_templates_go_on_while_a_bomb_runs():
    bomb = asyncio.create_task(text.render(BOMBS["nested loops"], {}))
    await asyncio.sleep(0)
    for number in range(20):
        assert await text.render("{% for x in a %}{{ x }}{% endfor %}", {"a": [number]}) == str(number)
    assert not bomb.done()
    with pytest.raises(BlockError, match="took longer than the 2 seconds"):
        await bomb


# --- D3: patterns -----------------------------------------------------------------------------------------------

LONG = "a" * 50_000
TOO_LONG_TO_TELL = [
    ("(a+)+$", LONG + "!"),
    ("(a|aa)+$", LONG + "!"),
    ("(.*)*x", LONG),
    ("(a*)*$", LONG + "!"),
    ("([a-z]+)+[0-9]", LONG),
    ("(x+x+)+y", "x" * 50_000),
    ("a*a*a*a*a*b", LONG),
    (r"^(\w+\s?)*$", "ab " * 16_000 + "!"),
    (r"(a|b|ab)*c", "ab" * 25_000),
    ("(?:a?){60}a{60}$", "a" * 59 + "!"),
    ("(a|aa)" * 40 + "$", "a" * 79 + "!"),
    (".*.*=.*", LONG),
    (r"(\d+)\1+$", "1" * 50_000 + "2"),
    ("(?=(a+)+$)", LONG + "!"),
]


async def test_d3_a_pattern_that_takes_for_ever_ends_by_the_configured_time():
    message = await refuse(lambda: text.findall(*TOO_LONG_TO_TELL[0]))
    assert message == "The regular expression took longer than the 2 seconds that it may take."


@pytest.mark.parametrize(("pattern", "string"), TOO_LONG_TO_TELL)
async def test_d3_patterns_that_take_for_ever_end_by_the_time_limit(pattern, string):
    message = await refuse(lambda: text.findall(pattern, string, timeout_s=0.5))
    assert message == "The regular expression took longer than the 0.5 seconds that it may take."


@pytest.mark.parametrize(
    ("pattern", "replacement", "string"),
    [
        ("", "x" * 100_000, LONG),
        ("(a*)", r"\1" * 10_000, LONG),
        ("(a+)+$", "x", LONG + "!"),
        ("(?P<n>a)", r"\g<n>" * 20_000, LONG),
    ],
)
async def test_d3_a_replacement_cannot_explode(pattern, replacement, string):
    await refuse(lambda: text.substitute(pattern, replacement, string))


@pytest.mark.parametrize(
    ("pattern", "string"),
    [
        ("(" * 5000, ""),
        ("(" * 5000 + ")" * 5000, LONG),
        ("(?:a{1,60000}){1,60000}" * 5 + "b", LONG),
        ("a{4294967296}", ""),
        ("(?i)" + "[\x00-\U0010ffff]" * 2000 + "b", LONG),
        ("(?=(.*))", LONG),
        ("()" * 90, LONG),
        ("(?P<__class__>a)(?P<__class__>a)", ""),
        (r"\N{" + "x" * 50_000 + "}", ""),
        ("[" * 50_000, ""),
        ("(?P<" + "n" * 50_000, ""),
        ("x" * 1_000_000, ""),
    ],
)
async def test_d3_a_pattern_that_is_a_bomb_is_refused(pattern, string):
    await refuse(lambda: text.findall(pattern, string))


async def test_d3_the_loop_goes_on_while_many_evil_patterns_run(monkeypatch):
    async with Watch() as watch:
        results = await asyncio.gather(
            *(text.search(p, s, timeout_s=0.3) for p, s in TOO_LONG_TO_TELL[:4]), return_exceptions=True
        )
    assert [type(result) for result in results] == [BlockError] * 4
    assert watch.rise_bytes < 50 * MB
    assert re.match("The regular expression took longer", results[0].message)


# --- D7: code, as far as the runner bounds it ----------------------------------------------------------------------

HOSTILE_CODE = {
    "the server's environment": "result = open('/proc/%d/environ' % __import__('os').getppid()).read()",
    "init's environment": "result = open('/proc/1/environ').read()",
    "the server's memory": "result = open('/proc/%d/maps' % __import__('os').getppid()).read()",
    "the database": "import os\nresult = [os.path.join(d, f) for d, _, fs in os.walk('/') for f in fs][0]",
    "a fork bomb": "import os\nwhile True: os.fork()",
    "a process": "import subprocess\nresult = subprocess.check_output(['id']).decode()",
    "a shell": "import os\nresult = {0: 1}[os.system('true')]",
    "10 GB": "result = len(bytearray(10 * 1024**3))",
    "10 GB in small pieces": "pieces = []\nwhile True: pieces.append(bytearray(1000))",
    "a million files": "for i in range(10**6): open('/tmp/canary%d' % i, 'w').write('x')",
    "a server": "import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\nresult = 1",
    "a connection": "import socket\nresult = socket.create_connection(('127.0.0.1', 8006)) and 1",
    "a name": "import socket\nresult = socket.getaddrinfo('localhost', 80)[0][0]",
    "an endless loop": "while True: pass",
    "an endless loop that catches all": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "ignored signals": "import signal\nfor s in range(1, 32):\n    try: signal.signal(s, signal.SIG_IGN)\n    except OSError: pass\nwhile True: pass",
    "a large answer": "result = 'x' * 2_000_000",
    "recursion": "def f(): f()\nf()",
    "an exit": "import os\nos._exit(0)",
    "a lie on the pipe": "import os\nfor n in range(3, 9):\n    try: os.write(n, b'\\xff' * 64)\n    except OSError: pass\nwhile True: pass",
    "a frame without an end": "import os\nfor n in range(3, 9):\n    try:\n        while os.write(n, b'\\x7f' * 65536): pass\n    except OSError: pass",
    "an answer that never ends": "import os\nfor n in range(3, 9):\n    try:\n        while os.write(n, b'\\x00\\x00\\x00\\x09m\\x92\\xa5chunk\\x01\\x02'): pass\n    except OSError: pass",
}


@pytest.mark.skipif(not confine.has_syscall_filter(), reason="code from outside is not run on this system")
@pytest.mark.parametrize("name", HOSTILE_CODE)
async def test_d7_hostile_code_fails_alone(name, server_secret):
    async def attack():
        await run_isolated(
            "tests.sandbox_functions:run_source", HOSTILE_CODE[name], timeout_s=1, memory_mb=200, max_output_bytes=1_000_000
        )

    async with Watch() as watch:
        with pytest.raises(BlockError) as caught:
            await attack()
    assert watch.rise_bytes < 50 * MB
    assert watch.took_s < 3
    assert CANARY not in caught.value.message
    assert sandbox_children() == []
