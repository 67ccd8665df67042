"""onnxruntime-genai, imported with its telemetry off: `from jambot.model.runtime import og`.

From 1.29 on, ONNX Runtime's own builds report sessions to their maker on every platform, unless
this variable stands in the environment before the library is loaded; the call afterwards stops only
what the library deems non-essential. Spawned processes inherit the variable. No torch here.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime_genai as og

og.disable_telemetry_events()

__all__ = ["og"]
