"""Corpora are read as their annotators meant them; all examples here are invented."""

import gzip
import json

from enrichers.training.corpora import broad_twitter_sections, germeval_dev, germeval_train, mobie_dev


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")


def named(examples):
    return [{(text[start:end], label) for start, end, label in spans} for text, spans in examples]


def test_bioes_spans_end_where_they_end(tmp_path):
    words = "Anna B-PER\nBerg E-PER\nund O\nKöln S-LOC\nAcme S-ORG\nkölnisch S-LOCDERIV\n\nnichts O\n"
    write(tmp_path, "germeval2014_ner/train_bioes.train", words)
    assert named(germeval_train(tmp_path)) == [
        {("Anna Berg", "PER"), ("Köln", "LOC"), ("Acme", "ORG")},
        set(),
    ]


def test_bio_spans_may_touch(tmp_path):
    rows = (
        "#\thttp://example.org\n1\tKöln\tB-LOC\tO\n2\tBonn\tB-LOC\tO\n3\tAm\tB-LOC\tO\n4\tRhein\tI-LOC\tO\n"
    )
    write(tmp_path, "germeval2014_ner/NER-de-dev.tsv", rows)
    assert named(germeval_dev(tmp_path)) == [{("Köln", "LOC"), ("Bonn", "LOC"), ("Am Rhein", "LOC")}]


def test_utf16_offsets_become_code_points(tmp_path):
    text = "😀😀 Stau auf der A1 bei Köln"
    at = len(text[: text.index("Köln")].encode("utf-16-le")) // 2
    concept = {"type": "location-city", "span": {"start": at, "end": at + 4}}
    document = {"id": "1", "text": text, "conceptMentions": [concept]}
    write(tmp_path, "mobie/dev.jsonl.gz", json.dumps(document) + "\n")
    assert named(mobie_dev(tmp_path)) == [{("Köln", "LOC")}]


def test_a_handle_in_two_tokens_is_a_name_without_its_sign(tmp_path):
    write(
        tmp_path, "broad_twitter_corpus/h.conll", "@\tB-PER\nanna_b\tB-PER\n@\tB-ORG\nacme\tI-ORG\nin\tO\n\n"
    )
    ((text, spans),) = broad_twitter_sections(tmp_path, "h")
    assert text == "@ anna_b @ acme in"
    assert spans == {(2, 8, "PER"), (11, 15, "ORG")}
