"""HTML to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestors.html import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hallo <b>Welt</b></p><p>zwei</p>", "Hallo Welt\nzwei"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("M&uuml;ller &amp; S&#246;hne", "Müller & Söhne"),
        ("x<script>alert(1)</script><style>p{}</style>y", "xy"),
        ("<ul><li>eins</li><li>zwei</li></ul>", "eins\nzwei"),
        ("  a \n b&nbsp; c ", "a b c"),
        ("kaputt <b", "kaputt"),
        ("", ""),
    ],
)
def test_the_reader_s_text_is_left(html, text):
    assert text_of(html).startswith(text)


@given(st.text())
def test_it_never_fails_and_leaves_no_blank_line(html):
    text = text_of(html)
    assert "\n\n" not in text
    assert text == text.strip()
