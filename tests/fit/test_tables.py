"""Runs are read as people write them; nothing is lost without a word."""

import numpy as np
import pytest
from tables import NINE, read, written

from analysis.fit import read_runs


def losses(*rows, header="params,tokens,loss"):
    return "\n".join([header, *rows])


GOOD = losses("1e8,2e9,3.1", "1e9,2e10,2.6", "2e9,2e10,2.5")


def test_a_plain_table_is_what_it_says(tmp_path):
    table = read(tmp_path, NINE)
    assert len(table.runs) == 9
    assert table.runs.loss[0] == 13.0910
    assert dict(table.columns) == {"N": "params", "D": "tokens", "loss": "val_loss"}
    assert (table.left_out, table.notes, table.groups) == ((), (), None)
    assert table.rows.tolist() == list(range(1, 10))
    assert read_runs(written(tmp_path, NINE)).N.tolist() == table.runs.N.tolist()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.3B", 1.3e9),
        ("300e6", 3e8),
        ('"1,000,000"', 1e6),
        ("125m", 1.25e8),
        ("1_000_000", 1e6),
        (" 7.5E+8 ", 7.5e8),
    ],
)
def test_numbers_are_read_as_people_write_them(tmp_path, text, value):
    assert read(tmp_path, losses(f"{text},2e9,3.1")).runs.N.tolist() == [value]


def test_a_comma_in_a_loss_is_no_mark_of_thousands(tmp_path):
    table = read(tmp_path, "params;tokens;loss\n1,000,000;2e9;2,665\n")
    assert (table.runs.N[0], table.runs.loss[0]) == (1e6, 2.665)


@pytest.mark.parametrize(
    "header", ["params_M", "params (M)", "N [millions]", "Parameters (in millions)"]
)
def test_a_unit_in_a_header_is_meant(tmp_path, header):
    text = losses("125,2e9,3.1", header=f"{header},tokens,loss")
    assert read(tmp_path, text).runs.N.tolist() == [1.25e8]


def test_a_unit_may_be_said(tmp_path):
    table = read(tmp_path, losses("125,2,3.1"), columns={"N": "params:M", "D": "tokens:B"})
    assert (table.runs.N[0], table.runs.D[0]) == (1.25e8, 2e9)


@pytest.mark.parametrize(
    "header",
    [
        "N,D,loss",
        "model_size,train_tokens,eval_loss",
        "n_params,num_tokens,final_loss",
        "Num Params,Tokens Seen,Validation Loss",
        "non_embedding_params,dataset_size,CE",
    ],
)
def test_columns_are_found_by_the_names_that_people_use(tmp_path, header):
    runs = read(tmp_path, losses("1e8,2e9,3.1", header=header)).runs
    assert (runs.N[0], runs.D[0], runs.loss[0]) == (1e8, 2e9, 3.1)


def test_the_loss_of_validation_goes_before_that_of_training(tmp_path):
    text = losses("1e8,2e9,3.0,3.1", header="params,tokens,train_loss,val_loss")
    assert read(tmp_path, text).runs.loss.tolist() == [3.1]
    assert read(tmp_path, text, columns={"loss": "train_loss"}).runs.loss.tolist() == [3.0]


@pytest.mark.parametrize(
    ("header", "row"), [("params,flops,loss", "1e8,1.2e18,3.1"), ("C,tokens,loss", "1.2e18,2e9,3")]
)
def test_compute_gives_what_is_not_there(tmp_path, header, row):
    table = read(tmp_path, losses(row, header=header))
    assert (table.runs.N[0], table.runs.D[0]) == pytest.approx((1e8, 2e9))
    assert "/ (6 " in table.notes[0]
    table = read(tmp_path, losses(row, header=header), flop_per_token=12.0)
    assert table.runs.N[0] * table.runs.D[0] == pytest.approx(1e17)


@pytest.mark.parametrize(
    ("unit", "how", "loss"),
    [
        ("bits", {}, 3 * np.log(2)),
        ("bits", {"bytes_per_token": 4.0}, 12 * np.log(2)),
        ("perplexity", {}, np.log(3)),
        ("nats", {}, 3.0),
    ],
)
def test_losses_become_nats_a_token(tmp_path, unit, how, loss):
    table = read(tmp_path, losses("1e8,2e9,3"), loss_unit=unit, **how)
    assert table.runs.loss[0] == pytest.approx(loss)
    assert bool(table.notes) == (unit != "nats")


def test_bits_a_token_are_no_bits_a_byte(tmp_path):
    header = "params,tokens,bits_per_token"
    how = {"columns": {"loss": "bits_per_token"}, "loss_unit": "bits"}
    table = read(tmp_path, losses("1e8,2e9,3", header=header), **how)
    assert table.runs.loss[0] == pytest.approx(3 * np.log(2))


def test_a_unit_in_a_cell_needs_none_of_its_header(tmp_path):
    header = "params (M),tokens (B),loss"
    table = read(tmp_path, losses("50M,2B,3", "100,4,2.9", "1.3B,8 billion,2.8", header=header))
    assert table.runs.N.tolist() == [5e7, 1e8, 1.3e9]
    assert table.runs.D.tolist() == [2e9, 4e9, 8e9]


@pytest.mark.parametrize(
    ("header", "how", "message"),
    [
        ("params,tokens,ppl", {}, "'ppl' is a perplexity: --loss-unit perplexity"),
        ("params,tokens,bpb", {}, "'bpb' is in bits a byte"),
        ("params,tokens,eval/bpb", {"columns": {"loss": "eval/bpb"}}, "is in bits a byte"),
        ("params,tokens,bpb", {"loss_unit": "bits"}, "give --loss-unit bits and --bytes-per-t"),
        ("params,tokens,loss", {"loss_unit": "perplexity"}, "no perplexity: it goes down to 0.9"),
        ("params,tokens,loss (bits)", {}, r"'loss \(bits\)' is in bits: --loss-unit bits"),
        (
            "params,tokens,loss_bits",
            {"columns": {"loss": "loss_bits"}},
            "is in bits: --loss-unit bits converts it",
        ),
        ("params,tokens,loss (ppl)", {}, "is a perplexity"),
    ],
)
def test_another_unit_is_never_taken_for_nats(tmp_path, header, how, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, losses("1e8,2e9,0.9", "1e9,2e9,0.95", header=header), **how)


@pytest.mark.parametrize("unit", ["nats", "perplexity"])
def test_bytes_a_token_that_no_loss_can_have_are_named(tmp_path, unit):
    with pytest.raises(ValueError, match=r"about inf at --bytes-per-token 1.7e\+308, more than"):
        read(tmp_path, NINE, loss_unit=unit, bytes_per_token=1.7e308)


def test_a_loss_beyond_any_vocabulary_is_taken_for_a_perplexity(tmp_path):
    with pytest.raises(ValueError, match="a perplexity"):
        read(tmp_path, losses("1e8,2e9,31", "1e9,2e10,19", "2e9,2e10,17"))
    with pytest.raises(ValueError, match=r"16.4 at --bytes-per-token 4, .*: is it a loss a byte"):
        read(tmp_path, losses("1e8,2e9,4.1", "1e9,2e10,4.1", "2e9,2e10,4.1"), bytes_per_token=4.0)


def test_a_unit_may_be_written_as_newspapers_do(tmp_path):
    rows = "125mn;2,5;3,1", "0,3bn;16;2,9", "1bn;20;2,8"
    table = read(tmp_path, "\n".join(["params;tokens (bn);loss", *rows, ""]))
    assert table.runs.N.tolist() == pytest.approx([1.25e8, 3e8, 1e9])
    assert table.runs.D.tolist() == pytest.approx([2.5e9, 1.6e10, 2e10])


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "'tokens' has no number"),
        ("NaN", "'tokens' has no number"),
        ("n/a", "'tokens' has no number"),
        ("0", "'tokens' is '0'"),
        ("-2e9", "'tokens' is '-2e9'"),
        ("inf", "'tokens' is 'inf'"),
    ],
)
def test_a_row_without_a_number_is_left_out_by_name(tmp_path, cell, why):
    table = read(tmp_path, f"{GOOD}\n3e9,{cell},2.4")
    assert [(one.row, one.why) for one in table.left_out] == [(4, why)]
    assert table.rows.tolist() == [1, 2, 3]


def test_a_run_that_diverged_is_left_out_or_kept_on_request(tmp_path):
    text = f"{GOOD}\n4e9,4e10,37\n"
    table = read(tmp_path, text)
    assert [one.row for one in table.left_out] == [4]
    assert "loss 37, while row 3 has 2.5" in table.left_out[0].why
    assert len(read(tmp_path, text, keep=["diverged"]).runs) == 4


def test_large_losses_of_small_runs_are_no_divergence(tmp_path):
    assert len(read(tmp_path, NINE).runs) == 9


def test_runs_of_two_kinds_in_a_table_are_not_taken_for_divergence(tmp_path):
    rows = [
        f"{data},{n},{d},{scale * (2 + 300 / n**0.3)}"
        for data, scale in (("code", 0.5), ("web", 1.0))
        for n in (1e8, 1e9, 1e10)
        for d in (2e9, 2e10, 2e11)
    ]
    text = losses(*rows, header="data,params,tokens,loss")
    table = read(tmp_path, text)
    assert table.left_out == ()
    assert "--where data=code reads one of them" in table.notes[0]
    assert len(read(tmp_path, text, where={"data": "web"}).runs) == 9
    assert read(tmp_path, text, where={"data": "web"}).rows[0] == 10


def test_of_several_learning_rates_the_best_is_kept(tmp_path):
    rows = ["1e8,2e9,3e-4,3.1", "1e8,2e9,1e-3,3.0", "1e9,2e9,3e-4,2.9"]
    text = losses(*rows, header="params,tokens,lr,loss")
    table = read(tmp_path, text)
    assert table.rows.tolist() == [2, 3]
    assert [one.row for one in table.left_out] == [1]
    assert table.left_out[0].why == "'lr' 1e-3 does better at the same N and D"
    assert read(tmp_path, text, keep=["repeats"]).rows.tolist() == [1, 2, 3]
    renamed = text.replace("lr", "width_multiplier")
    assert read(tmp_path, renamed, best_of="width_multiplier").rows.tolist() == [2, 3]


def test_seeds_are_all_kept_and_counted(tmp_path):
    table = read(tmp_path, f"{GOOD}\n1e8,2e9,3.11\n")
    assert len(table.runs) == 4
    assert table.notes[0].startswith("1 rows repeat the N and D of another: all count")
    assert len(set(table.groups)) == 3
    assert table.groups[0] == table.groups[3]


def test_a_copy_of_a_row_is_no_run_of_its_own(tmp_path):
    table = read(tmp_path, f"{GOOD}\n1e8,2e9,3.1\n")
    assert [(one.row, one.why) for one in table.left_out] == [(4, "same N, D and loss as row 1")]
    assert len(read(tmp_path, f"{GOOD}\n1e8,2e9,3.1\n", keep=["repeats"]).runs) == 4


def test_the_rate_of_the_best_mean_is_kept_with_all_its_seeds(tmp_path):
    rows = ["1e8,2e9,1,3.0", "1e8,2e9,1,3.4", "1e8,2e9,2,3.1", "1e8,2e9,2,3.12"]
    table = read(tmp_path, losses(*rows, "1e9,2e9,1,2.9", header="params,tokens,lr,loss"))
    assert table.rows.tolist() == [3, 4, 5]


def test_commas_are_decimal_points_where_a_cell_shows_it(tmp_path):
    text = "params;tokens (B);loss\n1e8;1,25;3,1870\n1e9;16,125;2,900\n2e9;64;2,8\n"
    table = read(tmp_path, text)
    assert table.runs.D.tolist() == [1.25e9, 1.6125e10, 6.4e10]
    assert table.runs.loss.tolist() == [3.187, 2.9, 2.8]
    assert "a comma is read as a decimal point" in table.notes


def test_a_decimal_comma_may_have_a_unit_after_it(tmp_path):
    rows = ["19,171M;0,474B;5,8901", "40,2 M;1,25e9 tokens;4,9", "1.600M;2,5B;4,1"]
    text = "\n".join(["params;tokens;loss", *rows[:2], "1.600,5M;2,5B;4,1", ""])
    table = read(tmp_path, text)
    assert table.runs.N.tolist() == pytest.approx([1.9171e7, 4.02e7, 1.6005e9])
    assert table.runs.D.tolist() == pytest.approx([4.74e8, 1.25e9, 2.5e9])
    with pytest.raises(ValueError, match=r"row 3, column 'params': is the point of '1.600M'"):
        read(tmp_path, "\n".join(["params;tokens;loss", *rows, ""]))


def test_a_comma_between_thousands_may_have_a_unit_after_it(tmp_path):
    text = losses('"1,200M",3e10,3.1', '"12,000M",3e11,2.4', "2e9,5e10,2.9")
    assert read(tmp_path, text).runs.N.tolist() == [1.2e9, 1.2e10, 2e9]


def test_a_comma_in_a_loss_alone_is_told(tmp_path):
    table = read(tmp_path, "params;tokens;loss\n1e8;2e9;3,187\n1e9;2e9;2,901\n1e9;4e9;2,80\n")
    assert table.notes == ("a comma is read as a decimal point",)


def test_a_column_of_compute_that_is_not_used_is_told_if_it_says_something_else(tmp_path):
    text = losses("1e8,2e9,3.1,4.8e18", "1e9,2e9,2.9,4.8e19", header="params,tokens,loss,flops")
    assert "'flops' is not used; it is 24 N D, not 6 N D" in read(tmp_path, text).notes
    other = text.replace("4.8e19", "9.6e19")
    assert "'flops' is not used; it is 24 to 48 N D, not 6 N D" in read(tmp_path, other).notes
    same = text.replace("4.8e18", "1.2e18").replace("4.8e19", "1.2e19")
    assert read(tmp_path, same).notes == ()


def test_a_row_number_is_no_size_where_there_is_a_better_name(tmp_path):
    text = losses("1,512,1e8,2e9,3.1", header="n,d,params,tokens,loss")
    assert dict(read(tmp_path, text).columns) == {"N": "params", "D": "tokens", "loss": "loss"}


def test_an_unknown_unit_in_a_header_is_told(tmp_path):
    notes = read(tmp_path, losses("125,2e9,3.1", header="params (mio),tokens,loss")).notes
    assert notes == ("(mio) in 'params (mio)' is taken for no unit",)


def test_a_word_in_place_of_a_loss_leaves_the_row_out(tmp_path):
    table = read(tmp_path, f"{GOOD}\n3e9,2e10,crashed\n")
    assert [(one.row, one.why) for one in table.left_out] == [(4, "'loss' is 'crashed'")]


def test_names_in_parts_are_found_by_their_last(tmp_path):
    text = '{"config": {"n_params": 1e8, "tokens": 2e9}, "summary": {"val": {"loss": 3.1}}}\n'
    assert read(tmp_path, text + text.replace("1e8", "1e9")).runs.N.tolist() == [1e8, 1e9]


def test_checkpoints_of_a_run_are_a_group(tmp_path):
    rows = ["a,1e8,1e9,3.3", "a,1e8,2e9,3.1", "b,1e9,2e9,2.9", "b,1e9,4e9,2.8"]
    for header in ("Name", "experiment"):
        named = read(tmp_path, losses(*rows, header=f"{header},params,tokens,loss"))
        assert named.groups.tolist() == ["a", "a", "b", "b"]
    blank = read(tmp_path, losses(*rows, ",2e9,4e9,2.7", header="run,params,tokens,loss"))
    assert blank.groups.tolist() == ["a", "a", "b", "b", "row 5"]
    sizes = losses("web,1e8,1e9,3", "web,1e9,1e9,2.9", header="name,params,tokens,loss")
    assert read(tmp_path, sizes).groups is None
    table = read(tmp_path, losses(*rows, header="run_id,params,tokens,loss"))
    assert table.groups.tolist() == ["a", "a", "b", "b"]
    assert table.columns["group"] == "run_id"
    text = losses(*rows, header="model,params,tokens,loss")
    assert read(tmp_path, text).groups is None
    assert read(tmp_path, text, columns={"group": "model"}).groups.tolist() == list("aabb")


def test_embeddings_give_another_count(tmp_path):
    text = losses("1e8,2e9,3.1,512,2e7", header="params,tokens,loss,width,emb")
    by_column = read(tmp_path, text, embeddings="emb")
    assert by_column.counts["without embeddings"].tolist() == [8e7]
    by_product = read(tmp_path, text, vocabulary=32000.0, width="width")
    assert by_product.counts["without embeddings"].tolist() == [1e8 - 32000 * 512]
    by_number = read(tmp_path, text, vocabulary=32000.0, width="512")
    assert by_number.counts["without embeddings"].tolist() == [1e8 - 32000 * 512]
    body = text.replace("params", "non_embedding_params")
    assert read(tmp_path, body, embeddings="emb").counts["with embeddings"].tolist() == [1.2e8]


@pytest.mark.parametrize(
    ("text", "how", "message"),
    [
        (losses("1x,2e9,3"), {}, "row 1, column 'params' must be a number such as 7B"),
        (losses("x,2e9,3"), {}, "no row is left: row 1, 'params' is 'x'"),
        (GOOD, {"columns": {"N": "params", "D": "params"}}, "'params' is given for N and for D"),
        (GOOD, {"vocabulary": 5.0, "width": "wide"}, "there is no column 'wide'"),
        (GOOD, {"flop_per_token": 2.0}, "tells N or D from C, and both are there"),
        (losses("1.3B,2e9,3", "350,2e9,3.2"), {}, "mixes units: row 1 has '1.3B', row 2 has '350'"),
        (losses("1e8,2e9,3", header="a,b,c"), {}, "no column of losses.*--columns loss="),
        (losses("1e8,2e9,3", header="a,b,loss"), {}, "no column for N and D.*there are a, b, loss"),
        (losses("1e8,3", header="params,loss"), {}, "no column for D"),
        ("loss\n3\n", {}, "the first line is no header of columns"),
        (GOOD, {"columns": {"N": "size"}}, "there is no column 'size'"),
        (GOOD, {"columns": {"N": "params:Q"}}, "there is no column 'params:Q'"),
        (GOOD, {"columns": {"X": "params"}}, "not for 'X'"),
        (GOOD, {"where": {"data": "web"}}, "there is no column 'data'"),
        (GOOD, {"where": {"loss": "9"}}, "no row has '9' in 'loss'"),
        (GOOD, {"best_of": "lr"}, "there is no column 'lr'"),
        (GOOD, {"vocabulary": 5.0}, "--vocabulary and --width go together"),
        (GOOD, {"vocabulary": 1e9, "width": "5"}, "row 1: the embedding must be a number, and sm"),
        (losses(",2e9,3"), {}, "no row is left: row 1, 'params' has no number"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path, text, how, message):
    with pytest.raises(ValueError, match=message) as caught:
        read(tmp_path, text, **how)
    assert "runs.csv: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_file_is_never_written_to(tmp_path):
    path = written(tmp_path, NINE)
    path.chmod(0o400)
    read_runs(path)
    assert path.read_text() == NINE
