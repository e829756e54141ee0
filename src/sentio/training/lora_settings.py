"""How a causal language model is tuned with LoRA: everything that decides the result, with the paper's values.

"paper" is Li et al., "Do LLMs Feel?", AAAI 2026; "code" is what its authors released.

>>> LoraSettings(rank=8).alpha
128
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LoraSettings(BaseModel):
    """Settings of one tuning. A batch is `batch_size` prompts computed together, an update has `accumulation` batches.

    The paper's batch is 1 x 4 packed rows of 2,048 tokens; a prompt has about 700, so 3 x 4 prompts an update are
    its equal. `max_tokens` bounds a prompt with its answer: longer ones lose context (`prompts.budget`), never the
    question. `nf4` keeps the frozen weights in 4 bits, on CUDA with bitsandbytes only. `compat="official"` trains
    as the released code does: loss on every token of rows of `max_tokens` that are filled without regard to where a
    prompt ends, batch and accumulation counted in these rows, warm-up and decay started again, and the optimiser
    forgotten, with each phase of the curriculum.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int = Field(default=32, ge=1)  # paper
    alpha: int = Field(default=128, ge=1)  # code
    dropout: float = Field(default=0.05, ge=0, lt=1)  # code; on all linear layers, without biases
    nf4: bool = True  # code: 4-bit NF4, double quantisation, bf16 compute
    precision: Literal["bf16", "fp32"] = "bf16"  # code
    learning_rate: float = Field(default=3e-4, gt=0)  # paper, code; linear decay
    warmup: float = Field(default=0.03, ge=0, lt=1)  # code; share of the updates
    batch_size: int = Field(default=3, ge=1)
    accumulation: int = Field(default=4, ge=1)  # paper, code
    max_grad_norm: float = Field(default=0.3, gt=0)  # paper, code
    neftune_alpha: float = Field(default=5.0, ge=0)  # code; noise on the embeddings
    gradient_checkpointing: bool = True  # code
    max_tokens: int = Field(default=2048, ge=64)  # paper, code
    every: int = Field(default=50, ge=1, description="updates between two validations, each a checkpoint")  # paper
    compat: Literal["official"] | None = None
