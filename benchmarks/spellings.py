"""Calls as they are written, and other calls that do the same with the same data."""

from __future__ import annotations

import re

ENDS = re.compile(
    r"\b(?:exec|eval|open|redirect|Response|loads?|load_all|unsafe_load|safe_load|execute\w*|search|xpath|XPath|select|parse\w*"
    r"|set_cookie|run|Popen|system|popen|hashlib|random|secrets|session|return|exists|fromstring)\b"
)
"""Calls that harm may end in, which a label speaks of: they stay in their files."""

_ARG = r"([\w.]+|'[^']*'|\"[^\"]*\")"

CALLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # Where data comes in
    (
        rf"request\.(args|form|cookies|headers)\.get\({_ARG}\)",
        (r"request.\1[\2]", r"request.\1.get(\2, '')", r"request.\1.get(key=\2)"),
    ),
    (rf"request\.(args|form)\.get\({_ARG}\)", (r"request.values.get(\2)", r"request.\1.to_dict().get(\2)")),
    (
        rf"request\.form\.get\({_ARG}\)",
        (r"request.get_json()[\1]", r"request.json.get(\1)", r"(request.get_json(silent=True) or {}).get(\1)"),
    ),
    (rf"request\.(args|form)\.getlist\({_ARG}\)", (r"list(request.\1.getlist(\2))", r"request.values.getlist(\2)")),
    (
        r"request\.query_string\.decode\('utf-8'\)",
        (r"str(request.query_string, 'utf-8')", r"request.query_string.decode()", r"request.get_data(as_text=True)"),
    ),
    # What it goes through
    (
        r"urllib\.parse\.unquote_plus\((.*)\)",
        (r"urllib.parse.unquote(\1)", r"urllib.parse.unquote_plus(\1, encoding='utf-8')"),
    ),
    (r"html\.escape\((.*)\)", (r"html.escape(\1, quote=True)", r"html.escape(\1)")),
    (r"base64\.b64encode\((.*)\)", (r"base64.standard_b64encode(\1)", r"base64.encodebytes(\1)")),
    (r"base64\.b64decode\((.*)\)", (r"base64.standard_b64decode(\1)", r"base64.b64decode(\1, validate=False)")),
    # Where it ends
    (r"exec\((\w+)\)", (r"exec(compile(\1, '<x>', 'exec'))", r"exec(\1, {})")),
    (r"eval\((\w+)\)", (r"eval(\1, {}, {})", r"eval(compile(\1, '<x>', 'eval'))")),
    (r"open\((\w+), ('\w+')\)", (r"open(file=\1, mode=\2)",)),
    (r"pathlib\.Path\((.*)\)", (r"pathlib.Path(\1)", r"pathlib.Path(str(\1))")),
    (
        r"flask\.redirect\((.*)\)",
        (
            r"flask.redirect(location=\1)",
            r"flask.redirect(\1, code=302)",
            r"flask.current_app.redirect(\1)",
            r"flask.Response('', 302, {'Location': \1})",
        ),
    ),
    (
        r"pickle\.loads\((.*)\)",
        (
            r"pickle.loads(\1)",
            r"pickle.load(__import__('io').BytesIO(\1))",
            r"pickle.Unpickler(__import__('io').BytesIO(\1)).load()",
        ),
    ),
    (
        r"yaml\.load\((.*), Loader=yaml\.Loader\)",
        (
            r"yaml.load(\1, yaml.Loader)",
            r"yaml.unsafe_load(\1)",
            r"yaml.load(stream=\1, Loader=yaml.UnsafeLoader)",
            r"next(yaml.load_all(\1, Loader=yaml.Loader))",
        ),
    ),
    (
        r"yaml\.load\((.*), Loader=yaml\.SafeLoader\)",
        (r"yaml.load(\1, yaml.SafeLoader)", r"yaml.safe_load(\1)", r"yaml.load(\1, Loader=yaml.CSafeLoader)"),
    ),
    (r"yaml\.safe_load\((.*)\)", (r"yaml.load(\1, yaml.SafeLoader)", r"yaml.safe_load(stream=\1)")),
    (
        r"hashlib\.(md5|sha1|sha256|sha384|sha512)\(\)",
        (r"hashlib.new('\1')", r"hashlib.new(name='\1')", r"getattr(hashlib, '\1')()"),
    ),
    (r"hashlib\.new\('(md5|sha1|sha256|sha384|sha512)'\)", (r"hashlib.\1()", r"hashlib.new('\1'.upper())")),
    (r"secrets\.token_hex\((\d+)\)", (r"secrets.token_hex(nbytes=\1)", r"secrets.token_bytes(\1).hex()")),
    (r"(\w+)\.execute\((.*)\)", (r"\1.execute(\2)",)),
)
"""Patterns of calls, with what each may be written as instead."""
