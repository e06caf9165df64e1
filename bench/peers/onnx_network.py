"""Our folded encoder (engine/network/folded.ts) as an ONNX graph: uint8 pictures of one size → pooled features, damage logit."""

import json
import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def build(folder: str, height: int, width: int):
    """Model for pictures [n, height, width, channels] with one gain each, and the network's description."""
    with open(os.path.join(folder, "network.json")) as file:
        network = json.load(file)
    numbers = np.fromfile(os.path.join(folder, "network.bin"), "<f4")
    layers = {layer["name"]: layer for layer in network["layers"]}
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def conv(name, x):
        layer = layers[name]
        shape = layer["shape"]
        taken = numbers[layer["filterAt"] : layer["filterAt"] + int(np.prod(shape))].reshape(shape)
        bias = numbers[layer["biasAt"] : layer["biasAt"] + shape[3]]
        inputs = [x, constant(f"{name}.f", np.ascontiguousarray(taken.transpose(3, 2, 0, 1))), constant(f"{name}.b", bias)]
        stride = layer["stride"]
        return node("Conv", inputs, f"{name}.y", strides=[stride, stride], auto_pad="SAME_UPPER", kernel_shape=shape[:2])

    def relu(x):
        return node("Relu", [x], f"{x}.relu")

    def sizes(stride):
        return [-(-height // stride), -(-width // stride)]

    deviation, mean = network["normalisation"]["deviation"], network["normalisation"]["mean"]
    x = node("Cast", ["pictures"], "float", to=TensorProto.FLOAT)
    x = node("Mul", [x, "factors"], "scaled")
    x = node("Sub", [x, constant("shift", np.float32(mean / deviation))], "normalised")
    if network["channels"] == 1:
        x = node("Reshape", [x, constant("planes", np.array([-1, 1, height, width], np.int64))], "input")
    else:
        x = node("Transpose", [x], "input", perm=[0, 3, 1, 2])

    x = relu(conv("stem", x))
    outputs = []
    for block in range(1, 5):
        main = conv(f"block{block}.conv2", relu(conv(f"block{block}.conv1", x)))
        short = x
        if block > 1:
            halved = node(
                "AveragePool", [x], f"halved{block}", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER"
            )
            short = conv(f"block{block}.shortcut", halved)
        x = relu(node("Add", [main, short], f"block{block}"))
        outputs.append(x)
    _, layer2, layer3, layer4 = outputs

    rows, columns = sizes(4)
    merged = conv("mask.layer2", layer2)
    for name, layer in (("mask.layer3", layer3), ("mask.layer4", layer4)):
        # One picture's sizes and "as many as there are": Resize wants all four, so only the last two axes are named.
        inputs = [conv(name, layer), "", "", constant(f"{name}.sizes", np.array([rows, columns], np.int64))]
        up = node(
            "Resize",
            inputs,
            f"{name}.up",
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
            axes=[2, 3],
        )
        merged = node("Add", [merged, up], f"{name}.sum")
    logits = conv("mask.logit", relu(merged))

    pooled = []
    for name, layer, stride in (("layer2", layer2, 4), ("layer3", layer3, 8)):
        channels = layers[f"block{2 if name == 'layer2' else 3}.conv2"]["shape"][3]
        positions = int(np.prod(sizes(stride)))
        flat_shape = constant(f"{name}.shape", np.array([-1, channels, positions], np.int64))
        flat = node("Reshape", [layer, flat_shape], f"{name}.flat")
        last = constant(f"{name}.last", np.array([2], np.int64))
        pooled.append(node("ReduceMean", [flat, last], f"{name}.mean", keepdims=0))
        count = constant(f"{name}.count", np.array([min(4, positions)], np.int64))
        nodes.append(helper.make_node("TopK", [flat, count], [f"{name}.best", f"{name}.where"], axis=2, sorted=0))
        pooled.append(node("ReduceMean", [f"{name}.best", last], f"{name}.top", keepdims=0))
    pooled.append(suspicious_patch(node, constant, logits, layer2, layer3))
    plane = constant("plane", np.array([2, 3], np.int64))
    pooled.append(node("ReduceMean", [layer4, plane], "layer4.mean", keepdims=0))
    pooled.append(geometric_mean(node, constant, layer4, plane))
    node("Concat", pooled, "features", axis=1)
    node("ReduceMax", [logits, constant("all", np.array([1, 2, 3], np.int64))], "damage", keepdims=0)

    graph = helper.make_graph(
        nodes,
        "encoder",
        [
            helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["n", height, width, network["channels"]]),
            helper.make_tensor_value_info("factors", TensorProto.FLOAT, ["n", 1, 1, 1]),
        ],
        [
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", None]),
            helper.make_tensor_value_info("damage", TensorProto.FLOAT, ["n"]),
        ],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), network


def geometric_mean(node, constant, layer4, plane):
    """exp(mean log(x + floor)) − floor, none negative (engine/learn/pooled.ts) [n, channels]."""
    floor = constant("floor", np.float32(0.03))
    logs = node("Log", [node("Add", [layer4, floor], "layer4.raised")], "layer4.logs")
    mean = node("Exp", [node("ReduceMean", [logs, plane], "layer4.log", keepdims=0)], "layer4.exp")
    return node("Relu", [node("Sub", [mean, floor], "layer4.lowered")], "layer4.geometric")


def suspicious_patch(node, constant, logits, layer2, layer3):
    """Mean of layers 2 and 3 weighted by the odds that a place is damaged (engine/learn/pooled.ts) [n, channels]."""
    halves = {"kernel_shape": [2, 2], "strides": [2, 2], "auto_pad": "SAME_UPPER"}
    share = node("Sigmoid", [logits], "share")
    share = node("AveragePool", [share], "share.mean", kernel_shape=[3, 3], auto_pad="SAME_UPPER")
    lowest, highest = constant("lowest", np.float32(1e-6)), constant("highest", np.float32(1 - 1e-6))
    share = node("Clip", [share, lowest, highest], "share.within")
    rest = node("Sub", [constant("one", np.float32(1)), share], "share.rest")
    odds = node("Log", [node("Div", [share, rest], "odds")], "odds.log")
    peaks = node("MaxPool", [odds], "odds.peaks", **halves)
    flat = constant("flat", np.array([0, 0, -1], np.int64))
    weights = node("Softmax", [node("Reshape", [peaks, flat], "odds.flat")], "weights", axis=2)
    both = node("Concat", [node("AveragePool", [layer2], "layer2.halved", **halves), layer3], "patches", axis=1)
    places = node("Transpose", [node("Reshape", [both, flat], "patches.flat")], "patches.last", perm=[0, 2, 1])
    mean = node("MatMul", [weights, places], "patch.mean")
    return node("Squeeze", [mean, constant("first", np.array([1], np.int64))], "patch")
