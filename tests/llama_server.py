"""A real llama.cpp server with a tiny model of random weights, for tests: it answers nonsense, but as the real thing does.

The session fixture `llama_server` (see conftest.py) has .base_url, .host and .model.

Run as a program it is the server: `python tests/llama_server.py MODEL.gguf` prints its address, and ends when its input does.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MODEL = "tiny-random"
CONTEXT_TOKENS = 2048


class LlamaServer:
    """A running server. `base_url` ends in /v1, `host` is its host:port, `model` the name that it goes by."""

    def __init__(self, model_path: Path):
        command = [sys.executable, str(Path(__file__).resolve()), str(model_path)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        address = self._process.stdout.readline().decode().strip()
        if not address.startswith("http://"):
            self.stop()
            raise RuntimeError("llama.cpp's server did not start")
        self.base_url = f"{address}/v1"
        self.host = address.removeprefix("http://")
        self.model = MODEL

    def stop(self) -> None:
        """Ends the process; its input is its life line, so it ends as well when the tests are killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


@pytest.fixture(scope="session")
def llama_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    """One server for all tests. Skips where there is no wheel of xllamacpp (test extra) for this platform."""
    for package in ("xllamacpp", "gguf", "numpy"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: no tests against a real model server (pip install autogpt-lite[test])")
    path = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    make_model(path)
    server = LlamaServer(path)
    yield server
    server.stop()


def make_model(path: Path) -> None:
    """Writes a llama with two layers, 118,720 weights and a token for each byte: half a megabyte, made in 10 ms."""
    import gguf
    import numpy as np

    width, inner, heads, layers = 64, 128, 4, 2
    tokens = [b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
    letters = ["\u2581" + letter for letter in "abcdefghijklmnopqrstuvwxyz"]
    tokens += [letter.encode() for letter in letters]
    kinds += [gguf.TokenType.NORMAL] * len(letters)

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // heads)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * 259 + [-float(rank) for rank in range(len(letters))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)

    random = np.random.default_rng(7)

    def add(name: str, *shape: int) -> None:
        # Norms are ones; a few tenths elsewhere keep the numbers of two layers in range.
        values = np.ones(shape) if len(shape) == 1 else random.standard_normal(shape) * 0.3
        writer.add_tensor(f"{name}.weight", values.astype(np.float32))

    add("token_embd", len(tokens), width)
    add("output_norm", width)
    add("output", len(tokens), width)
    for layer in range(layers):
        for part in ("attn_norm", "ffn_norm"):
            add(f"blk.{layer}.{part}", width)
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{part}", width, width)
        add(f"blk.{layer}.ffn_gate", inner, width)
        add(f"blk.{layer}.ffn_up", inner, width)
        add(f"blk.{layer}.ffn_down", width, inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def serve(model_path: str) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model_path
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = 1
    params.sampling.seed = 7
    params.ui = False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    del server


if __name__ == "__main__":
    serve(sys.argv[1])
