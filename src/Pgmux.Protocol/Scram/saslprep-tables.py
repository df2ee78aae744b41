#!/usr/bin/env python3
"""Writes saslprep-tables.txt, the character tables that SASLprep (RFC 4013) needs, from Python's unicodedata and stringprep.

SASLprep knows the characters of Unicode 3.2 and no others, so only these are listed. Their decompositions are those of current
Unicode, which is what PostgreSQL uses. Hangul syllables are left out: they are computed.
Run: python3 saslprep-tables.py > saslprep-tables.txt
"""
import stringprep
import unicodedata

HANGUL = range(0xAC00, 0xD7A4)
SURROGATES = range(0xD800, 0xE000)
EVERYTHING = [chr(code) for code in range(0x110000)]


def ranges(name, holds):
    found, start = [], None
    for code in range(0x110001):
        inside = code < 0x110000 and holds(EVERYTHING[code])
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            found.append(f"{start:X}" if start == code - 1 else f"{start:X}-{code - 1:X}")
            start = None
    print(name, " ".join(found))


def is_prohibited(character):
    return any(table(character) for table in (
        stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4, stringprep.in_table_c5,
        stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9))


print("# Made by saslprep-tables.py. Hexadecimal code points; lines of a kind belong together.")
ranges("space", stringprep.in_table_c12)
ranges("nothing", stringprep.in_table_b1)
ranges("prohibited", is_prohibited)
ranges("unassigned", stringprep.in_table_a1)
ranges("right-to-left", stringprep.in_table_d1)
ranges("left-to-right", stringprep.in_table_d2)

known = [
    character for code, character in enumerate(EVERYTHING)
    if code not in HANGUL and code not in SURROGATES and not stringprep.in_table_a1(character)
]

for combining in sorted({unicodedata.combining(character) for character in known} - {0}):
    ranges(f"class {combining}", lambda character: not stringprep.in_table_a1(character)
           and unicodedata.combining(character) == combining)

for character in known:
    decomposed = unicodedata.normalize("NFKD", character)
    if decomposed != character:
        print(f"decompose {ord(character):X}", " ".join(f"{ord(part):X}" for part in decomposed))

for character in known:
    pair = unicodedata.decomposition(character).split()
    if len(pair) == 2 and not pair[0].startswith("<") and unicodedata.normalize("NFC", character) == character:
        print("compose", *(part.lstrip("0") for part in pair), f"{ord(character):X}")
