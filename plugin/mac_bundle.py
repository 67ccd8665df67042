"""Make a macOS plugin bundle: two binaries, one a processor, become one file beside its Info.plist.

python3 mac_bundle.py JAM_BOT.vst3/Contents/MacOS/JAM_BOT ARM64 X86_64

What Apple's `lipo` does, for machines that have none: the head of a universal binary lists each
part with its processor, its place and its size, big-endian, each part at a multiple of 16 KiB.
"""

import plistlib
import struct
import sys
from pathlib import Path

MACHO = 0xFEEDFACF
UNIVERSAL = 0xCAFEBABE
PAGE = 14


def universal(parts: list[bytes]) -> bytes:
    """One file of several Mach-O files. ValueError where a part is none."""
    head = struct.pack(">II", UNIVERSAL, len(parts))
    place = 1 << PAGE
    body = b""
    for part in parts:
        magic, processor, model = struct.unpack_from("<III", part)
        if magic != MACHO:
            raise ValueError(f"not a 64-bit Mach-O file, but {magic:#x}")
        head += struct.pack(">IIIII", processor, model, place, len(part), PAGE)
        body += part + bytes(-len(part) % (1 << PAGE))
        place = (1 << PAGE) + len(body)
    return head + bytes((1 << PAGE) - len(head)) + body


def main(binary: Path, parts: list[Path]) -> None:
    """Write the binary, and the two files that make its folder a bundle."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    binary.write_bytes(universal([part.read_bytes() for part in parts]))
    binary.chmod(0o755)
    contents, name = binary.parent.parent, binary.name
    kind = contents.parent.suffix[1:]
    told = {
        "CFBundleDevelopmentRegion": "en",
        "CFBundleExecutable": name,
        "CFBundleIdentifier": f"jam-bot.instrument.{kind}",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": name,
        "CFBundlePackageType": "BNDL",
        "CFBundleShortVersionString": "1.0.0",
        "CFBundleSignature": "????",
        "CFBundleVersion": "1.0.0",
        "LSMinimumSystemVersion": "11.0",
    }
    (contents / "Info.plist").write_bytes(plistlib.dumps(told))
    (contents / "PkgInfo").write_text("BNDL????", encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(part) for part in sys.argv[2:]])
