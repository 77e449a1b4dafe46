"""A made-up voice of Piper: a graph that hums a tone for each phoneme, run by the real piper and onnxruntime."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

RATE = 16_000
SAMPLES_PER_PHONEME = 256
NAME = "en_US-humming-low"


def write_tiny_voice(folder: Path, name: str = NAME, *, hertz: float = 10.0) -> Path:
    """The two files of a voice whose phoneme number n sounds at n * `hertz`, for 16 ms."""
    folder.mkdir(parents=True, exist_ok=True)
    turns = 2 * np.pi * hertz * np.arange(SAMPLES_PER_PHONEME, dtype=np.float32) / RATE
    nodes = [
        helper.make_node("Cast", ["input"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["numbers", "last"], ["columns"]),
        helper.make_node("Mul", ["columns", "turns"], ["phases"]),
        helper.make_node("Sin", ["phases"], ["tones"]),
        helper.make_node("Reshape", ["tones", "shape"], ["output"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([2], np.int64), "last"),
        numpy_helper.from_array(turns.astype(np.float32), "turns"),
        numpy_helper.from_array(np.array([1, 1, 1, -1], np.int64), "shape"),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["one", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["one"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "samples"])
    graph = helper.make_graph(nodes, "humming", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    path = folder / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    settings = {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "language": {"code": "en_US"},
        "num_symbols": 256,
        "num_speakers": 1,
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    path.with_name(f"{name}.onnx.json").write_text(json.dumps(settings), encoding="utf-8")
    return path
