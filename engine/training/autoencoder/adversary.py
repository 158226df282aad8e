"""The adversary of the vocoder: what it holds against an output, and how it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from engine.training.networks.discriminator import RESOLUTIONS, Discriminator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BETAS = (0.8, 0.99)
GRADIENT_LIMIT = 10.0
NORM_DECAY = 0.99
FEATURE_WEIGHT = 2.0
SMALL = 1e-12


class Adversary:
    """Discriminators and their optimiser: one step of theirs for each step of the vocoder.

    Args:
        device: Where they train.
        rate: Their learning rate, constant.
        resolutions: Of the spectra that they see, in samples.
        average_gradients: Called with the network before each of its steps, for runs of several
            processes.
    """

    def __init__(
        self,
        device: torch.device,
        rate: float,
        resolutions: tuple[int, ...] = RESOLUTIONS,
        average_gradients: Callable[[nn.Module], None] | None = None,
    ) -> None:
        self.network = Discriminator(resolutions).to(device)
        self.average_gradients = average_gradients
        self.optimiser = torch.optim.AdamW(self.network.parameters(), rate, BETAS, fused=True)

    def judge(self, outputs: Tensor, target: Tensor) -> tuple[Tensor, Mapping[str, float]]:
        """Return what to hold against outputs, as a gradient of their shape; learn to tell better.

        An output is compared with its own recording, place by place (a relativistic pairing GAN,
        Jolicoeur-Martineau 2019; Huang et al. 2024): what both are the sound of says nothing, so
        the network learns in a hundred steps what it does not in a thousand that know no pairs.
        Beside that stands the energy distance of the layers' features to the target's, which
        leaves the outputs free to differ as chance asks. The gradient is of the network as it was
        before its step.

        Args:
            outputs: Waveforms [2 * batch, samples] of latents, then of the same latents with other
                noise.
            target: The recordings, [batch, samples].
        """
        outputs = outputs.detach().requires_grad_()
        with torch.autocast(target.device.type, dtype=torch.bfloat16):
            found = self.network(torch.cat([outputs, target]))
        learn, told = [], []
        values: list[Tensor] = []
        pulls: list[Tensor] = []
        for scores, features in found:
            first, second, real = scores.float().chunk(3)
            made = torch.stack([first, second])
            learn.append(softplus(made - real).mean())
            ahead = real.detach() - made
            told.append((ahead > 0).float().mean())
            values += [softplus(ahead).mean(), *features]
            weight = FEATURE_WEIGHT / len(features)
            pulls += [torch.tensor(1.0), *(weight * apart(layer)[1] for layer in features)]
        loss = torch.stack(learn).mean()
        parameters = list(self.network.parameters())
        gradients = torch.autograd.grad(loss, parameters, retain_graph=True)
        pulls = [pull.to(value) for pull, value in zip(pulls, values, strict=True)]
        (gradient,) = torch.autograd.grad(values, outputs, pulls)
        self._step(parameters, gradients)
        figures = {"told": torch.stack(told).mean(), "adversary": loss.detach()}
        return gradient, {name: float(value) for name, value in figures.items()}

    def _step(self, parameters: list[nn.Parameter], gradients: tuple[Tensor, ...]) -> None:
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        if self.average_gradients is not None:
            self.average_gradients(self.network)
        torch.nn.utils.clip_grad_norm_(parameters, GRADIENT_LIMIT)
        self.optimiser.step()

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])


class Balance:
    """Brings gradients of several losses to given shares (the balancer of Defossez et al. 2022).

    An adversary's gradients grow and shrink as it learns; by their running sizes they are brought
    to that of the first.
    """

    def __init__(self) -> None:
        self.sizes: list[float] | None = None

    def __call__(self, *pulls: tuple[Tensor, float]) -> Tensor:
        """Return the sum of gradients of one shape, each with its share of the first one's size."""
        now = [float(gradient.norm()) for gradient, _ in pulls]
        before = self.sizes or now
        self.sizes = [
            NORM_DECAY * old + (1 - NORM_DECAY) * new for old, new in zip(before, now, strict=True)
        ]
        total = torch.zeros_like(pulls[0][0])
        for (gradient, share), size in zip(pulls, self.sizes, strict=True):
            total += gradient * (share * self.sizes[0] / max(size, SMALL))
        return total


@torch.no_grad()
def apart(layer: Tensor) -> tuple[Tensor, Tensor]:
    """Return the energy distance of features to the target's, by their size, and its gradient.

    The gradient is written out, as autograd's would move three times the memory.

    Args:
        layer: Features of first outputs, second outputs and target, one after another.

    Returns:
        The distance, and its gradient of ``layer``'s shape, which is zero for the target.
    """
    first, second, target = layer.chunk(3)
    ahead, behind, between = first - target, second - target, first - second
    size = mean_size(target).clamp(min=1e-3)
    distance = (mean_size(ahead) + mean_size(behind) - mean_size(between)) / size
    gradient = torch.zeros_like(layer)
    gradient[: len(first)] = ahead.sign_() - between.sign_()
    gradient[len(first) : 2 * len(first)] = behind.sign_() + between
    return distance, gradient.div_(size * target.numel())


def mean_size(values: Tensor) -> Tensor:
    """Return the mean absolute value, summed in float32."""
    return values.abs().mean(dtype=torch.float32)
