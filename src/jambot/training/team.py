"""The processes that train as one, on one machine or on several, on CPUs or GPUs.

`torchrun` and `accelerate launch --multi_gpu` start them and say who they are; started alone, a
process is a team of one. Each draws the same batch and works on its own pieces of it; gradients are
summed, so that all of them make the same step. One of them leads: it alone writes.
"""

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

from jambot.errors import DatasetError

PATIENCE = timedelta(minutes=30)
"""How long one waits for another: encoding a large dataset takes the leader a while."""


@dataclass(frozen=True, slots=True)
class Team:
    """Who this process is: the `rank`-th of `size`, of which `here` run on this machine.

    CPUs talk by gloo, GPUs by NCCL, each process on a GPU of its own.
    """

    rank: int
    size: int
    here: int
    device: torch.device

    @classmethod
    def alone(cls) -> "Team":
        """A process by itself, whoever else there is."""
        return cls(0, 1, 1, torch.device("cuda" if torch.cuda.is_available() else "cpu"))

    @classmethod
    def assemble(cls) -> "Team":
        """As the environment says; waits until all are there."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls.alone()
        on_gpu = torch.cuda.is_available()
        store, rank, size = next(iter(rendezvous("env://", timeout=PATIENCE)))
        here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        if here == size:
            # torchrun keeps its store when it starts workers again, and with it the addresses of
            # the dead, which a new worker may read before its fellow has written its own.
            attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
            store = PrefixStore(f"attempt {attempt}", store)
        if on_gpu:
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        distributed.init_process_group(
            "nccl" if on_gpu else "gloo",
            store=store,
            rank=rank,
            world_size=size,
            timeout=PATIENCE,
        )
        return cls(rank, size, here, torch.device("cuda" if on_gpu else "cpu"))

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def share_of(self, threads: int) -> int:
        """This process's part of the `threads` of its machine; at least one."""
        return max(1, threads // self.here)

    def pieces(self, accumulate: int) -> range:
        """Which of the `size * accumulate` pieces of a batch are this process's."""
        return range(self.rank * accumulate, (self.rank + 1) * accumulate)

    def total(self, part: Tensor) -> Tensor:
        """The sum of everybody's `part`, on the device it was on."""
        if self.size == 1:
            return part
        whole = part.to(self.device)
        distributed.all_reduce(whole)
        return whole.to(part.device)

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Give every parameter the sum of everybody's gradients, in one message."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        whole = self.total(torch.cat([gradient.flatten() for gradient in gradients]))
        parts = torch.split(whole, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """The leader does what is inside before anybody else begins it."""
        if not self.leads:
            self.meet()
        yield
        if self.leads:
            self.meet()

    def meet(self) -> None:
        """Wait until everybody is here."""
        if self.size > 1:
            self.total(torch.zeros(1))

    def agree(self, facts: Mapping[str, Any]) -> None:
        """Raise DatasetError where the processes do not see the same, as without a shared disk."""
        if self.size == 1:
            return
        everybodys: list[Any] = [None] * self.size
        with warnings.catch_warnings():
            # Objects travel as pickles, among processes of one run.
            warnings.simplefilter("ignore")
            distributed.all_gather_object(everybodys, dict(facts))
        for rank, theirs in enumerate(everybodys):
            if theirs != everybodys[0]:
                raise DatasetError(
                    f"process {rank} sees {theirs}",
                    f"{everybodys[0]}, as process 0 does",
                    "give every machine the same config and one shared folder",
                )

    def part(self) -> None:
        """Go one's own way; whoever goes on is alone from here."""
        if self.size > 1:
            distributed.destroy_process_group()
