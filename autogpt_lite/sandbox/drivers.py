"""How each language is started inside the code sandbox. The drivers run there, with the code: nothing they say is trusted.

The value of the code's last expression goes to a file, as in a notebook.
"""

from __future__ import annotations

from typing import NamedTuple

_PYTHON = """
import ast, json, linecache, os, sys, traceback
path, result = sys.argv[1:3]
sys.argv = ["main.py"]
sys.path.insert(0, os.getcwd())
with open(path, encoding="utf-8") as file:
    source = file.read()
linecache.cache["main.py"] = (len(source), None, source.splitlines(True), "main.py")
names, value = {"__name__": "__main__"}, None
try:
    tree = ast.parse(source, "main.py")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "main.py", "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "main.py", "eval"), names)
    if value is not None:
        said = {"text": value if isinstance(value, str) else repr(value)}
        try:
            json.dumps(value, allow_nan=False)
            said["json"] = value
        except (TypeError, ValueError, RecursionError):
            pass
        with open(result, "w", encoding="utf-8") as file:
            json.dump(said, file)
except SystemExit:
    raise
except BaseException as error:
    sys.stdout.flush()
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != "main.py":
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)
    sys.exit(1)
"""

_JAVASCRIPT = """
const fs = require("fs"), util = require("util"), vm = require("vm");
const [path, result] = process.argv.slice(-2);
process.argv = [process.argv[0], "main.js"];
globalThis.require = require;
(async () => {
  const value = await vm.runInThisContext(fs.readFileSync(path, "utf8"), { filename: "main.js" });
  if (value === undefined) return;
  const said = { text: typeof value === "string" ? value : util.inspect(value) };
  try {
    const json = JSON.stringify(value);
    if (json !== undefined) said.json = JSON.parse(json);
  } catch {}
  fs.writeFileSync(result, JSON.stringify(said));
})().catch((error) => {
  console.error(error && error.stack ? error.stack : error);
  process.exitCode = 1;
});
"""


class Driver(NamedTuple):
    """`program` names the interpreter in the setup; `limits_address_space` is false where it reserves far more than it uses."""

    program: str
    arguments: tuple[str, ...]
    limits_address_space: bool = True


DRIVERS = {
    "python": Driver("python", ("-I", "-X", "utf8", "-c", _PYTHON)),
    "js": Driver("node", ("-e", _JAVASCRIPT, "--"), limits_address_space=False),
    "bash": Driver("bash", ()),
}
"""By the words that AutoGPT's block has for languages."""
