#!/usr/bin/env python3
"""Writes the table by which class names are brought into Unicode's form C (src/.../Networks/Names/canonical.txt).

.NET normalises through ICU, which is not there where InvariantGlobalization is set, as in many containers: string.Normalize then
gives a name back unchanged. The table is what Python's unicodedata knows; run again for a later version of Unicode:

    python3 eng/make-canonical-table.py > src/Microsoft.ML.BlockPruning/Networks/Names/canonical.txt
"""
import sys
import unicodedata

print(f"# Unicode {unicodedata.unidata_version}: = character parts (! never composed), : combining class first last; see eng/make-canonical-table.py")
characters = [chr(code) for code in range(sys.maxunicode + 1)]
for character in characters:
    parts = unicodedata.decomposition(character)
    if parts and not parts.startswith("<"):
        composes = unicodedata.normalize("NFC", character) == character
        print(f"= {ord(character):X} {' '.join(f'{int(part, 16):X}' for part in parts.split())}{'' if composes else ' !'}")

first = 0
while first <= sys.maxunicode:
    combining = unicodedata.combining(characters[first])
    last = first
    while last < sys.maxunicode and unicodedata.combining(characters[last + 1]) == combining:
        last += 1
    if combining:
        print(f": {combining} {first:X} {last:X}")
    first = last + 1
