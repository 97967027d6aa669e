"""Draws mutations of the sources at random, and writes each as a patch.

    python3 scripts/random_mutations.py COUNT SEED FOLDER

A mutation changes one line of src/ or extras/ (not their tests) by one operator: comparison,
arithmetic, logical, constant, removed statement, returned constant, early return. The operator is
drawn, then a file, then a place in it: a table of a thousand numbers counts as one file. Log lines and
reserve() are left out, as are the mutations that tests/mutants/equivalent.txt lists.
"""
import difflib
import pathlib
import random
import re
import sys

SWAPS = {
    "comparison": {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ", " == ": " != ", " != ": " == "},
    "arithmetic": {" + ": " - ", " - ": " + ", " * ": " / ", " / ": " * ", " % ": " * ",
                   " += ": " -= ", " -= ": " += ", " *= ": " /= ", " /= ": " *= "},
    "logical": {" && ": " || ", " || ": " && "},
}
NO_EFFECT = re.compile(r".*(\breserve\(|\blog_(debug|info|warning|error)\()")
NOT_CODE = re.compile(r"\s*(#|using |namespace|template|static_assert|friend |class |enum |struct )")
ZEROS = {"0", "0.0", "0U", "false", "nullptr", "std::nullopt", '""', "kDone"}  # equal to {}
NUMBER = re.compile(r"(?<![\w.'])(\d+\.\d*(?:e[+-]?\d+)?|\d+)(?=[FfUuLl]*(?![\w.']))")
CALL = re.compile(r"  +[a-zA-Z_][\w:.\->\[\]]*\(.*\);$")
ASSIGNMENT = re.compile(r"  +[a-zA-Z_][\w.\->\[\]]* [-+*/]?= .*;$")
DECLARATION = re.compile(r"  (const )?[a-zA-Z_][\w:<>,&* ]* [\w]+( = .*|\(.*\)|\{.*\})?;$")
LITERALS = re.compile(r'R"\((?:.|\n)*?\)"|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'')


def masked(text):
    """The text with strings and comments as blanks of the same length."""
    return LITERALS.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def other_number(number):
    if "." in number:
        return "1.0" if float(number) == 0 else repr(2 * float(number))
    return str(int(number) + 1)


def swaps(code, line):
    """Yields (operator, new line) for one token of the line replaced by another."""
    for operator, table in SWAPS.items():
        for old, new in table.items():
            for match in re.finditer(re.escape(old), code):
                yield operator, line[:match.start()] + new + line[match.end():]
    for match in re.finditer(r"(?<![\w])!(?=[\w(])", code):
        yield "logical", line[:match.start()] + line[match.end():]
    for match in re.finditer(r"\b(true|false)\b", code):
        new = "false" if match.group() == "true" else "true"
        yield "constant", line[:match.start()] + new + line[match.end():]
    for match in NUMBER.finditer(code):
        yield "constant", line[:match.start()] + other_number(match.group(1)) + line[match.end(1):]


def returns_nothing(lines, index):
    """Whether the function around the line is void, a constructor or a destructor."""
    for line in reversed(lines[:index]):
        if re.match(r"[A-Za-z].*\(", line):
            return bool(re.match(r"void |(\w+)::~?\1\(", line))
    return False


def statements(code, line, void):
    """Yields (operator, new lines) for the line as a whole statement."""
    indent = line[:len(line) - len(line.lstrip())]
    keyword = re.match(r"\s*(return|throw|delete|break|continue|case|else|if|for|while|do)\b", code)
    if (CALL.match(code) or ASSIGNMENT.match(code)) and not keyword:
        yield "removed statement", indent + ";"
    match = re.match(r"\s*return ([^{].*);$", code)
    if match and match.group(1).strip() not in ZEROS:
        yield "returned constant", indent + "return {};"
    if indent == "  " and not keyword and any(
            pattern.match(code) for pattern in (CALL, ASSIGNMENT, DECLARATION)):
        yield "early return", indent + ("return;" if void else "return {};") + "\n" + line


def places(path):
    """Yields (operator, path, line index, new line) for one file."""
    text = path.read_text()
    lines, codes = text.split("\n"), masked(text).split("\n")
    for index, (code, line) in enumerate(zip(codes, lines)):
        if not code.strip() or NOT_CODE.match(code) or NO_EFFECT.match(code):
            continue
        mutations = [*swaps(code, line)]
        if index == 0 or codes[index - 1].rstrip()[-1:] in ("", ";", "{", "}", ":"):  # a new statement
            mutations += statements(code, line, returns_nothing(lines, index))
        for operator, new in mutations:
            if operator != "early return" or path.suffix == ".cpp":
                yield operator, path, index, new


ON_GPUS_ONLY = {"nccl_sum.cpp"}  # not compiled elsewhere


def sources():
    for folder in ("src", "extras"):
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix in (".cpp", ".h") and "tests" not in path.parts and path.name not in ON_GPUS_ONLY:
                yield path


def equivalent(list_file):
    """The keys of the list: blocks of a path, a line `- old`, lines `+ new`, and a reason."""
    keys = set()
    if list_file.exists():
        for block in list_file.read_text().split("\n\n"):
            lines = block.strip("\n").split("\n")
            marked = {mark: tuple(line[2:].strip() for line in lines if line.startswith(mark + " "))
                      for mark in "-+"}
            keys.add((lines[0], marked["-"], marked["+"]))
    return keys


def key_of(path, index, new):
    stripped = tuple(part.strip() for part in new.split("\n"))
    return str(path), (path.read_text().split("\n")[index].strip(),), stripped


def patch(operator, path, index, new):
    before = path.read_text().splitlines(keepends=True)
    after = before[:index] + [part + "\n" for part in new.split("\n")] + before[index + 1:]
    diff = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    return f"What: {operator}\n" + "".join(diff)


def main():
    count, seed, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    known = equivalent(pathlib.Path("tests/mutants/equivalent.txt"))
    by_operator = {}  # operator -> path -> places
    for path in sources():
        for place in places(path):
            by_operator.setdefault(place[0], {}).setdefault(path, []).append(place)
    folder.mkdir(parents=True, exist_ok=True)
    generator = random.Random(seed)
    drawn = set()
    for _ in range(100 * count):
        if len(drawn) == count:
            break
        files = by_operator[generator.choice(sorted(by_operator))]
        place = generator.choice(files[generator.choice(sorted(files))])
        if place not in drawn and key_of(*place[1:]) not in known:
            drawn.add(place)
            (folder / f"{len(drawn):04}.patch").write_text(patch(*place))


main()
