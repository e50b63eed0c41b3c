"""A Python file with its syntax tree: which node stands where, and how a text is changed without touching the rest."""

import ast
import bisect
from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Tuple

from .sites import Site


@dataclass(frozen=True)
class Edit:
    """The characters from start up to end of a file become the text."""

    file: str
    start: int
    end: int
    text: str


class SourceFile:
    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text
        self.lines = [line + "\n" for line in text.split("\n")]
        self.tree = ast.parse(text)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        self._parents = {child: parent for parent in ast.walk(self.tree) for child in ast.iter_child_nodes(parent)}

    def offset(self, line: int, column: int) -> int:
        """The character at a line, from 1, and a column in UTF-8 bytes."""
        content = self.lines[line - 1] if line <= len(self.lines) else ""
        return self._starts[line - 1] + len(content.encode("utf-8")[:column].decode("utf-8"))

    def range(self, node) -> Tuple[int, int]:
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def code(self, node) -> str:
        start, end = self.range(node)
        return self.text[start:end]

    def replace(self, node, text: str) -> Edit:
        return Edit(self.path, *self.range(node), text)

    def insert(self, at: int, text: str) -> Edit:
        return Edit(self.path, at, at, text)

    def parent(self, node):
        return self._parents.get(node)

    def around(self, node, *kinds):
        """The innermost of these kinds that holds the node."""
        while node is not None and not isinstance(node, kinds):
            node = self.parent(node)
        return node

    def nodes_at(self, site: Site, *kinds) -> List[ast.AST]:
        """The nodes that a site may be: the one where the span is known, and otherwise those of its line, the innermost first."""
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, kinds)]
        if site.span:
            return [node for node in nodes if (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) == site.span]
        held = [node for node in nodes if node.lineno <= site.line <= node.end_lineno and node.lineno + 40 > node.end_lineno]
        return sorted(held, key=lambda node: self.range(node)[1] - self.range(node)[0])

    def line_of(self, offset: int) -> int:
        return bisect.bisect_right(self._starts, offset)

    def quote(self) -> str:
        return "'" if self.text.count("'") > self.text.count('"') else '"'

    def names(self) -> Iterator[Tuple[str, str]]:
        """What the file calls the modules that it imports: full name to local name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        yield alias.name, alias.asname
                    else:
                        parts = alias.name.split(".")
                        for count in range(1, len(parts) + 1):
                            yield ".".join(parts[:count]), ".".join(parts[:count])
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    yield f"{node.module}.{alias.name}", alias.asname or alias.name

    def name_for(self, full: str) -> Optional[str]:
        """How this file writes torch.nn.functional.interpolate: `F.interpolate`, `nn.functional.interpolate`, …; None without torch."""
        known = dict(self.names())
        parts = full.split(".")
        for count in range(len(parts), 0, -1):
            local = known.get(".".join(parts[:count]))
            if local:
                return ".".join([local, *parts[count:]])
        return None


def edited(texts: Dict[str, str], edits: List[Edit]) -> Dict[str, str]:
    """The texts after the edits. Raises ValueError where two of them change the same characters."""
    result = dict(texts)
    for file in {edit.file for edit in edits}:
        text, upper = result[file], len(result[file]) + 1
        for edit in sorted({edit for edit in edits if edit.file == file}, key=lambda each: (each.start, each.end), reverse=True):
            if edit.end > upper:
                raise ValueError("two edits of one place")
            text = text[: edit.start] + edit.text + text[edit.end:]
            upper = edit.start if edit.start < edit.end else edit.end
        result[file] = text
    return result
