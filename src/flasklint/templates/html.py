"""Where in the HTML an output stands: a state machine over a template's text, fed piece by piece.

It follows the HTML standard's tokenizer as far as that matters here, and takes what templates do to HTML: an output or an
``if`` may stand anywhere, also in the middle of a tag. States are values, so that each branch of an ``if`` starts from the
same one.

Two choices where a place has two names: an ``on*`` attribute is ``event`` with or without quotes, since escaping helps in
neither; any other attribute without quotes is ``unquoted`` whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, auto
from os.path import commonprefix
from typing import NamedTuple

from flasklint import ir


def words(text: str) -> frozenset[str]:
    """A set of words written in a row."""
    return frozenset(text.split())


OUTPUT = "\x00"
"""Stands for an output wherever text with outputs in it is kept."""

_LONGEST_VALUE = 300
"""So much of an attribute's value is kept, from its beginning."""

_URL_ATTRIBUTES = words(
    "action archive background cite classid codebase formaction href icon imagesrcset longdesc lowsrc manifest ping"
    " poster profile src srcset usemap xlink:href"
)
_EVENT = re.compile(r"on(?!ce\Z|ly\Z|e\Z)[a-z\x00]+|hx-on[:-].+", re.DOTALL)
_RAW = words("script style textarea title xmp iframe noembed noframes")
_SCRIPT_WORDS = ("javascript", "ecmascript", "jscript", "livescript", "module", "babel", "jsx", "typescript", "coffee")
_DATA_TYPES = ("json", "importmap", "speculationrules")
_NOTED = _RAW | {"form", "svg", "math"}
"""Elements that change what follows, or are remembered."""
_KEPT = {"form": ("method", "action"), "script": ("type",)}

_MARKUP = re.compile(r"<(?=[A-Za-z/!?]|\Z)")
_TAG_NAME = re.compile(r"[^\s/>]*")
_BETWEEN = re.compile(r"[\s/]*")
_NAME = re.compile(r"=?[^\s/>=]*")
_REST_OF_NAME = re.compile(r"[^\s/>=]*")
_SPACE = re.compile(r"\s*")
_UNQUOTED = re.compile(r"[^\s>]*")
_COMMENT_END = re.compile(r"--!?>")
_WHOLE_TAG = re.compile(
    r"""</?([A-Za-z][^\s/>]*)(?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`/]+))?)*\s*/?>"""
)
"""A tag in the usual form, with nothing of the template's in it."""
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>]|\Z)", re.IGNORECASE) for name in _RAW}


class Mode(Enum):
    """What the next character will be part of."""

    TEXT = auto()
    OPEN = auto()
    CLOSE = auto()
    TAG = auto()
    BETWEEN = auto()
    NAME = auto()
    AFTER_NAME = auto()
    BEFORE_VALUE = auto()
    VALUE = auto()
    RAW = auto()
    COMMENT = auto()
    DECLARATION = auto()
    CDATA = auto()


class State(NamedTuple):
    """Where the machine stands.

    ``tag``: the tag being read, or the element whose raw text is. ``start``: where that tag starts. ``quote``: of the value,
    empty for none. ``kept``: the attributes of the tag that matter later. ``raw``: the place that raw text is.
    ``foreign``: how many ``svg`` and ``math`` elements are open, where the rules of XML hold.
    """

    mode: Mode = Mode.TEXT
    tag: str = ""
    closing: bool = False
    start: int = 0
    attribute: str = ""
    quote: str = ""
    value: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    raw: ir.Place = "text"
    foreign: int = 0


class FoundForm(NamedTuple):
    """A form; offsets count in the text that was fed. ``end`` is -1 for one that is never closed."""

    start: int
    end: int
    tag_end: int
    method: str
    action: str


class Machine:
    """The machine for one template.

    ``xml``: an element may close itself. ``state`` may be read and set between calls. ``forms``: those that are complete;
    ``open_forms``: those that wait for their closing tag.
    """

    def __init__(self, xml: bool = False) -> None:
        self.xml = xml
        self.state = State()
        self.forms: list[FoundForm] = []
        self.open_forms: list[FoundForm] = []
        self._steps: dict[Mode, Callable[[State, str, int, int], tuple[State, int]]] = {
            Mode.TEXT: self._text,
            Mode.OPEN: self._open,
            Mode.CLOSE: self._close,
            Mode.TAG: self._tag,
            Mode.BETWEEN: self._between,
            Mode.NAME: self._name,
            Mode.AFTER_NAME: self._after_name,
            Mode.BEFORE_VALUE: self._before_value,
            Mode.VALUE: self._value,
            Mode.RAW: self._raw,
            Mode.COMMENT: self._comment,
            Mode.DECLARATION: self._declaration,
            Mode.CDATA: self._cdata,
        }

    def feed(self, text: str, at: int) -> None:
        """Go over some text that starts at an offset."""
        state, position, length, steps = self.state, 0, len(text), self._steps
        while position < length:
            state, position = steps[state.mode](state, text, position, at)
        self.state = state

    def output(self) -> ir.Context:
        """Go over an output; where it stands."""
        state = self.state
        context = self.context()
        match state.mode:
            case Mode.OPEN:
                self.state = state._replace(mode=Mode.NAME, tag="", closing=False, attribute=OUTPUT, kept=())
            case Mode.CLOSE:
                self.state = state._replace(mode=Mode.NAME, tag="", closing=True, attribute=OUTPUT, kept=())
            case Mode.TAG | Mode.BETWEEN | Mode.AFTER_NAME:
                self.state = state._replace(mode=Mode.NAME, attribute=OUTPUT)
            case Mode.NAME:
                self.state = state._replace(attribute=state.attribute + OUTPUT)
            case Mode.BEFORE_VALUE:
                self.state = state._replace(mode=Mode.VALUE, quote="", value=OUTPUT)
            case Mode.VALUE:
                self.state = state._replace(value=_longer(state.value, OUTPUT))
            case Mode.RAW | Mode.TEXT:
                self.state = state._replace(value=(state.value + OUTPUT)[-_LONGEST_VALUE:])
        return context

    def context(self) -> ir.Context:
        """Where an output would stand here."""
        state = self.state
        match state.mode:
            case Mode.TEXT if "'" in state.value or '"' in state.value:
                # What takes this in may put it into a script.
                return ir.Context(prefix=state.value)
            case Mode.TEXT | Mode.CDATA:
                return ir.Context()
            case Mode.RAW:
                return ir.Context(state.raw, state.tag, "", state.value)
            case Mode.COMMENT:
                return ir.Context("comment")
            case Mode.VALUE | Mode.BEFORE_VALUE:
                quote, value = (state.quote, state.value) if state.mode is Mode.VALUE else ("", "")
                return ir.Context(
                    _attribute_place(state.tag, state.attribute, quote, value),
                    state.tag,
                    state.attribute.strip(OUTPUT),
                    value,
                )
            case Mode.NAME:
                return ir.Context("tag", state.tag, state.attribute.strip(OUTPUT))
            case Mode.OPEN | Mode.CLOSE | Mode.DECLARATION:
                return ir.Context("tag")
        return ir.Context("tag", state.tag)

    def join(self, ends: Sequence[State]) -> None:
        """Go on after branches that ended in these states, as after the first of them.

        Within one attribute's value what the branches made of it is put together: their common beginning, then an output
        if they differ; nothing if one of them left it empty, since then the next output may begin it.
        """
        state = ends[0]
        if state.mode is Mode.VALUE and any(end != state for end in ends):
            values = [_value_in(end, state) for end in ends]
            if None not in values:
                state = state._replace(value=_joined([value or "" for value in values]))
        kept = dict(state.kept)
        for end in ends[1:]:
            if end.kept != state.kept and end.tag == state.tag and end.start == state.start:
                for name, value in end.kept:
                    if kept.setdefault(name, value) != value:
                        kept[name] = OUTPUT
                state = state._replace(kept=tuple(kept.items()))
        self.state = state

    def _text(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        while found := _MARKUP.search(text, position):
            # Most tags are whole and change nothing; to go through them step by step would take ten times as long.
            whole = _WHOLE_TAG.match(text, found.start())
            if whole is None or whole[1].lower() in _NOTED:
                return state._replace(mode=Mode.OPEN, start=at + found.start()), found.end()
            position = whole.end()
            state = state._replace(value="")
        return state._replace(value=_line(state.value, text[position:])), len(text)

    def _open(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        char = text[position]
        if char.isascii() and char.isalpha():
            return state._replace(mode=Mode.TAG, tag="", closing=False, kept=()), position
        if char == "/":
            return state._replace(mode=Mode.CLOSE), position + 1
        if text.startswith("!--", position):
            position += 3
            if text.startswith((">", "->"), position):
                return state._replace(mode=Mode.TEXT), text.index(">", position) + 1
            return state._replace(mode=Mode.COMMENT), position
        if text.startswith("![CDATA[", position):
            return state._replace(mode=Mode.CDATA), position + 8
        if char in "!?":
            return state._replace(mode=Mode.DECLARATION), position
        return state._replace(mode=Mode.TEXT), position

    def _close(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        char = text[position]
        if char.isascii() and char.isalpha():
            return state._replace(mode=Mode.TAG, tag="", closing=True, kept=()), position
        return state._replace(mode=Mode.DECLARATION), position

    def _tag(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        end = _end(_TAG_NAME, text, position)
        mode = Mode.BETWEEN if end < len(text) else Mode.TAG
        return state._replace(mode=mode, tag=state.tag + text[position:end].lower()), end

    def _between(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        end = _end(_BETWEEN, text, position)
        if end == len(text):
            return state, end
        if text[end] == ">":
            return self._tag_end(state, end + 1 + at, itself=text[end - 1 : end] == "/"), end + 1
        return state._replace(mode=Mode.NAME, attribute=""), end

    def _name(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        # An equals sign may be the first character of a name, nowhere else.
        end = _end(_REST_OF_NAME if state.attribute else _NAME, text, position)
        name = state.attribute + text[position:end].lower()
        if end == len(text):
            return state._replace(attribute=name), end
        if text[end] == "=":
            return state._replace(mode=Mode.BEFORE_VALUE, attribute=name), end + 1
        return state._replace(mode=Mode.AFTER_NAME, attribute=name), end

    def _after_name(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        end = _end(_SPACE, text, position)
        if end == len(text):
            return state, end
        if text[end] == "=":
            return state._replace(mode=Mode.BEFORE_VALUE), end + 1
        return state._replace(mode=Mode.BETWEEN), end

    def _before_value(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        end = _end(_SPACE, text, position)
        if end == len(text):
            return state, end
        if text[end] in "\"'":
            return state._replace(mode=Mode.VALUE, quote=text[end], value=""), end + 1
        if text[end] == ">":
            return state._replace(mode=Mode.BETWEEN), end
        return state._replace(mode=Mode.VALUE, quote="", value=""), end

    def _value(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        if state.quote:
            end = text.find(state.quote, position)
            after = end + 1
        else:
            end = after = _end(_UNQUOTED, text, position)
        if end < 0 or end == len(text):
            return state._replace(value=_longer(state.value, text[position:])), len(text)
        state = state._replace(mode=Mode.BETWEEN, value=_longer(state.value, text[position:end]))
        if state.attribute in _KEPT.get(state.tag, ()) and not any(name == state.attribute for name, _ in state.kept):
            state = state._replace(kept=(*state.kept, (state.attribute, state.value)))
        return state, after

    def _raw(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        found = _RAW_END[state.tag].search(text, position)
        if found is None:
            return state._replace(value=_line(state.value, text[position:])), len(text)
        return state._replace(mode=Mode.BETWEEN, closing=True, start=at + found.start()), found.end()

    def _comment(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        found = _COMMENT_END.search(text, position)
        if found is None:
            return state, len(text)
        return state._replace(mode=Mode.TEXT), found.end()

    def _declaration(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        found = text.find(">", position)
        if found < 0:
            return state, len(text)
        return state._replace(mode=Mode.TEXT), found + 1

    def _cdata(self, state: State, text: str, position: int, at: int) -> tuple[State, int]:
        found = text.find("]]>", position)
        if found < 0:
            return state, len(text)
        return state._replace(mode=Mode.TEXT), found + 3

    def _tag_end(self, state: State, end: int, itself: bool) -> State:
        """After the ``>`` of a tag; ``itself``: with a slash before it."""
        tag, foreign = state.tag, state.foreign
        text = State(foreign=foreign)
        if state.closing:
            if tag == "form":
                self.forms += [form._replace(end=end) for form in self.open_forms]
                self.open_forms.clear()
            elif tag in ("svg", "math"):
                text = State(foreign=max(0, foreign - 1))
            return text
        by_xml = self.xml or foreign > 0
        if itself and by_xml:
            return text
        if tag == "form":
            kept = dict(state.kept)
            method = kept.get("method", "").strip().lower()
            self.open_forms.append(
                FoundForm(
                    state.start, -1, end, "?" if OUTPUT in method else method or "get", kept.get("action", "").strip()
                )
            )
        elif tag in ("svg", "math"):
            text = State(foreign=foreign + 1)
        elif tag == "script":
            place = _script_place(dict(state.kept).get("type", ""))
            if place != "text":
                return State(Mode.RAW, tag, raw=place, foreign=foreign)
        elif tag in _RAW and (tag == "style" or not by_xml):
            return State(Mode.RAW, tag, raw="style" if tag == "style" else "text", foreign=foreign)
        return text


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _line(before: str, more: str) -> str:
    """What stands on the last line. A string of a script ends with its line, so that tells whether an output stands in one."""
    _, line, last = more.rpartition("\n")
    return (last if line else before + last)[-_LONGEST_VALUE:]


def _longer(value: str, more: str) -> str:
    return value if len(value) >= _LONGEST_VALUE else (value + more)[:_LONGEST_VALUE]


def _attribute_place(tag: str, attribute: str, quote: str, value: str) -> ir.Place:
    attribute = attribute.lstrip(OUTPUT)
    if _EVENT.fullmatch(attribute):
        return "event"
    if not quote:
        return "unquoted"
    if attribute == "style":
        return "style"
    if attribute in _URL_ATTRIBUTES or (attribute == "data" and tag == "object"):
        # What follows `javascript:` is run like a handler.
        return "event" if value.lstrip()[:11].lower() == "javascript:" else "url"
    return "attribute"


def _script_place(kind: str) -> ir.Place:
    """What a script element holds, by its type. A template for some other engine is HTML, and read as such."""
    kind = kind.partition(";")[0].strip().lower()
    if any(word in kind for word in _DATA_TYPES):
        return "json"
    if not kind or OUTPUT in kind or any(word in kind for word in _SCRIPT_WORDS):
        return "script"
    return "text"


def _value_in(end: State, model: State) -> str | None:
    """What of the value stands at the end of a branch; None if it is elsewhere."""
    if end.attribute != model.attribute or end.tag != model.tag:
        return None
    if end.mode is Mode.BEFORE_VALUE and not model.quote:
        return ""
    return end.value if end.mode is Mode.VALUE and end.quote == model.quote else None


def _joined(values: list[str]) -> str:
    if "" in values:
        return ""
    if len(set(values)) == 1:
        return values[0]
    return commonprefix(values) + OUTPUT  # noqa: RUF071 -- by characters is what is meant
