"""What a recorder sees, and that a recorded run is the same as any other."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import pytest
import torch
from torch import nn
from torch.nn.modules.module import _has_any_global_hook
from torch.utils.checkpoint import checkpoint

from gradlab.errors import ConfigError
from gradlab.modules import Recorder, record, recurrent_modules, replay
from gradlab.modules.parity import parity
from gradlab.modules.replay import input_gradients


class Own(nn.LSTM):
    """A subclass with its own forward."""

    def forward(self, x):
        return super().forward(x)


class Model(nn.Module):
    """Embedding, two layers with dropout, a head."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.lstm = nn.LSTM(4, 6, num_layers=2, dropout=0.5, batch_first=True)
        self.head = nn.Linear(6, 2)

    def forward(self, tokens):
        return self.head(self.lstm(self.embedding(tokens))[0])


def recorded(model, run, **options):
    """Record a run and its backward pass; return the recorder and its runs."""
    with record(model, by_inputs=True, **options) as recorder:
        run().backward()
    return recorder, replay(recorder.calls)


def test_numbers_and_the_random_stream_are_those_of_a_run_without_hooks():
    tokens = torch.randint(10, (3, 7))
    results = []
    for hooks in (False, True):
        torch.manual_seed(5)
        model = Model()
        recorder = Recorder(model)
        if hooks:
            recorder.install()
        optimizer = torch.optim.Adam(model.parameters())
        losses = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = model(tokens).square().sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        recorder.remove()
        results.append((losses, torch.get_rng_state(), model.state_dict()))
    assert results[0][0] == results[1][0]
    assert torch.equal(results[0][1], results[1][1])
    for name, value in results[0][2].items():
        assert torch.equal(value, results[1][2][name])


def test_removing_leaves_no_trace():
    model = Model()
    before = {name: dict(vars(m)) for name, m in model.named_modules()}
    recorder = Recorder(model, by_inputs=True)
    recorder.install()
    assert model.lstm._forward_hooks
    recorder.remove()
    for name, module in model.named_modules():
        assert {k: v for k, v in vars(module).items() if "hooks" in k} == {
            k: v for k, v in before[name].items() if "hooks" in k
        }


def test_copies_and_pickles_carry_no_hook():
    model = Model()
    with record(model):
        for copied in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
            assert not copied.lstm._forward_hooks
            assert not copied.lstm._forward_pre_hooks
    assert not _has_any_global_hook()


def test_a_gradient_penalty_is_not_the_gradient_of_the_loss():
    torch.manual_seed(7)
    model = nn.GRUCell(2, 3, dtype=torch.float64)
    x = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    with record(model) as recorder:
        h = model(x)
        (by_x,) = torch.autograd.grad(h.sum(), x, create_graph=True)
        h.retain_grad()
        (h.square().sum() + by_x.square().sum()).backward()
    (call,) = recorder.calls
    assert call.second_order
    torch.testing.assert_close(call.gradients["final0"][0], 2 * h.detach())


def test_without_keep_a_call_lives_as_long_as_its_graph():
    model = nn.GRU(2, 3)
    recorder = Recorder(model, keep=False)
    recorder.install()
    loss = model(torch.randn(4, 1, 2))[0].sum()
    alive = weakref.ref(recorder.calls[0])
    del loss
    gc.collect()
    assert alive() is None and not recorder.calls


def test_no_grad_and_inference_record_nothing():
    model = nn.GRU(2, 3)
    with record(model) as recorder:
        with torch.no_grad():
            model(torch.randn(4, 1, 2))
        with torch.inference_mode():
            model(torch.randn(4, 1, 2))
    assert recorder.calls == []


def test_one_module_as_encoder_and_decoder_is_one_run():
    torch.manual_seed(1)
    model = nn.LSTM(2, 3, dtype=torch.float64)
    first, second = torch.randn(2, 5, 1, 2, dtype=torch.float64)

    def run():
        _, state = model(first)
        return model(second, state)[0].square().sum()

    _, (joined,) = recorded(model, run)
    assert joined.trajectory.length == 10
    assert len(joined.calls) == 2
    model.zero_grad()
    model(torch.cat([first, second]))[0][5:].square().sum().backward()
    for name, gradient in joined.weight_gradients.items():
        torch.testing.assert_close(gradient, getattr(model, name).grad)


def test_a_detach_between_calls_is_seen_and_parts_the_runs():
    model = nn.LSTM(2, 3)

    def run():
        outputs, state = model(torch.randn(5, 1, 2))
        cut = tuple(part.detach() for part in state)
        return outputs.sum() + model(torch.randn(5, 1, 2), cut)[0].sum()

    recorder, runs = recorded(model, run)
    assert [run.trajectory.length for run in runs] == [5, 5]
    assert [call.detached for call in recorder.calls] == [False, True]
    assert recorder.calls[1].continues is recorder.calls[0]
    assert [run.name for run in runs] == ["LSTM run 1", "LSTM run 2"]


@pytest.mark.parametrize("copied", ["clone", "data"])
def test_equal_values_without_a_graph_are_a_detach_too(copied):
    model = nn.GRU(2, 3)

    def run():
        outputs, state = model(torch.randn(5, 1, 2))
        state = state.detach().clone() if copied == "clone" else state.data
        return outputs.sum() + model(torch.randn(5, 1, 2), state)[0].sum()

    recorder, _ = recorded(model, run)
    assert recorder.calls[1].detached


def test_a_start_at_zero_is_no_detach():
    model = nn.GRU(2, 3)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()

    def run():
        outputs, _ = model(torch.randn(5, 1, 2))
        return (
            outputs.sum() + model(torch.randn(5, 1, 2), torch.zeros(1, 1, 3))[0].sum()
        )

    recorder, _ = recorded(model, run)
    assert recorder.calls[1].continues is None


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_a_cell_in_a_loop_is_one_run_with_gradients_of_states(cell):
    torch.manual_seed(2)
    model = cell(2, 3, dtype=torch.float64)
    inputs = torch.randn(20, 4, 2, dtype=torch.float64)

    def run():
        state = torch.randn(4, 3, dtype=torch.float64)
        state = (state, state) if cell is nn.LSTMCell else state
        total = torch.zeros(())
        for x in inputs:
            state = model(x, state)
            h = state[0] if cell is nn.LSTMCell else state
            total = total + h.square().sum()
        return total

    recorder, (joined,) = recorded(model, run)
    assert joined.trajectory.length == 20
    assert parity([joined]).worst < 1e-14
    for name, gradient in joined.weight_gradients.items():
        torch.testing.assert_close(gradient, getattr(model, name).grad)
    # dL/dc_t with h_t held, not what the tensor c_t gets in all
    for k in range(len(joined.gradients.state)):
        zero = torch.zeros(1, 4, 3, dtype=torch.float64)  # of the last c
        arrived = [call.gradients.get(f"final{k}", zero)[0] for call in recorder.calls]
        theirs = torch.stack(arrived)
        torch.testing.assert_close(joined.gradients.state[k][1:], theirs)


def test_tied_modules_are_one_and_runs_are_told_apart():
    layer = nn.GRU(3, 3)
    model = nn.ModuleDict({"first": layer, "second": layer})

    def run():
        hidden, _ = model["first"](torch.randn(4, 2, 3))
        return model["second"](hidden)[0].sum()

    assert list(recurrent_modules(model)) == ["first"]
    _, runs = recorded(model, run)
    assert [run.name for run in runs] == ["first run 1", "first run 2"]
    assert parity(runs).worst < 1e-5
    total = sum(run.weight_gradients["weight_hh_l0"] for run in runs)
    torch.testing.assert_close(total.float(), layer.weight_hh_l0.grad)


@pytest.mark.parametrize("reentrant", [False, True])
def test_activation_checkpointing(reentrant):
    torch.manual_seed(3)
    model = nn.LSTM(2, 3, dtype=torch.float64)
    inputs = torch.randn(6, 2, 2, dtype=torch.float64, requires_grad=True)

    def run():
        return (
            checkpoint(lambda x: model(x)[0], inputs, use_reentrant=reentrant)
            .square()
            .sum()
        )

    _, (one,) = recorded(model, run)
    assert parity([one]).worst < 1e-14
    torch.testing.assert_close(input_gradients(one)[0], inputs.grad)


def test_two_backward_passes_of_one_graph_add_up():
    model = nn.GRU(2, 3, dtype=torch.float64)
    with record(model) as recorder:
        outputs, _ = model(torch.randn(5, 1, 2, dtype=torch.float64))
        outputs[0].sum().backward(retain_graph=True)
        outputs[-1].square().sum().backward()
    (run,) = replay(recorder.calls)
    for name, gradient in run.weight_gradients.items():
        torch.testing.assert_close(gradient, getattr(model, name).grad)


def test_a_gradient_penalty_is_a_second_backward_pass():
    """Its graph goes through the first one's: the recorder sees both, and says so."""
    model = nn.GRU(2, 3, dtype=torch.float64)
    inputs = torch.randn(5, 1, 2, dtype=torch.float64, requires_grad=True)
    with record(model) as recorder:
        outputs, _ = model(inputs)
        (slope,) = torch.autograd.grad(outputs.sum(), inputs, create_graph=True)
        slope.square().sum().backward()
    (call,) = recorder.calls
    assert call.is_reached
    assert all(gradient.isfinite().all() for gradient in call.gradients.values())


def test_accumulation_over_calls_adds_up():
    model = nn.RNN(2, 3, dtype=torch.float64)
    with record(model) as recorder:
        for _ in range(3):
            model(torch.randn(5, 1, 2, dtype=torch.float64))[0].sum().backward()
    total = sum(r.weight_gradients["weight_hh_l0"] for r in replay(recorder.calls))
    torch.testing.assert_close(total, model.weight_hh_l0.grad)


def test_autograd_grad_is_seen():
    model = nn.LSTM(2, 3, dtype=torch.float64)
    inputs = torch.randn(5, 1, 2, dtype=torch.float64, requires_grad=True)
    with record(model) as recorder:
        (found,) = torch.autograd.grad(model(inputs)[0].square().sum(), inputs)
    (run,) = replay(recorder.calls)
    torch.testing.assert_close(input_gradients(run)[0], found)


def test_outputs_changed_in_place():
    model = nn.GRU(2, 3, dtype=torch.float64)

    def run():
        outputs, _ = model(torch.randn(5, 2, 2, dtype=torch.float64))
        outputs[2:] *= 3.0
        outputs[0] = 0.0
        return outputs.square().sum()

    _, runs = recorded(model, run)
    assert parity(runs).worst < 1e-14


def test_weights_are_those_of_the_call_though_an_optimizer_changed_them():
    model = nn.LSTM(2, 3, dtype=torch.float64)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for weight in model.parameters():
        weight.register_post_accumulate_grad_hook(lambda _: optimizer.step())
    _, runs = recorded(
        model, lambda: model(torch.randn(5, 2, 2, dtype=torch.float64))[0].sum()
    )
    assert parity(runs).worst < 1e-14


def test_weight_norm():
    model = nn.utils.parametrizations.weight_norm(
        nn.LSTM(2, 3, dtype=torch.float64), "weight_hh_l0"
    )
    _, runs = recorded(
        model, lambda: model(torch.randn(5, 2, 2, dtype=torch.float64))[0].sum()
    )
    assert parity(runs).worst < 1e-14


def test_an_output_that_nobody_uses():
    model = nn.LSTM(2, 3, num_layers=2, dtype=torch.float64)
    recorder, runs = recorded(
        model, lambda: model(torch.randn(5, 2, 2, dtype=torch.float64))[1][1].sum()
    )
    assert set(recorder.calls[0].gradients) >= {"final1", "inputs"}
    assert "outputs" not in recorder.calls[0].gradients
    assert parity(runs).worst < 1e-14


def test_autocast_to_bfloat16():
    model = nn.GRU(3, 5)

    def run():
        with torch.autocast("cpu", torch.bfloat16):
            return model(torch.randn(6, 2, 3))[0].float().square().sum()

    recorder, runs = recorded(model, run)
    assert recorder.calls[0].autocast is torch.bfloat16
    found = parity(runs)
    assert found.dtype == "bfloat16" and found.holds


def test_some_sequences_are_exactly_those_of_all():
    torch.manual_seed(4)
    model = nn.LSTM(3, 5, num_layers=2, dropout=0.5, batch_first=True)
    inputs = torch.randn(6, 9, 3)
    found = []
    for sequences in (None, 2):
        torch.manual_seed(6)
        with record(model, sequences=sequences) as recorder:
            model(inputs)[0].square().sum().backward()
        found.append(replay(recorder.calls))
    for every, some in zip(*found, strict=True):
        for whole, part in zip(
            every.gradients.state, some.gradients.state, strict=True
        ):
            torch.testing.assert_close(whole[:, :2], part, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("steps", [1, 7])
def test_lengths_are_aligned_by_their_ends(steps):
    model = nn.GRU(2, 3, dtype=torch.float64)
    lengths = torch.tensor([steps, steps + 3, steps + 5])
    inputs = torch.randn(steps + 5, 3, 2, dtype=torch.float64)
    packed = nn.utils.rnn.pack_padded_sequence(inputs, lengths, enforce_sorted=False)
    with record(model) as recorder:
        model(packed)[1].square().sum().backward()
    (run,) = replay(recorder.calls)
    trajectory, found = run.aligned()
    assert trajectory.length == steps + 3  # the middle one; two have as many
    for place, length in enumerate([steps + 3, steps + 5]):
        alone = inputs[:length, place + 1]
        first = length - (steps + 3)
        torch.testing.assert_close(trajectory.inputs[:, place], alone[first:])
        torch.testing.assert_close(
            trajectory.states[0][1:, place], model(alone)[0][first:].detach()
        )
        torch.testing.assert_close(
            found.state[0][-1, place], 2 * trajectory.states[0][-1, place]
        )


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_what_cannot_be_read():
    with pytest.raises(ConfigError, match="with no nn.RNN, nn.LSTM"):
        Recorder(nn.Linear(2, 3))
    with pytest.raises(ConfigError, match="0: Own with a forward of its own"):
        Recorder(nn.Sequential(Own(2, 3)))
    scripted = torch.jit.script(nn.Sequential(nn.Flatten(), nn.GRU(2, 3)))
    with pytest.raises(ConfigError, match="1, a scripted GRU"):
        Recorder(scripted)


def test_hooks_that_fail_do_not_reach_the_model():
    model, failures = nn.GRU(2, 3), []
    recorder = Recorder(model, on_error=failures.append)
    recorder.install()
    recorder.weights = None  # type: ignore[assignment]
    loss = model(torch.randn(4, 1, 2))[0].sum()
    loss.backward()
    assert len(failures) == 1 and isinstance(failures[0], TypeError)


def test_a_copy_of_the_model_is_independent():
    model = Model()
    with record(model) as recorder:
        twin = copy.deepcopy(model)
        twin(torch.randint(10, (2, 3))).sum().backward()
    assert all(call.module is model.lstm for call in recorder.calls)


@pytest.mark.parametrize("by_inputs", [False, True])
def test_arguments_by_keyword(by_inputs):
    torch.manual_seed(0)
    model = nn.LSTM(2, 3, dtype=torch.float64)
    start = torch.randn(2, 1, 4, 3, dtype=torch.float64)
    with record(model, by_inputs=by_inputs) as recorder:
        outputs, _ = model(
            hx=tuple(start), input=torch.randn(5, 4, 2, dtype=torch.float64)
        )
        outputs.square().sum().backward()
    (call,) = recorder.calls
    assert call.start_given
    torch.testing.assert_close(torch.stack(call.start), start)
    assert parity(replay(recorder.calls)).worst < 1e-14
