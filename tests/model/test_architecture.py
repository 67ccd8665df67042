"""The decoder's shapes, what factored tables share, and dropout."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from jambot.model.architecture import ModelConfig, build_model, fold, parameter_count

CONFIG = ModelConfig(vocabulary_size=12, layers=2, d_model=64, heads=2, mlp=96, context_length=32)
IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])


def features() -> NDArray[np.float32]:
    """Tokens 0-5 share the first feature, every even token the second."""
    matrix = np.zeros((12, 2), dtype=np.float32)
    matrix[:6, 0] = 1.0
    matrix[::2, 1] = 1.0
    return matrix


@pytest.fixture(autouse=True)
def one_thread_and_one_seed() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(7)


def test_each_position_gets_one_logit_per_token() -> None:
    logits = build_model(CONFIG, features())(input_ids=IDS).logits
    assert logits.shape == (1, 8, 12)


def test_a_later_token_never_changes_earlier_logits() -> None:
    model = build_model(CONFIG, features()).eval()
    changed = IDS.clone()
    changed[0, 5] = 0
    with torch.no_grad():
        before, after = model(input_ids=IDS).logits, model(input_ids=changed).logits
    torch.testing.assert_close(before[:, :5], after[:, :5])
    assert not torch.equal(before[:, 5:], after[:, 5:])


def test_folding_gives_a_plain_model_with_the_same_logits() -> None:
    model = build_model(CONFIG, features()).eval()
    plain = fold(model)
    with torch.no_grad():
        expected, folded = model(input_ids=IDS).logits, plain(input_ids=IDS).logits
    torch.testing.assert_close(expected, folded, atol=1e-6, rtol=1e-5)
    assert type(plain.model.embed_tokens) is torch.nn.Embedding
    assert type(plain.lm_head) is torch.nn.Linear


def test_learning_one_token_moves_its_relatives_and_nobody_else() -> None:
    model = build_model(CONFIG, features())
    before = fold(model).model.embed_tokens.weight.detach().clone()
    optimizer = torch.optim.SGD([model.model.embed_tokens.shared], lr=1.0)
    model(input_ids=torch.tensor([[1]])).logits[0, 0, 3].backward()
    optimizer.step()
    after = fold(model).model.embed_tokens.weight.detach()
    moved = (after - before).abs().sum(dim=1) > 0
    assert moved.tolist() == [True] * 6 + [False] * 6


def test_without_features_the_tables_are_ordinary() -> None:
    model = build_model(CONFIG, np.zeros((12, 0), dtype=np.float32))
    torch.testing.assert_close(model.lm_head.weight, model.lm_head.own)


def test_dropout_speaks_in_training_and_is_silent_in_playing() -> None:
    model = build_model(CONFIG, features())
    with torch.no_grad():
        assert not torch.equal(model(input_ids=IDS).logits, model(input_ids=IDS).logits)
        model.eval()
        assert torch.equal(model(input_ids=IDS).logits, model(input_ids=IDS).logits)


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    config = ModelConfig(vocabulary_size=12, layers=1, d_model=64, heads=2, dropout=0.25)
    embed = build_model(config, features()).model.embed_tokens
    torch.nn.init.ones_(embed.own)
    torch.nn.init.zeros_(embed.shared)
    dropped = embed(torch.zeros(20, 384, dtype=torch.long))
    assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.01)


def test_a_few_steps_of_training_lower_the_loss() -> None:
    model = build_model(CONFIG, features())
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(20):
        loss = model(input_ids=IDS, labels=IDS).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_parameters_are_counted_without_the_fixed_features() -> None:
    model = build_model(CONFIG, features())
    plain = fold(model)
    assert parameter_count(model) == parameter_count(plain) + 2 * 2 * 64


@pytest.mark.parametrize(
    ("change", "message"),
    [({"heads": 3}, "head"), ({"dropout": 1.0}, "dropout"), ({"layers": 0}, "layers")],
)
def test_an_impossible_shape_is_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelConfig(**{"vocabulary_size": 12, **change})


def test_features_of_another_vocabulary_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        build_model(CONFIG, np.zeros((11, 2), dtype=np.float32))
