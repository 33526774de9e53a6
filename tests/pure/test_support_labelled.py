"""Labelled files of any kind as texts and labels, and their labels as ours by a map."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import typer

from agents.support.policy import INTENTS, OUT_OF_SCOPE
from ops.support.labelled import OUTSIDE, Rows, as_ours, mapped, read_labelled

MAP = """dataset,source_label,target,confidence
bank,card_lost,lost_item|payment_method,low
bank,top_up,payment_method,high
bank,exchange,OOS,high
clinic,top_up,general_support,high
clinic,balance,payment_method,high
"""


@pytest.fixture
def by_map(tmp_path: Path) -> Path:
    path = tmp_path / "map.csv"
    path.write_text(MAP)
    return path


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.csv", 'text,category\n"where, oh where",top_up\nbye,oos\n'),
        ("a.csv", '\ufeffid,utterance,intent\n1,"where, oh where",top_up\n2,bye,no_nodes_detected\n'),
        ("a.csv", 'sentence,label,other\r\n"where, oh where",top_up+card_lost,x\r\nbye,Out Of Scope,y\r\n'),
        ("a.tsv", "intent\tmessage\ntop_up\twhere, oh where\nout_of_scope\tbye\n"),
        ("a.tsv", "language\tintent\tsentiment\ttext\nen\ttop_up+card_lost\tneutral\twhere, oh where\nen\toos\tneutral\tbye\n"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_columns_are_found_by_their_names(tmp_path: Path, name: str, body: str, packed: bool) -> None:
    path = tmp_path / (name + ".gz" * packed)
    path.write_bytes(gzip.compress(body.encode()) if packed else body.encode())
    assert read_labelled(path) == Rows(path, ["where, oh where", "bye"], ["top_up", OUTSIDE])


def test_quotes_are_only_letters_in_a_tsv_and_rows_without_text_or_label_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('text\tintent\n"quoted\ta\n  \tb\nno label\t\nlast"\tc\nshort row\n')
    rows = read_labelled(path)
    assert (rows.texts, rows.labels) == (['"quoted', 'last"'], ["a", "c"])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "has no rows"),
        ("text,label\n", "has no rows"),
        ("a,b\n1,2\n", "no column named text, utterance"),
        ("text,b\n1,2\n", "no column named intent"),
        ("text,label\n1,\n,2\n", "no row has both a text and a label"),
    ],
)
def test_a_file_that_is_none_ends_the_command_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, why: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(body)
    with pytest.raises(typer.Exit) as ended:
        read_labelled(path)
    assert ended.value.exit_code == 2
    assert why in capsys.readouterr().err


def test_a_missing_file_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        read_labelled(tmp_path / "none.csv")
    assert "No such file" in capsys.readouterr().err


def test_labels_become_ours_by_the_set_that_covers_most_of_them(by_map: Path) -> None:
    rows = Rows(by_map, [""] * 5, ["top_up", "card lost", "exchange", OUTSIDE, "fare_dispute"])
    assert mapped(rows, by_map) == [
        frozenset({"payment_method"}),
        frozenset({"lost_item", "payment_method"}),
        frozenset({OUTSIDE}),
        frozenset({OUTSIDE}),
        frozenset({"fare_dispute"}),
    ]
    assert mapped(Rows(by_map, ["", ""], ["top_up", "balance"]), by_map) == [frozenset({"general_support"}), frozenset({"payment_method"})]


def test_labels_of_ours_stand_for_themselves(by_map: Path) -> None:
    names = [*INTENTS, OUT_OF_SCOPE]
    assert mapped(Rows(by_map, [""] * len(names), names), by_map) == [frozenset({name}) for name in names]


@pytest.mark.parametrize(
    ("body", "labels", "why"),
    [
        ("", ["top_up"], "map.csv has no rows"),
        ("dataset,source_label,target\n", ["top_up"], "map.csv has no rows"),
        ("dataset,label,target\nbank,top_up,OOS\n", ["top_up"], "no column named source_label, but dataset, label, target"),
        ("dataset,source_label,target\nbank,top_up\n", ["top_up"], "row 2 has no target"),
        ("dataset,source_label,target\nbank,top_up,lost_itme|OOS\n", ["top_up"], "map.csv:2: target 'lost_itme' is none of book_or_change"),
        (MAP, ["top_up", "transfer"], "1 labels are neither our intents nor in"),
        (MAP, ["top_up", "transfer"], "for the data set bank: transfer"),
        (MAP, list("abcdefg"), "which has no data set with such labels: a, b, c, d, e, …"),
    ],
)
def test_a_map_that_is_none_or_lacks_a_label_ends_the_command(
    by_map: Path, capsys: pytest.CaptureFixture[str], body: str, labels: list[str], why: str
) -> None:
    by_map.write_text(body)
    with pytest.raises(typer.Exit) as ended:
        mapped(Rows(by_map, [""] * len(labels), labels), by_map)
    assert ended.value.exit_code == 2
    assert why in capsys.readouterr().err


def test_labels_without_a_map_are_ours_or_end_the_command(by_map: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert as_ours(Rows(by_map, ["", ""], ["lost_item", OUTSIDE])) == [frozenset({"lost_item"}), frozenset({OUTSIDE})]
    with pytest.raises(typer.Exit):
        as_ours(Rows(by_map, ["", ""], ["lost_item", "top_up"]))
    assert "1 labels are no intents of ours: top_up; --map" in capsys.readouterr().err


def test_other_columns_go_with_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("language\ttext\tintent\tpart\nen\ta\tx\ttrain\nde\t\ty\ttrain\nfr\tc\tz\n", encoding="utf-8")
    rows = read_labelled(path)
    assert rows.others == {"language": ["en", "fr"], "part": ["train", ""]}
    assert rows.take([1]) == Rows(path, ["c"], ["z"])
    assert rows.take([1]).others == {"language": ["fr"], "part": [""]}


def test_a_gzip_that_is_none_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv.gz"
    for body in (b"text,intent\na,b\n", gzip.compress(b"text,intent\na,b\n")[:-6]):
        path.write_bytes(body)
        with pytest.raises(typer.Exit):
            read_labelled(path)
        assert str(path) in capsys.readouterr().err
