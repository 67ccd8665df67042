"""A universal binary is what Apple's own tools would make of the two parts."""

import importlib.util
import plistlib
import struct

import pytest

from tests.plugin.hosts import ROOT

ARM64, X86_64 = (0x0100000C, 0), (0x01000007, 3)


@pytest.fixture(scope="module")
def bundle():
    spec = importlib.util.spec_from_file_location("mac_bundle", ROOT / "plugin" / "mac_bundle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def part(processor, model, size):
    return struct.pack("<III", 0xFEEDFACF, processor, model) + bytes([size % 251]) * size


def test_each_part_lies_where_the_head_says_for_its_processor(bundle, tmp_path):
    parts = [part(*ARM64, 40_000), part(*X86_64, 100)]
    paths = []
    for number, content in enumerate(parts):
        paths.append(tmp_path / f"part{number}")
        paths[-1].write_bytes(content)
    binary = tmp_path / "JAM_BOT.vst3" / "Contents" / "MacOS" / "JAM_BOT"
    bundle.main(binary, paths)
    whole = binary.read_bytes()
    assert struct.unpack_from(">II", whole) == (0xCAFEBABE, 2)
    for number, (processor, model) in enumerate((ARM64, X86_64)):
        row = struct.unpack_from(">IIIII", whole, 8 + 20 * number)
        assert row[:2] == (processor, model)
        place, size, page = row[2:]
        assert place % (1 << page) == 0
        assert whole[place : place + size] == parts[number]
    told = plistlib.loads((binary.parent.parent / "Info.plist").read_bytes())
    assert told["CFBundleExecutable"] == "JAM_BOT"
    assert told["CFBundlePackageType"] == "BNDL"


def test_what_is_no_program_of_a_mac_is_refused(bundle):
    with pytest.raises(ValueError, match="not a 64-bit Mach-O"):
        bundle.universal([b"\x7fELF" + bytes(100)])
